# SPDX-License-Identifier: GPL-2.0-or-later
"""Every function of the files that free page tables, in real kernels."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ptlint.cpp.unit import Preprocessor
from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import toolchain_named
from ptlint.source.tree import DiskTree
from ptlint.syntax.ir import Call, Function, Member, Name, Type
from ptlint.syntax.unit import SyntaxCache, UnitSyntax

KEPT = frozenset(
    (
        "container_of", "offsetof", "READ_ONCE", "WRITE_ONCE", "BUILD_BUG_ON", "VM_BUG_ON", "VM_BUG_ON_PAGE",
        "VM_WARN_ON_ONCE", "WARN_ON_ONCE",
    )
)  # fmt: skip
ASSUMED = {"TRANSPARENT_HUGEPAGE": "y", "DEBUG_VM_PGTABLE": "y", "PARAVIRT": "y"}
UNITS = (
    "mm/mmu_gather.c",
    "arch/x86/mm/pgtable.c",
    "mm/pgtable-generic.c",
    "mm/memory.c",
    "mm/huge_memory.c",
    "mm/khugepaged.c",
    "mm/debug_vm_pgtable.c",
    "arch/x86/mm/init_64.c",
    "arch/x86/mm/pat/set_memory.c",
    "kernel/fork.c",
    "mm/migrate_device.c",
    "mm/vmalloc.c",
    "arch/x86/mm/pti.c",
    "arch/x86/kernel/machine_kexec_64.c",
    "arch/x86/kernel/paravirt.c",
)
HEADERS = ("include/asm-generic/tlb.h", "include/asm-generic/pgalloc.h", "include/linux/mm.h")

pytestmark = pytest.mark.kernel


class Kernel:
    """A tree under one configuration, with what its units share."""

    def __init__(self, root: Path) -> None:
        toolchain = toolchain_named("gcc-12")
        tree = DiskTree(root)
        configuration = Model.load(tree, arch_named("x86_64"), toolchain).defconfig(ASSUMED)
        self.preprocessor = Preprocessor(tree, configuration, toolchain)
        self.cache = SyntaxCache()

    def unit(self, path: str) -> UnitSyntax:
        return UnitSyntax(self.preprocessor.unit(path), self.preprocessor, KEPT, frozenset(), self.cache)

    def function(self, path: str, name: str) -> Function:
        found = self.unit(path).function(name)
        assert found is not None
        return found


@cache
def kernel_at(root: Path) -> Kernel:
    return Kernel(root)


@pytest.mark.parametrize("path", UNITS)
@pytest.mark.parametrize("version", ["6.12", "latest"])
def test_every_function_is_understood(version: str, path: str, kernel_tree: Callable[[str], Path]) -> None:
    syntax = kernel_at(kernel_tree(version)).unit(path)
    lost: list[tuple[str, str, int]] = []
    missing = []
    count = 0
    for file in (path, *HEADERS):
        for item in syntax.defined(file):
            count += 1
            found = syntax.function(item.name)
            if found is None:
                missing.append(item.name)
            else:
                lost.extend((item.name, entry.why, entry.place.line) for entry in found.lost)
    assert lost == []
    assert missing == []
    assert count > 100


def calls(function: Function) -> list[str]:
    """Return the names of the functions that are called directly."""
    return [
        one.callee.name
        for block in function.blocks
        for one in block.instructions
        if isinstance(one, Call) and isinstance(one.callee, Name)
    ]


def test_a_queued_table_names_its_head_and_callback(kernel_tree: Callable[[str], Path]) -> None:
    found = kernel_at(kernel_tree("latest")).function("mm/mmu_gather.c", "tlb_remove_table_free")
    queued = [
        one
        for block in found.blocks
        for one in block.instructions
        if isinstance(one, Call) and isinstance(one.callee, Name) and one.callee.name == "call_rcu"
    ]
    assert [str(one.arguments[1]).partition(",")[0] for one in queued] == ["Name(name='tlb_remove_table_rcu'"]


def test_the_members_of_a_table_descriptor_belong_to_it(kernel_tree: Callable[[str], Path]) -> None:
    syntax = kernel_at(kernel_tree("latest")).unit("mm/memory.c")
    table = syntax.struct("struct ptdesc")
    assert table is not None
    assert table.declaring_tag("pt_rcu_head") == "struct ptdesc"
    # rcu_head is a macro for callback_head, as a tag and as a member.
    assert syntax.offset(Type("struct ptdesc"), "pt_rcu_head") == syntax.offset(
        Type("struct page"), "callback_head"
    )
    assert syntax.offset(Type("struct ptdesc"), "pt_list") == syntax.offset(Type("struct page"), "lru")


def test_a_system_call_has_its_body(kernel_tree: Callable[[str], Path]) -> None:
    found = kernel_at(kernel_tree("latest")).function("kernel/fork.c", "__do_sys_clone3")
    assert "kernel_clone" in calls(found)


def test_a_guard_is_left_on_every_way_out(kernel_tree: Callable[[str], Path]) -> None:
    found = calls(kernel_at(kernel_tree("latest")).function("mm/khugepaged.c", "start_stop_khugepaged"))
    assert found.count("class_mutex_constructor") == 1
    assert found.count("class_mutex_destructor") == 2


def test_hardly_a_member_is_without_its_struct(kernel_tree: Callable[[str], Path]) -> None:
    syntax = kernel_at(kernel_tree("latest")).unit("mm/memory.c")
    known = unknown = 0

    def count(value: object) -> None:
        nonlocal known, unknown
        if isinstance(value, Member):
            known += bool(value.struct)
            unknown += not value.struct
        for name in getattr(value, "__slots__", ()):
            inner = getattr(value, name)
            for one in inner if isinstance(inner, tuple) else (inner,):
                if hasattr(one, "__dataclass_fields__"):
                    count(one)

    for item in syntax.defined("mm/memory.c"):
        found = syntax.function(item.name)
        assert found is not None
        for block in found.blocks:
            for instruction in block.instructions:
                count(instruction)
            count(block.terminator)
    assert unknown == 0
    assert known > 900
