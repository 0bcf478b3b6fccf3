# SPDX-License-Identifier: GPL-2.0-or-later
"""What is told of a finding beyond its path."""

from dataclasses import replace

import fakes

from ptlint.results.comparison import State
from ptlint.results.engine import StateResult, Usual
from ptlint.results.evidence import facts_on, remaining, usual, with_evidence
from ptlint.results.model import Combination, Finding, Severity, Site, Status, Step, Verdict
from ptlint.source.tree import MemoryTree

CODE = "void f(struct page *page)\n{\n\tdrop(page);\n\t__free_pages(page, 0);\n}\n"
TREE = MemoryTree(fakes.kernel({"mm/a.c": CODE}))
COMBINATIONS = tuple(Combination(f"x86_64/{number}", "x86_64", {}, "y") for number in (1, 2, 3))
ARCHS = {one.id: one.arch for one in COMBINATIONS}
USUAL = (
    Usual("x86_64", "x86_64_defconfig", {"SMP": "y", "NR_CPUS": "64"}),
    Usual("x86_64", "allnoconfig", {"SMP": "n"}),
    Usual("arm64", "defconfig", {"SMP": "y"}),
)


def finding(status: Status, combinations: str, patch: int | None, condition: str = "SMP") -> Finding:
    steps = tuple(Step("mm/a.c", line, 2, "f", "step") for line in (3, 4, 4))
    ids = tuple(f"x86_64/{number}" for number in combinations)
    head = ("PTL001", "sync-free", Severity.ERROR, status, "message", "mm/a.c", 4, 2, "f")
    return Finding(*head, ids, condition, steps, ("table",), patch)


def state(sites: tuple[Site, ...] = ()) -> StateResult:
    found = StateResult("7.3.4", "gcc-12", (), COMBINATIONS, (), sites, (), 0, 0)
    return replace(found, cone=frozenset({"SMP", "NR_CPUS"}), usual=USUAL)


def test_the_usual_configurations_of_its_architecture_are_told() -> None:
    new = finding(Status.NEW, "1", 1)
    assert usual(new, state(), ARCHS) == (("x86_64_defconfig",), ("allnoconfig",))
    assert usual(replace(new, condition="NR_CPUS>=4"), state(), ARCHS)[0] == ("x86_64_defconfig",)
    assert usual(replace(new, condition="y"), state(), ARCHS)[1] == ()
    several = {**ARCHS, "arm64/1": "arm64"}
    both = replace(new, combinations=("x86_64/1", "arm64/1"), condition="ARCH=x86_64 && SMP || ARCH=arm64")
    assert usual(both, state(), several) == (
        ("x86_64 x86_64_defconfig", "arm64 defconfig"),
        ("x86_64 allnoconfig",),
    )


def test_nothing_is_told_of_symbols_that_were_not_asked_for() -> None:
    assert usual(finding(Status.NEW, "1", 1, "OTHER"), state(), ARCHS) == ((), ())


def test_facts_are_those_of_the_names_at_the_steps() -> None:
    (ground,) = facts_on(finding(Status.NEW, "1", 1), TREE)
    assert ground.name == "__free_pages"
    assert ground.why
    assert ground.source


def test_what_a_fix_leaves() -> None:
    fixed = finding(Status.FIXED, "1", 2)
    events = [
        fixed,
        finding(Status.EXISTING, "2", None),
        finding(Status.NEW, "13", 1),
        finding(Status.FIXED, "3", 3),
        replace(finding(Status.NEW, "2", 1), identity=("other",)),
    ]
    assert remaining(fixed, events) == ("x86_64/2", "x86_64/3")
    assert remaining(events[3], events) == ("x86_64/2",)


def test_a_fix_rests_on_what_is_proved_after_it() -> None:
    site = Site("mm/a.c", 4, 2, "f", "call_rcu", "pte", Verdict.RCU, "waits", ("x86_64/1",), (), ("a lock",))
    wrong = replace(site, verdict=Verdict.UNSAFE, callee="other")
    states = [State(TREE, state()), State(TREE, state((site, wrong)), 1)]
    (found,) = with_evidence([finding(Status.FIXED, "1", 1)], states, COMBINATIONS)
    assert [one.name for one in found.grounds] == ["__free_pages", "call_rcu"]
    assert (found.grounds[1].why, found.grounds[1].source) == ("rcu: waits", "a lock")
    assert found.met_by == ("x86_64_defconfig",)
    assert found.remains == ()
