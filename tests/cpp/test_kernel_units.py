# SPDX-License-Identifier: GPL-2.0-or-later
"""Units of real kernels have the active lines that gcc -E gives them, in the same order."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import gcc_oracle as oracle
import pytest

from ptlint.cpp.unit import Preprocessor
from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import toolchain_named
from ptlint.source.tree import DiskTree

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(oracle.GCC is None, reason="gcc is the oracle and is not installed"),
]

MANY = os.environ.get("PTLINT_ORACLE") == "all"
"""Whether to compare everything; takes minutes."""

UNITS = ("mm/mmu_gather.c", "arch/x86/mm/pgtable.c")
MORE_UNITS = (
    "mm/memory.c", "mm/pgtable-generic.c", "mm/huge_memory.c", "mm/khugepaged.c", "kernel/fork.c",
    "kernel/events/core.c", "kernel/bounds.c", "arch/x86/xen/mmu_pv.c", "arch/x86/kernel/kvm.c",
    "arch/x86/hyperv/mmu.c", "arch/x86/mm/fault.c",
)  # fmt: skip
CONFIGURATIONS = {
    "plain": ("x86_64", {}),
    "uniprocessor": ("x86_64", {"SMP": "n", "XEN": "y", "KVM": "m"}),
    "debugging": ("x86_64", {"KASAN": "y", "PROVE_LOCKING": "y", "LOCK_STAT": "y", "XEN": "y"}),
    "real-time": ("x86_64", {"EXPERT": "y", "PREEMPT_RT": "y", "FUNCTION_TRACER": "y", "LRU_GEN": "y"}),
    "32 bits": ("i386", {}),
    "32 bits with PAE": ("i386", {"HIGHMEM64G": "y", "X86_PAE": "y", "XEN": "y", "HYPERV": "y"}),
}  # fmt: skip
CHOSEN = list(CONFIGURATIONS) if MANY else ["debugging", "32 bits"]


@pytest.mark.parametrize("version", ["6.12", "latest"])
@pytest.mark.parametrize("name", CHOSEN)
def test_a_kernel_unit_has_the_lines_that_gcc_sees(
    kernel_tree: Callable[[str], Path], version: str, name: str, tmp_path: Path
) -> None:
    root = kernel_tree(version)
    tree = DiskTree(root)
    arch, values = CONFIGURATIONS[name]
    toolchain = toolchain_named("gcc-12")
    model = Model.load(tree, arch_named(arch), toolchain)
    asked = "".join(f"CONFIG_{symbol}={value}\n" for symbol, value in values.items())
    preprocessor = Preprocessor(tree, model.complete(model.defconfig_text() + asked), toolchain)
    bounds = preprocessor.generated.find("include/generated/bounds.h") or b""
    ours = {name: int(value) for name, value in re.findall(r"#define (\w+) (\d+)", bounds.decode())}
    assert ours == oracle.gcc_constants(preprocessor, root, tmp_path)
    for path in (*UNITS, *(MORE_UNITS if MANY else ())):
        unit = preprocessor.unit(path)
        assert not unit.missing
        assert not unit.undecided
        assert oracle.our_places(preprocessor, unit) == oracle.gcc_places(preprocessor, unit, root, tmp_path)
