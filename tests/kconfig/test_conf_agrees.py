# SPDX-License-Identifier: GPL-2.0-or-later
"""Configurations are those that the kernel's own conf makes, byte for byte.

PTLINT_SEEDS=1-50 tries more random configurations; PTLINT_ARCHES=all more architectures.
"""

import os
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import conf_oracle as oracle
import pytest

from ptlint.kconfig.arch import arch_named, arches_of
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.kconfig.usual import ALL, all_settings
from ptlint.source.tree import DiskTree

pytestmark = pytest.mark.kernel

VERSIONS = ("6.12", "latest")
_FIRST, _, _LAST = os.environ.get("PTLINT_SEEDS", "1-1").partition("-")
SEEDS = range(int(_FIRST), int(_LAST or _FIRST) + 1)


@cache
def model_of(root: Path, arch: str) -> Model:
    return Model.load(DiskTree(root), arch_named(arch), toolchain_named(DEFAULT))


def arches(root: Path) -> list[str]:
    if os.environ.get("PTLINT_ARCHES") == "all":
        return [arch.name for arch in arches_of(DiskTree(root))]
    return ["x86_64", "i386"]


@pytest.mark.parametrize("version", VERSIONS)
def test_default_configurations_are_fixed_points_of_conf(
    version: str, kernel_tree: Callable[[str], Path]
) -> None:
    root = kernel_tree(version)
    for arch in arches(root):
        text = model_of(root, arch).defconfig().text()
        assert oracle.olddefconfig(root, arch_named(arch), text) == text, arch


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_random_configurations_come_out_unchanged(
    version: str, seed: int, kernel_tree: Callable[[str], Path]
) -> None:
    root = kernel_tree(version)
    for arch in arches(root):
        text = oracle.randconfig(root, arch_named(arch), seed)
        assert model_of(root, arch).complete(text).text() == text, arch


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_contradictory_configurations_are_mended_as_conf_mends_them(
    version: str, seed: int, kernel_tree: Callable[[str], Path]
) -> None:
    root = kernel_tree(version)
    for arch in arches(root):
        model = model_of(root, arch)
        text = shuffled(model, seed)
        assert model.complete(text).text() == oracle.olddefconfig(root, arch_named(arch), text), arch


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("version", VERSIONS)
def test_allmodconfig_and_allnoconfig_are_those_of_conf(
    version: str, name: str, kernel_tree: Callable[[str], Path]
) -> None:
    root = kernel_tree(version)
    for arch in arches(root):
        model = model_of(root, arch)
        mine = model.configuration(model.evaluate(all_settings(model, name))).text()
        assert mine == oracle.all_config(root, arch_named(arch), name), arch


def shuffled(model: Model, seed: int) -> str:
    """Return the default configuration with settings changed, left out and moved at random."""
    chance = random.Random(seed)
    lines: list[str] = []
    for line in model.defconfig().text().splitlines():
        if "CONFIG_" not in line:
            continue
        what = chance.random()
        if what < 0.05:
            continue
        name = line.removeprefix("# ").partition("=")[0].partition(" ")[0]
        if what < 0.15 and line.endswith("=y"):
            line = f"# {name} is not set" if what < 0.1 else f"{name}=m"
        elif what < 0.15 and line.endswith("is not set"):
            line = f"{name}={chance.choice('ym')}"
        elif what < 0.25 and line.rpartition("=")[2].isdigit():
            line = f"{name}={chance.choice(('0', '1', '17', '99999999', '-1', '007', ''))}"
        elif what < 0.25 and "=0x" in line:
            line = f"{name}={chance.choice(('0x0', '10', '0xffffffffffff', 'zz'))}"
        lines.append(line)
    if chance.random() < 0.5:
        chance.shuffle(lines)
    return "\n".join(lines) + "\n"
