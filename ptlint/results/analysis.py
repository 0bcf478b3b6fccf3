# SPDX-License-Identifier: GPL-2.0-or-later
"""The analysis of one tree: combinations, free sites with their verdicts, findings, gaps."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ptlint.cpp.sources import SourceCache
from ptlint.cpp.unit import Preprocessor
from ptlint.kconfig.arch import Arch, arch_named
from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.kbuild import Kbuild
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import Toolchain, toolchain_named
from ptlint.lifetime.outcome import Outcome
from ptlint.lifetime.search import Search
from ptlint.lifetime.sites import SiteKey
from ptlint.lifetime.tables import table_names
from ptlint.lifetime.verdicts import SiteVerdict, verdicts
from ptlint.program.compiled import compiled_units
from ptlint.program.facts import Facts, load_facts
from ptlint.program.program import Program
from ptlint.program.texts import Texts
from ptlint.program.units import Units
from ptlint.results.engine import Request, StateResult
from ptlint.results.findings import findings_of
from ptlint.results.model import Assumed, Combination, Finding, Gap, Site
from ptlint.results.proofs import facts_of, site_of
from ptlint.results.queries import Asked, asked, query_findings
from ptlint.rules.loader import shipped_folder
from ptlint.rules.model import Rule
from ptlint.source.tree import Tree, version
from ptlint.syntax.unit import SyntaxCache


@dataclass(frozen=True, slots=True)
class OneCombination:
    """One configuration with everything found under it."""

    combination: Combination
    configuration: Configuration
    outcome: Outcome
    sites: Mapping[SiteKey, SiteVerdict]
    program: Program


class Analysis:
    """The real engine: see `ptlint.results.engine.Engine`."""

    def __init__(self, fact_files: Sequence[Path]) -> None:
        self.facts: Facts = load_facts(fact_files)
        self.sources = SourceCache()  # by content: shared by the states of a series
        self.syntax = SyntaxCache()
        self.texts = Texts()

    def analyse(self, request: Request, progress: Callable[[str], None]) -> StateResult:
        """Return what is true of the tree under every configuration asked for."""
        spare_collector()
        toolchain = toolchain_named(request.toolchain)
        combinations: list[OneCombination] = []
        assumed: dict[str, Assumed] = {}
        answers: list[Asked] = []
        for name in request.archs:
            arch = arch_named(name)
            progress(f"reading the Kconfig of {arch.name}")
            model = Model.load(request.tree, arch, toolchain)
            configurations = self.configurations(model, request)
            logic = Logic(model, dict(request.assume))
            answers.append(asked(model, logic, request.rules, configurations, bool(request.configs)))
            for number, configuration in enumerate((*configurations, *answers[-1].witnesses), 1):
                for assumption in configuration.assumed:
                    assumed[assumption.symbol] = Assumed(
                        assumption.symbol, assumption.value, assumption.forced
                    )
                identity = f"{arch.name}/{number}"
                combinations.append(
                    self.one(request.tree, arch, configuration, toolchain, identity, progress)
                )
        return gather(request, toolchain, combinations, tuple(assumed[s] for s in sorted(assumed)), answers)

    def configurations(self, model: Model, request: Request) -> list[Configuration]:
        assume = dict(request.assume)
        if not request.configs:
            return [model.defconfig(assume)]
        return [model.complete(text, assume) for _, text in request.configs]

    def one(
        self,
        tree: Tree,
        arch: Arch,
        configuration: Configuration,
        toolchain: Toolchain,
        identity: str,
        progress: Callable[[str], None],
    ) -> OneCombination:
        """Analyse the tree under one configuration."""
        progress(f"{identity}: finding what is compiled")
        kbuild = Kbuild(tree, configuration)
        compiled = compiled_units(tree, kbuild, arch.srcarch)
        preprocessor = Preprocessor(tree, configuration, toolchain, self.sources)
        units = Units(
            tree,
            kbuild,
            preprocessor,
            compiled,
            self.facts.kept,
            self.facts.noreturn,
            table_names(self.facts),
            self.facts.names("free") | self.facts.names("queue"),
            self.syntax,
            self.texts,
        )
        program = Program(units, self.facts)
        search = Search(program, self.facts, lambda text: progress(f"{identity}: {text}"))
        outcome = search.run()
        return OneCombination(
            Combination(identity, arch.name, cone(configuration), "y"),
            configuration,
            outcome,
            verdicts(outcome),
            program,
        )


def analyse(request: Request, progress: Callable[[str], None]) -> StateResult:
    """Return what is true of the tree, judged by the facts that ptlint ships."""
    return shipped_analysis().analyse(request, progress)


@functools.cache
def shipped_analysis() -> Analysis:
    """Return the analysis with the shipped facts; the states of a series share what it has parsed."""
    return Analysis(sorted((shipped_folder() / "facts").glob("*.toml")))


def spare_collector() -> None:
    """Let the garbage collector run rarely: a run makes millions of small values and next to no cycles."""
    gc.set_threshold(200_000, 20, 100)


def cone(configuration: Configuration) -> dict[str, str]:
    """Return the assignment that a combination is shown with."""
    return dict(sorted(configuration.values.items()))


def gather(
    request: Request,
    toolchain: Toolchain,
    combinations: Sequence[OneCombination],
    assumed: tuple[Assumed, ...],
    answers: Sequence[Asked],
) -> StateResult:
    """Join what the combinations say: equal sites, findings and gaps are listed once."""
    sites: dict[object, Site] = {}
    findings: dict[object, Finding] = {}
    gaps: dict[tuple[str, int, str, str], Gap] = {}
    functions: set[tuple[str, str]] = set()
    files: set[str] = set()
    for one in combinations:
        name = one.combination.id
        functions |= one.outcome.functions
        files |= {path for path, _ in one.outcome.functions} | one.outcome.units
        for verdict in one.sites.values():
            site = site_of(verdict, name)
            key = (site.path, site.line, site.column, site.function, site.callee, site.verdict, site.reason)
            known = sites.get(key)
            sites[key] = site if known is None else with_combination(known, name)
            if site.verdict == "undecided":
                gaps.setdefault(
                    (site.path, site.line, site.function, site.reason),
                    Gap(site.path, site.line, site.function, site.reason),
                )
        for path, line, function, reason in one.outcome.gaps:
            gaps.setdefault((path, line, function, reason), Gap(path, line, function, reason))
        for finding in findings_of(
            one.outcome, one.sites, one.program, active_rules(request.rules, one.configuration), name
        ):
            place = (finding.rule, finding.path, finding.line, finding.column, finding.identity)
            before = findings.get(place)
            findings[place] = finding if before is None else joined(before, name)
    configurations = {one.combination.id: one.configuration for one in combinations}
    for answer in answers:
        for gap in answer.gaps:
            gaps.setdefault((gap.path, gap.line, gap.function, gap.reason), gap)
    violations = [violation for answer in answers for violation in answer.violations]
    for finding in query_findings(violations, configurations, request.archs):
        findings[finding.rule, finding.path, finding.line, finding.column, finding.identity] = finding
    return StateResult(
        version(request.tree),
        toolchain.name,
        assumed,
        tuple(c.combination for c in combinations),
        tuple(sorted(findings.values(), key=lambda f: (f.path, f.line, f.column, f.rule, f.identity))),
        tuple(
            sorted(sites.values(), key=lambda s: (s.path, s.line, s.column, s.callee, s.verdict, s.reason))
        ),
        tuple(gaps[k] for k in sorted(gaps)),
        len(files),
        len(functions),
        facts_of(one.sites for one in combinations),
        {name: configuration.text() for name, configuration in configurations.items()},
    )


def active_rules(rules: Sequence[Rule], configuration: Configuration) -> tuple[Rule, ...]:
    """Return the rules that speak of a configuration."""
    return tuple(r for r in rules if not r.requires or configuration.get(r.requires) == "y")


def with_combination(site: Site, name: str) -> Site:
    return site if name in site.combinations else replace(site, combinations=(*site.combinations, name))


def joined(finding: Finding, name: str) -> Finding:
    return (
        finding
        if name in finding.combinations
        else replace(finding, combinations=(*finding.combinations, name))
    )
