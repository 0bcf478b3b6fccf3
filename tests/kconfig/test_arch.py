# SPDX-License-Identifier: GPL-2.0-or-later
"""Architectures by the value of ARCH."""

import pytest

from ptlint.errors import UsageError
from ptlint.kconfig.arch import ARCHES, arch_named, arches_of
from ptlint.source.tree import MemoryTree


@pytest.mark.parametrize(
    ("name", "srcarch", "bits"),
    [
        ("x86_64", "x86", 64),
        ("i386", "x86", 32),
        ("x86", "x86", None),
        ("sparc32", "sparc", 32),
        ("um", "um", 64),
    ],
)
def test_arch_tells_its_folder_and_its_word_size(name: str, srcarch: str, bits: int | None) -> None:
    arch = arch_named(name)
    assert (arch.name, arch.srcarch, arch.bits) == (name, srcarch, bits)


def test_um_borrows_the_headers_of_x86() -> None:
    arch = arch_named("um")
    assert arch.environment["HEADER_ARCH"] == "x86"
    assert arch.environment["SUBARCH"] == "x86_64"
    folders = arch.header_dirs
    assert folders.index("arch/um/include") < folders.index("arch/x86/um") < folders.index("arch/x86/include")


def test_unknown_arch_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean x86_64"):
        arch_named("x86-64")
    with pytest.raises(UsageError, match="did you mean arm64"):
        arch_named("aarch64")


def test_arches_are_in_alphabetical_order() -> None:
    assert list(ARCHES) == sorted(ARCHES)


def test_a_tree_has_the_architectures_whose_folders_hold_a_kconfig_file() -> None:
    tree = MemoryTree({"arch/x86/Kconfig": b"\n", "arch/arm/Kconfig": b"\n", "arch/Kconfig": b"\n"})
    assert [arch.name for arch in arches_of(tree)] == ["arm", "x86"]
