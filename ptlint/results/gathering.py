# SPDX-License-Identifier: GPL-2.0-or-later
"""Joins what the combinations of a run say: equal sites, findings and gaps are listed once."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.formula import TRUE, And, Enabled, Formula, Is, Not, assignment_formula
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.parsing import parse_formula
from ptlint.kconfig.toolchain import Toolchain
from ptlint.lifetime.sites import SiteKey
from ptlint.lifetime.verdicts import SiteVerdict
from ptlint.results.combining import over_archs
from ptlint.results.engine import Request, StateResult
from ptlint.results.model import Assumed, Combination, Finding, Gap, Site
from ptlint.results.proofs import site_of
from ptlint.results.queries import Asked, query_findings
from ptlint.results.undefined import missing_callee
from ptlint.source.tree import version


@dataclass(frozen=True, slots=True)
class OneCombination:
    """Everything found under one configuration."""

    id: str
    configuration: Configuration
    sites: Mapping[SiteKey, SiteVerdict]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    unreached: tuple[Gap, ...]  # functions whose callers decide, and that nothing is seen to call
    facts: tuple[str, ...]
    functions: frozenset[tuple[str, str]]
    files: frozenset[str]
    passed: frozenset[tuple[str, str]] = frozenset()  # between two of the functions; may call what is missing
    lacking: frozenset[tuple[str, str]] = frozenset()  # functions that call what is missing

    @property
    def arch(self) -> str:
        """The value of ARCH."""
        return self.configuration.arch.name


def gather(
    request: Request,
    toolchain: Toolchain,
    combinations: Sequence[OneCombination],
    logics: Mapping[str, Logic],
    deciding: Mapping[str, AbstractSet[str]],
    named: Mapping[str, AbstractSet[str]],
    present: Mapping[tuple[str, str], Formula],
    further: Iterable[Gap] = (),
    answers: Sequence[Asked] = (),
) -> StateResult:
    """Return everything about one state of a tree.

    `deciding` are the symbols that decide the analysed code, by the name of the function or macro; those that
    decide whatever code there is stand under no name. `named` are the functions and macros that a function
    names, as far as something decides these. `present` tells where functions are compiled: a finding in one
    holds nowhere else. (Another one on the way may have a stand-in elsewhere.)
    """
    violations = [violation for answer in answers for violation in answer.violations]
    queries = (part for v in violations for part in (v.formula, parse_formula(v.condition)))
    cone = frozenset(request.cone).union(*deciding.values(), *(part.symbols() for part in queries))
    conditions = Conditions(combinations, logics, cone, deciding, named)
    sites: dict[object, Site] = {}
    findings: dict[object, Finding] = {}
    gaps: dict[tuple[str, int, str, str], Gap] = {
        (gap.path, gap.line, gap.function, gap.reason): gap
        for gap in (*further, *(gap for answer in answers for gap in answer.gaps))
    }
    for one in combinations:
        for verdict in one.sites.values():
            site = site_of(verdict, one.id)
            key = (site.path, site.line, site.column, site.function, site.callee, site.verdict, site.reason)
            known = sites.get(key)
            sites[key] = site if known is None else replace(known, combinations=(*known.combinations, one.id))
            if site.verdict == "undecided":
                gap = Gap(site.path, site.line, site.function, site.reason)
                gaps.setdefault((gap.path, gap.line, gap.function, gap.reason), gap)
        for gap in (*one.gaps, *uncalled(one, combinations)):
            gaps.setdefault((gap.path, gap.line, gap.function, gap.reason), gap)
        for finding in one.findings:
            place = (
                finding.rule,
                finding.path,
                finding.line,
                finding.column,
                finding.identity,
                finding.severity,
            )
            before = findings.get(place)
            findings[place] = (
                finding if before is None else replace(before, combinations=(*before.combinations, one.id))
            )
    configurations = {one.id: one.configuration for one in combinations}
    queried = query_findings(violations, configurations, request.archs)
    assumed = {
        a.symbol: Assumed(a.symbol, a.value, a.forced)
        for one in combinations
        for a in one.configuration.assumed
    }
    return StateResult(
        version(request.tree),
        toolchain.name,
        tuple(assumed[s] for s in sorted(assumed)),
        tuple(
            Combination(one.id, one.arch, logics[one.arch].values(one.configuration), conditions.of([one.id]))
            for one in combinations
        ),
        tuple(
            sorted(
                (
                    *(
                        replace(
                            f,
                            condition=conditions.of(
                                f.combinations,
                                deciders_of(f, deciding),
                                f.function,
                                present.get((f.path, f.function or ""), TRUE),
                            ),
                        )
                        for f in findings.values()
                    ),
                    *queried,
                ),
                key=lambda f: (f.path, f.line, f.column, f.rule, f.identity),
            )
        ),
        tuple(
            sorted(sites.values(), key=lambda s: (s.path, s.line, s.column, s.callee, s.verdict, s.reason))
        ),
        tuple(gaps[k] for k in sorted(gaps)),
        len(frozenset().union(*(one.files for one in combinations))),
        len(frozenset().union(*(one.functions for one in combinations))),
        tuple(sorted({fact for one in combinations for fact in one.facts})),
        cone,
        tuple(dict.fromkeys((v.arch, v.condition) for v in violations)),
        {name: configuration.text() for name, configuration in configurations.items()},
        walked=tuple(sorted(frozenset().union(*(one.functions | one.passed for one in combinations)))),
        lacking=tuple(sorted(frozenset().union(*(one.lacking for one in combinations)))),
    )


def uncalled(one: OneCombination, others: Sequence[OneCombination]) -> Iterator[Gap]:
    """Yield the functions that nothing calls in one combination, nor in any other of the architecture.

    One that is called elsewhere is known through its callers, and dead text where these are not compiled.
    """
    for gap in one.unreached:
        key = (gap.path, gap.function)
        if not any(
            other.arch == one.arch
            and key in other.functions
            and all((g.path, g.function) != key for g in other.unreached)
            for other in others
        ):
            yield gap


class Conditions:
    """Finds the condition that tells some combinations from the others of a run."""

    def __init__(
        self,
        combinations: Sequence[OneCombination],
        logics: Mapping[str, Logic],
        cone: frozenset[str],
        deciding: Mapping[str, AbstractSet[str]],
        named: Mapping[str, AbstractSet[str]],
    ) -> None:
        self._logics = logics
        self._deciding = deciding
        self._named = named
        self._values = {one.id: {s: one.configuration.get(s) for s in sorted(cone)} for one in combinations}
        self._of_arch: dict[str, list[str]] = {}
        for one in combinations:
            self._of_arch.setdefault(one.arch, []).append(one.id)
        self._known: dict[tuple[tuple[str, ...], frozenset[str], str, Formula], str] = {}

    def of(
        self,
        chosen: Sequence[str],
        functions: Iterable[str] = (),
        place: str | None = None,
        within: Formula = TRUE,
    ) -> str:
        """Return the condition that holds in the chosen combinations and in none of the others.

        It holds nowhere but `within`, which is true in those that are chosen. It speaks of the symbols that
        decide some functions, if that is enough, else of what these name as well, and rather of those that
        decide the function that it is about than of others.
        """
        names = ("", *functions)
        symbols = self._symbols(names)
        key = (tuple(sorted(chosen)), symbols, place or "", within)
        if key not in self._known:
            beside = {other for name in names for other in self._named.get(name, ())}
            about = (place or "", *self._named.get(place or "", ()))
            nearest = (self._symbols(about[:1]), self._symbols(about))
            more = self._symbols((*names, *beside))
            tiers = [
                sorted(tier, key=lambda s: (s not in nearest[0], s not in nearest[1], s))
                for tier in (symbols, more)
            ]
            self._known[key] = self._joined(set(chosen), tiers, within)
        return self._known[key]

    def _symbols(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self._deciding.get(name, frozenset()) for name in names))

    def _joined(self, chosen: set[str], tiers: Sequence[Sequence[str]], within: Formula) -> str:
        parts: dict[str, str] = {}
        for arch, ids in self._of_arch.items():
            mine = [one for one in ids if one in chosen]
            if mine:
                others = [one for one in ids if one not in chosen]
                parts[arch] = self._among(arch, mine, others, tiers, within)
        return over_archs(parts, self._of_arch)

    def _among(
        self,
        arch: str,
        mine: Sequence[str],
        others: Sequence[str],
        tiers: Sequence[Sequence[str]],
        within: Formula,
    ) -> str:
        """Return the condition among the combinations of one architecture."""
        logic = self._logics[arch]
        without = [
            {symbol: value}
            for symbol, value in refutations(within)
            if all(self._values[one].get(symbol, value) != value for one in mine)
            and logic.feasible(assignment_formula({symbol: value}))
        ]
        if not others and not without:
            return "y"
        beside = sorted({symbol for one in without for symbol in one})
        tiers = [[*symbols, *(s for s in beside if s not in symbols)] for symbols in tiers]
        for symbols in tiers:
            holds, fails = self._narrow(mine, symbols), self._narrow(others, symbols)
            if not any(one in fails for one in holds):
                break
        else:
            fails = [self._values[one] for one in others]
            holds = [v for one in mine if (v := self._values[one]) not in fails]
        if not holds:
            return "y"
        return logic.text(logic.irredundant(holds, [*fails, *without], symbols))

    def _narrow(self, ids: Sequence[str], symbols: Sequence[str]) -> list[dict[str, str]]:
        """Return the assignments of combinations, cut down to some symbols; each once."""
        found: list[dict[str, str]] = []
        for one in ids:
            cut = {s: v for s, v in self._values[one].items() if s in symbols}
            if cut not in found:
                found.append(cut)
        return found


def refutations(formula: Formula) -> Iterator[tuple[str, str]]:
    """Yield symbols and values with which a conjunction is false, as far as its parts are plain."""
    match formula:
        case And(parts):
            for part in parts:
                yield from refutations(part)
        case Enabled(symbol) | Is(symbol, "y"):
            yield symbol, "n"
        case Not(Enabled(symbol) | Is(symbol, "y")):
            yield symbol, "y"
        case _:
            pass


def deciders_of(finding: Finding, deciding: Container[str]) -> list[str]:
    """Return the names under which it is known what decides a finding: those of what is missing, if it is."""
    missing = f"{missing_callee(finding)}()"
    return [missing] if missing in deciding else functions_of(finding)


def functions_of(finding: Finding) -> list[str]:
    """Return the functions and macros that a finding's ways lead through."""
    ways = (finding.trace, *finding.further)
    return sorted({step.function for way in ways for step in way} | {finding.function or ""})
