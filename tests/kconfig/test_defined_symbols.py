# SPDX-License-Identifier: GPL-2.0-or-later
"""What Kconfig files define and name, read as text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ptlint.kconfig.arch import arches_of
from ptlint.kconfig.definitions import Definitions, entries_in, is_kconfig, probed_in
from ptlint.kconfig.model import Model
from ptlint.kconfig.references import references_in
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.source.tree import DiskTree, MemoryTree

TEXT = b"""\
config A
\ttristate "A if NOBODY" if B && C=y
\tdepends on D || \\
\t\t!E
\tselect F if G < 0x10
\tdefault m if H
\thelp
\t  depends on I

\t  select J
config K
\tint
\trange 1 L
\tdefault "M" if "$(N)" = "o"
if P && Q = x86
visible if R # S
endif
name := T
"""


def test_names_of_expressions_are_found_with_their_places() -> None:
    found = list(references_in(TEXT))
    assert "".join(one.name for one in found) == "BCDEFGHLPQR"
    lines = TEXT.decode().split("\n")
    assert all(lines[one.line - 1][one.column - 1 :].startswith(one.name) for one in found)


def test_entries_and_their_types_are_found_and_help_is_none() -> None:
    text = b"config A\n\thelp\n\t  int is no type\n\nmenuconfig B\n\tdef_bool y\nconfig C\n\thex 'c'\n"
    assert {name: (one.line, one.kind) for name, one in entries_in(text, "Kconfig").items()} == {
        "A": (1, ""),
        "B": (5, "bool"),
        "C": (7, "hex"),
    }


def test_what_the_compiler_is_asked_about_is_told() -> None:
    text = (
        b'config A\n\tdef_bool $(cc-option,-x)\nconfig B\n\tdefault "$(ARCH)"\n\thelp\n\t  in $(success,x)\n'
    )
    text += b"config D\n\tint\n\tdefault $(PAHOLE_VERSION)\n"
    assert probed_in(text) == {"A", "D"}


def test_a_changed_file_is_read_again() -> None:
    before = Definitions(MemoryTree({"Kconfig": b"config A\n\tbool\n", "mm/Kconfig": b"config B\n"}))
    after = Definitions(MemoryTree({"mm/Kconfig": b"config C\n"}), before, frozenset({"mm/Kconfig"}))
    assert sorted(after.entries) == ["A", "C"]
    assert sorted(before.entries) == ["A", "B"]


def test_kconfig_files_of_other_programs_are_none() -> None:
    assert is_kconfig("arch/x86/Kconfig.cpu")
    assert is_kconfig("Documentation/Kconfig")
    assert not is_kconfig("scripts/kconfig/tests/choice/Kconfig")
    assert not is_kconfig("tools/x/Kconfig")


@pytest.mark.kernel
@pytest.mark.parametrize("version", ["6.12", "7.3"])
def test_every_symbol_of_every_model_is_found_as_text(
    kernel_tree: Callable[[str], Path], version: str
) -> None:
    tree = DiskTree(kernel_tree(version))
    definitions = Definitions(tree)
    for arch in arches_of(tree):
        model = Model.load(tree, arch, toolchain_named(DEFAULT))
        assert {name for name in model.symbols if name not in definitions} == set(), arch.name
