# SPDX-License-Identifier: GPL-2.0-or-later
"""The logic of real kernels agrees with the kernel's own conf.

PTLINT_SEEDS=1-50 tries more random configurations.
"""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import conf_oracle as oracle
import pytest
from test_conf_agrees import VERSIONS, model_of

from ptlint.kconfig.formula import Or, any_of
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.parsing import parse_formula

pytestmark = pytest.mark.kernel

_FIRST, _, _LAST = os.environ.get("PTLINT_SEEDS", "1-5").partition("-")
SEEDS = range(int(_FIRST), int(_LAST or _FIRST) + 1)

CORE = """
SMP MMU PARAVIRT TRANSPARENT_HUGEPAGE PREEMPT_RT PT_RECLAIM NR_CPUS SPLIT_PTE_PTLOCKS X86_PAE XEN_PV NUMA
HUGETLB_PAGE KASAN DEBUG_VM LOCKDEP PREEMPT_RCU MEMORY_HOTPLUG USERFAULTFD KVM HIGHPTE MEMCG MODULES EXPERT
MMU_GATHER_RCU_TABLE_FREE MMU_GATHER_TABLE_FREE COMPACTION KSM SWAP HIGHMEM SPARSEMEM PGTABLE_LEVELS
DEBUG_SPINLOCK HYPERV KEXEC PREEMPT_DYNAMIC LRU_GEN X86_5LEVEL 64BIT TRACEPOINTS PHYSICAL_START
"""

X86 = {  # what is feasible: in 6.12, in the latest
    "x86_64": {
        "TRANSPARENT_HUGEPAGE && !SMP": (True, True),
        "PARAVIRT && !PT_RECLAIM": (True, False),
        "PREEMPT_RT": (True, True),
        "X86_PAE": (False, False),
        "SMP && NR_CPUS<4": (True, True),
        "SMP && NR_CPUS<2": (False, False),
        "!MMU": (False, False),
        "PGTABLE_LEVELS=2 || PGTABLE_LEVELS=3": (False, False),
        "PGTABLE_LEVELS=4": (True, False),
        "PGTABLE_LEVELS=5": (True, True),
        "KVM=m && !MODULES": (False, False),
        "ARCH=x86_64 && KVM=m && KASAN && !DEBUG_VM": (True, True),
    },
    "i386": {
        "X86_PAE && PREEMPT_RT": (True, True),
        "X86_PAE && !X86_PAE": (False, False),
        "PGTABLE_LEVELS=2": (True, True),
        "PGTABLE_LEVELS=3 && !SMP": (True, True),
        "PGTABLE_LEVELS>3": (False, False),
        "NR_CPUS>64": (False, False),
    },
}


@cache
def logic_of(root: Path, arch: str) -> Logic:
    return Logic(model_of(root, arch))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("arch", X86)
def test_what_is_found_is_a_fixed_point_of_conf(
    version: str, arch: str, kernel_tree: Callable[[str], Path]
) -> None:
    root = kernel_tree(version)
    model, logic = model_of(root, arch), logic_of(root, arch)
    near = model.defconfig()
    for text, feasible in X86[arch].items():
        formula = parse_formula(text)
        found = logic.find(formula, near)
        assert (found is not None) == feasible[VERSIONS.index(version)], text
        assert logic.feasible(formula) == (found is not None), text
        if found is not None:
            assert formula.holds(found), text
            assert oracle.olddefconfig(root, model.arch, found.text()) == found.text(), text
            assert formula.holds(model.complete(near.text() + logic.fragment(formula, near))), text


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_random_configurations_of_conf_are_solutions(
    version: str, seed: int, kernel_tree: Callable[[str], Path]
) -> None:
    root = kernel_tree(version)
    model, logic = model_of(root, "x86_64"), logic_of(root, "x86_64")
    logic.feasible(any_of(parse_formula(name) for name in CORE.split()))
    logic.feasible(Or((parse_formula("NR_CPUS>=5"), parse_formula("PHYSICAL_START=0x1000000"))))
    evaluation = model.evaluate(model.user_values(oracle.randconfig(root, model.arch, seed)))
    gates = logic._encoder.gates
    values = gates.assignment(evaluation)
    broken = [one for one in gates.clauses if not any(values[abs(x)] == (x > 0) for x in one)]
    assert broken == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_forced_assumption_is_honoured_and_named(version: str, kernel_tree: Callable[[str], Path]) -> None:
    model = model_of(kernel_tree(version), "x86_64")
    logic = Logic(model, {"PT_RECLAIM": "y", "PARAVIRT": "y", "X86_PAE": "y"})
    forced = {one.symbol: one.forced for one in logic.assumed}
    assert forced == {"PT_RECLAIM": version == "6.12", "PARAVIRT": False, "X86_PAE": True}
    found = logic.find(parse_formula("!SMP"), model.defconfig())
    assert found is not None
    assert found.assumed == logic.assumed
    assert [found.get(name) for name in ("PT_RECLAIM", "PARAVIRT", "X86_PAE", "SMP")] == ["y", "y", "y", "n"]
    assert not logic.feasible(parse_formula("!PARAVIRT || !PT_RECLAIM"))
