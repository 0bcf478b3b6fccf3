# SPDX-License-Identifier: GPL-2.0-or-later
"""What is reported of what was found: by rules, and by the paths where it lies or leads through."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ptlint.results.engine import StateResult
from ptlint.results.model import Finding, Gap, Site, Step, Verdict


@dataclass(frozen=True, slots=True)
class Selection:
    """Paths relative to the tree, without a trailing "/" ("" is the whole tree; () is all), and rules."""

    paths: tuple[str, ...]
    rules: frozenset[str]

    def holds_path(self, path: str) -> bool:
        """Tell whether *path* is one of the paths or lies under one."""
        return not self.paths or any(
            not above or path == above or path.startswith(above + "/") for above in self.paths
        )

    def holds_finding(self, finding: Finding) -> bool:
        """Tell whether its rule is a chosen one, and its place or a step to it lies under the paths."""
        if finding.rule not in self.rules:
            return False
        ways = (finding.trace, *finding.further)
        return self.holds_path(finding.path) or any(self._holds_step(way) for way in ways)

    def holds_site(self, site: Site) -> bool:
        """Tell whether the site or a step of its proof lies under the paths."""
        return self.holds_path(site.path) or self._holds_step(site.steps)

    def _holds_step(self, steps: Iterable[Step]) -> bool:
        return any(self.holds_path(step.path) for step in steps)


def select(state: StateResult, selection: Selection) -> StateResult:
    """Return the state with what the selection holds of it, and its undecided sites among the gaps."""
    sites = tuple(site for site in state.sites if selection.holds_site(site))
    undecided = {_place(site) for site in sites if site.verdict is Verdict.UNDECIDED}
    gaps = [gap for gap in state.gaps if selection.holds_path(gap.path) or _place(gap) in undecided]
    return replace(
        state,
        findings=tuple(finding for finding in state.findings if selection.holds_finding(finding)),
        sites=sites,
        gaps=(*gaps, *_undecided(sites, state.gaps)),
    )


def _undecided(sites: Iterable[Site], gaps: Iterable[Gap]) -> list[Gap]:
    """Return gaps for the undecided sites that *gaps* do not tell of."""
    known = {_place(gap) for gap in gaps}
    found: list[Gap] = []
    for site in sites:
        if site.verdict is Verdict.UNDECIDED and _place(site) not in known:
            known.add(_place(site))
            found.append(Gap(site.path, site.line, site.function, f"{site.callee}: {site.reason}"))
    return found


def _place(what: Site | Gap) -> tuple[str, int, str]:
    return what.path, what.line, what.function
