# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of queries: what Kconfig answers, and the findings that it makes."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.results.fingerprint import fingerprint
from ptlint.results.model import Finding
from ptlint.results.queries import Asked, asked, query_findings
from ptlint.rules.loader import find_rule, load_rules
from ptlint.source.tree import DiskTree, MemoryTree

RULE = find_rule(load_rules(), "PTL011")

COMMON = """\
config MMU_GATHER_TABLE_FREE
	bool
config MMU_GATHER_RCU_TABLE_FREE
	bool
	select MMU_GATHER_TABLE_FREE
config HAVE_ARCH_TLB_REMOVE_TABLE
	bool
source "arch/$(SRCARCH)/Kconfig"
"""
RECLAIM = COMMON + "config PT_RECLAIM\n\tdef_bool y\n\tdepends on MMU_GATHER_RCU_TABLE_FREE\n"
X86 = """\
config SMP
	bool 'smp'
config PARAVIRT
	bool 'paravirt'
config MMU
	def_bool y
config X86
	def_bool y
	select MMU_GATHER_RCU_TABLE_FREE if SMP && PARAVIRT
"""
POWERPC = (
    "config MMU\n\tdef_bool y\n\tselect MMU_GATHER_RCU_TABLE_FREE\n\tselect HAVE_ARCH_TLB_REMOVE_TABLE\n"
)


def model_of(kconfig: str, arch: str = "x86_64") -> Model:
    files = {
        "Makefile": "VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\n",
        "Kconfig": kconfig,
        "arch/x86/Kconfig": X86,
        "arch/powerpc/Kconfig": POWERPC,
    }
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return Model.load(tree, arch_named(arch), toolchain_named(DEFAULT))


def ask(
    kconfig: str,
    config: str = "",
    *,
    arch: str = "x86_64",
    assume: Mapping[str, str] | None = None,
    only_this: bool = False,
) -> tuple[Asked, list[Finding]]:
    """Return what the rule says of a tree, and the findings if the given .config is the first combination."""
    model = model_of(kconfig, arch)
    configuration = model.complete(config, assume or {})
    answer = asked(model, Logic(model, assume or {}), [RULE], [configuration], only_this)
    every = {str(number): one for number, one in enumerate((configuration, *answer.witnesses), 1)}
    return answer, query_findings(answer.violations, every, [arch])


def told(findings: list[Finding]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.identity[-1], one.condition, one.combinations) for one in findings]


def test_a_tree_whose_dependencies_say_it_is_silent() -> None:
    assert ask(RECLAIM) == (Asked(), [])
    assert ask(RECLAIM, arch="powerpc")[1] != []  # this one overrides, and PT_RECLAIM does not mind


def test_a_feasible_configuration_without_it_is_found_and_shown() -> None:
    kconfig = COMMON + "config PT_RECLAIM\n\tdef_bool y\n"
    answer, findings = ask(kconfig, "CONFIG_SMP=y\nCONFIG_PARAVIRT=y\n")
    assert told(findings) == [("rcu-table-free", "!PARAVIRT || !SMP", ("2", "3"))]
    assert [(one.get("PARAVIRT"), one.get("SMP")) for one in answer.witnesses] == [("n", "y"), ("y", "n")]
    (finding,) = findings
    assert (finding.path, finding.function, finding.severity) == ("Kconfig", None, "error")
    assert kconfig.split("\n")[finding.line - 1] == "config PT_RECLAIM"
    assert finding.message.startswith("PT_RECLAIM can be on without MMU_GATHER_RCU_TABLE_FREE: ")
    assert [(step.path, step.message) for step in finding.trace] == [
        ("Kconfig", "PT_RECLAIM is y: it depends on nothing"),
        ("Kconfig", "MMU_GATHER_RCU_TABLE_FREE is n: what selects it is not in force"),
        ("arch/x86/Kconfig", "X86 selects it only if SMP && PARAVIRT, which does not hold"),
    ]


def test_a_configuration_of_the_run_serves_as_witness() -> None:
    answer, findings = ask(COMMON + "config PT_RECLAIM\n\tdef_bool SMP\n", "CONFIG_SMP=y\n")
    assert answer.witnesses == ()
    assert told(findings) == [("rcu-table-free", "!PARAVIRT && SMP", ("1",))]


@pytest.mark.parametrize(("config", "number"), [("CONFIG_SMP=y\nCONFIG_PARAVIRT=y\n", 0), ("", 1)])
def test_a_given_configuration_is_all_that_counts(config: str, number: int) -> None:
    answer, findings = ask(COMMON + "config PT_RECLAIM\n\tdef_bool y\n", config, only_this=True)
    assert answer.witnesses == ()
    assert told(findings) == [("rcu-table-free", "!PARAVIRT || !SMP", ("1",))] * number


def test_a_symbol_that_the_tree_does_not_define_is_not_asked_about() -> None:
    no_override = RECLAIM.replace("config HAVE_ARCH_TLB_REMOVE_TABLE\n\tbool\n", "")
    assert ask(no_override)[1] == []
    assert ask(COMMON)[1] == []


def test_an_assumed_symbol_is_asked_about_at_the_entry_of_what_it_relies_on() -> None:
    _, findings = ask(COMMON, "CONFIG_SMP=y\nCONFIG_PARAVIRT=y\n", assume={"PT_RECLAIM": "y"})
    assert told(findings) == [("rcu-table-free", "!PARAVIRT || !SMP", ("2", "3"))]
    assert (findings[0].path, findings[0].line) == ("Kconfig", 3)


def test_an_assumption_restricts_the_answers() -> None:
    kconfig = COMMON + "config PT_RECLAIM\n\tdef_bool y\n"
    assert told(ask(kconfig, assume={"SMP": "y"})[1]) == [("rcu-table-free", "!PARAVIRT", ("1",))]
    assert ask(kconfig, assume={"SMP": "y", "PARAVIRT": "y"})[1] == []


def test_a_finding_keeps_its_id_wherever_the_entry_goes() -> None:
    first = ask(COMMON + "config PT_RECLAIM\n\tdef_bool y\n")[1][0]
    second = ask(COMMON + "\n\nconfig PT_RECLAIM\n\tbool 'reclaim'\n\tdefault y\n")[1][0]
    assert first.line != second.line
    assert fingerprint(first) == fingerprint(second)


def test_what_only_some_architectures_have_says_so() -> None:
    x86, powerpc = model_of(RECLAIM), model_of(RECLAIM, "powerpc")
    violations = []
    every = {}
    for model in (x86, powerpc):
        configuration = every[model.arch.name] = model.complete("")
        violations += asked(model, Logic(model), [RULE], [configuration], False).violations
    assert told(query_findings(violations, every, ["x86_64", "powerpc"])) == [
        ("arch-override", "ARCH=powerpc", ("powerpc",))
    ]
    assert told(query_findings(violations, every, ["powerpc"])) == [("arch-override", "y", ("powerpc",))]


def of_kernel(root: Path, arch: str, assume: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """Return query, condition and number of witnesses for each violation in a kernel, from its defconfig."""
    model = Model.load(DiskTree(root), arch_named(arch), toolchain_named(DEFAULT))
    answer = asked(model, Logic(model, assume), [RULE], [model.defconfig(assume)], False)
    assert not answer.gaps
    return [(one.query.name, one.condition, len(answer.witnesses)) for one in answer.violations]


@pytest.mark.kernel
@pytest.mark.parametrize("arch", ["x86_64", "i386", "powerpc", "arm64", "um", "sparc64"])
def test_a_pristine_kernel_is_silent(kernel_tree: Callable[[str], Path], arch: str) -> None:
    assert of_kernel(kernel_tree("latest"), arch, {}) == []
    assert of_kernel(kernel_tree("6.12"), arch, {}) == []


@pytest.mark.kernel
def test_an_older_kernel_lacks_a_select_for_pt_reclaim(kernel_tree: Callable[[str], Path]) -> None:
    assume = {"PT_RECLAIM": "y"}
    assert of_kernel(kernel_tree("6.12"), "x86_64", assume) == [("rcu-table-free", "!PARAVIRT", 1)]
    assert of_kernel(kernel_tree("6.12"), "arm64", assume) == []
    assert of_kernel(kernel_tree("6.12"), "arm", assume) == [
        ("rcu-table-free", "!ARM_LPAE || !SMP", 2),
        ("mmu", "!MMU", 2),
    ]
