# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings of the rules that watch paths: which violations are real, and where they are reported.

An automaton that a path violates only if it was in a certain state when the table was found is asked how such
tables are left elsewhere: those of the container it came from, or those of its level that are published.

Under-approximates: a table of unknown origin violates a rule only if it does so from every state, and one
that is found only if all such tables are left in a state from which it does (one of them, for a rule that
says `worst`). Tables that are told apart by bits in the pointers that are kept of them may be of any kind in
every branch: nothing is said of them then.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from ptlint.lifetime.journal import Free, Violation
from ptlint.lifetime.monitor import PUBLISH, STRANDED, UNCHANGED, UNSERVED, USE, Monitor, split_member
from ptlint.lifetime.objects import Origin, Visibility
from ptlint.lifetime.outcome import Outcome
from ptlint.lifetime.provenance import UNNAMED
from ptlint.lifetime.sites import SiteKey, flatten
from ptlint.lifetime.verdicts import Judgement, Proof, of_kernel, of_nobody
from ptlint.results.findings import finding_of
from ptlint.results.model import Finding, Severity
from ptlint.rules.model import Rule


def violations_of(
    outcome: Outcome,
    rules: Sequence[Rule],
    monitor: Monitor,
    combination: str,
    primitives: Container[str] = (),
) -> list[Finding]:
    """Return one finding per rule and place; further ways to it are further traces.

    No place is within one of the `primitives`, macros as they may be.
    """
    by_code = {rule.code: rule for rule in rules if rule.watches}
    gathered: dict[tuple[str, str, SiteKey, Severity], list[Judgement]] = {}
    states = States(outcome, monitor)
    for violation in outcome.violations:
        code, member = split_member(violation.rule)
        rule = by_code.get(code)
        free = violation.free
        if rule is None or not free.sites or (free.dead and rule.walkers):
            continue
        if free.object.supposed or free.object.sorted_out:
            continue
        if rule.walkers and free.object.holder and of_nobody(free.object.holder, outcome):
            continue
        real = states.real(violation)
        told = None if real else states.told_by(violation)
        if not real and told is None:
            continue
        kept = free.object.holder or free.object.container
        kernel = free.kernel or bool(kept and of_kernel(kept, outcome)) or (told is not None and told.kernel)
        severity = rule.kernel if kernel else rule.severity
        if severity is None or (told is not None and told.dead and rule.walkers):
            continue
        place = lost_at(violation, outcome, states, primitives)
        put = told or states.put_there(violation)
        history = free.history if put is None else (*put.history, *free.history)
        sites = free.sites if put is None else flatten((put.sites, free.sites))
        judgement = Judgement(
            Proof.UNSAFE, rule.title, history, sites, free.object, free.object.sync, free.root
        )
        gathered.setdefault((rule.code, member, place, Severity(severity.value)), []).append(judgement)
    return [
        finding_of(speaking_of(by_code[code], member), place, judgements, combination, severity)
        for (code, member, place, severity), judgements in gathered.items()
    ]


def speaking_of(rule: Rule, member: str) -> Rule:
    """Return a rule that speaks of one member, if its automata are kept for members."""
    return replace(rule, message=rule.message.replace("{member}", member)) if member else rule


def without_implied(findings: Sequence[Finding], rules: Sequence[Rule]) -> tuple[Finding, ...]:
    """Leave out the findings that go without saying beside another one at the same place."""
    implies = {rule.code: rule.implies for rule in rules}
    said = {
        (other, one.path, one.line, one.column) for one in findings for other in implies.get(one.rule, ())
    }
    return tuple(one for one in findings if (one.rule, one.path, one.line, one.column) not in said)


def lost_at(violation: Violation, outcome: Outcome, states: States, primitives: Container[str]) -> SiteKey:
    """Return the deepest site on the path that the same event never comes by rightly."""
    path = violation.free.sites
    if violation.event == UNSERVED:
        return path[0]  # from where a table is put among others to the first call
    for key in reversed(path):
        if key.function in primitives:
            continue
        passed = (violation.event, key)
        if violation.rule in outcome.wrong.get(passed, (violation.rule,)) and all(
            states.possible(doubt) for doubt in outcome.doubts.get(passed, ()) if doubt.rule == violation.rule
        ):
            if violation.event != USE:
                return key
            return used_at(path[: path.index(key) + 1], outcome.owned - violation.below)
    return path[0]


def used_at(path: Sequence[SiteKey], owned: Container[tuple[str, str]]) -> SiteKey:
    """Return where a table is used after it was handed over; `path` ends with the use.

    A function that is called with tables of its callers' own as well (`owned`), and has not handed this one
    over itself, uses those rightly; so do helpers in headers, those of a page's flags say. What is wrong is
    that they are called, by the function that handed the table over or one below it.
    """
    for at in range(len(path) - 1, -1, -1):
        key = path[at]
        helper = not key.path.endswith(".c") or (key.path, key.function) in owned
        if not helper or any(before.function == key.function for before in path[:at]):
            return key
    return path[-1]


class States:
    """In which states automata may find the tables that were there before a walk."""

    def __init__(self, outcome: Outcome, monitor: Monitor) -> None:
        self.outcome = outcome
        self.monitor = monitor
        self._kept: dict[tuple[str, str], frozenset[str]] = {}
        self._rooted: dict[tuple[str, str], frozenset[str]] = {}

    def real(self, violation: Violation) -> bool:
        """Say whether the table may have been in a state from which the event violates the rule."""
        rule, free = violation.rule, violation.free
        if violation.event == STRANDED:
            return True  # bodies say so, not states
        if free.object.made_here:
            return self.monitor.start(rule) in violation.starts
        if free.object.visibility is Visibility.FRESH:
            return False  # a fresh page's entries are empty: nothing is found below it
        if free.object.origin is Origin.FIELD and free.object.visibility is not Visibility.PARKED:
            new = self.rooted(rule, free.object.where, free.kernel)
            if not new and not free.kernel:  # nobody is seen to make one
                return violation.certain(self.monitor.harmless(rule))
            return not new.isdisjoint(violation.starts)
        possible = self.found(rule, free) & self.monitor.harmless(rule)
        if self.monitor.worst(rule):
            return not possible.isdisjoint(violation.starts)
        by_now = violation.starts | violation.before
        return bool(possible) and possible <= by_now and not possible <= violation.before

    def possible(self, violation: Violation) -> bool:
        """Say whether a table that was found may violate the rule, if it is not known to."""
        found = self.found(violation.rule, violation.free)
        return not found.isdisjoint(violation.starts) or self.told_by(violation) is not None

    def told_by(self, violation: Violation) -> Free | None:
        """Return a table that is sure to violate the rule when it is taken out of the container, if any.

        The path that left it there has brought it into one of the telling states. It may be another one that
        is taken out where an entry was cleared that was read elsewhere: it is not known of which table.
        """
        rule, known = violation.rule, violation.free.object
        if violation.event == UNSERVED:
            return self.unserved(violation)
        wrong = (violation.starts - violation.before) & self.monitor.telling(rule)
        if not wrong or violation.cleared or known.visibility is not Visibility.PARKED:
            return None
        harmless = self.monitor.harmless(rule)
        sure = [
            parked.free
            for parked in self.outcome.parked.get(known.container, ())
            if not parked.part
            and all(self.monitor.states(parked.free.object.status, rule, one) in wrong for one in harmless)
        ]
        return max(sure, key=lambda one: len(one.history), default=None)

    def put_there(self, violation: Violation) -> Free | None:
        """Return a table that violates the rule when it is taken out of the container, with its way there."""
        rule, known = violation.rule, violation.free.object
        if known.visibility is not Visibility.PARKED or known.made_here:
            return None
        for parked in self.outcome.parked.get(known.container, ()):
            one = parked.free
            starts = {self.monitor.start(rule)} if one.object.made_here else self.found(rule, one)
            after = {self.monitor.states(one.object.status, rule, start) for start in starts}
            if after and {self.monitor.settled(rule, state) for state in after} <= violation.starts:
                return one
        return None

    def unserved(self, violation: Violation) -> Free | None:
        """Return a table that was put into a batch in a state in which it needs a flush, if any."""
        for parked in self.outcome.parked.get(violation.free.object.container, ()):
            one = parked.free
            start = self.monitor.start(violation.rule)
            starts = {start} if one.object.made_here else self.met(violation.rule, one)
            after = {self.monitor.states(one.object.status, violation.rule, start) for start in starts}
            if after and after <= violation.starts and not one.dead:
                return one
        return None

    def found(self, rule: str, free: Free) -> frozenset[str]:
        """Return the states in which a table that was found may have been.

        What was put on a list of the root's own is as it was left there until the root flushes the TLB.
        """
        met = self.met(rule, free)
        return met if free.object.unflushed else frozenset(self.monitor.settled(rule, one) for one in met)

    def met(self, rule: str, free: Free) -> frozenset[str]:
        """Return the states in which such tables are left."""
        known = free.object
        if known.origin in (Origin.PARAMETER, Origin.UNKNOWN) or known.container == UNNAMED:
            return self.unknown(rule, known.level)
        if known.visibility is Visibility.PARKED or known.container:
            return self.kept(rule, known.container)
        start = self.monitor.start(rule)
        if known.origin is Origin.FIELD and not free.kernel:
            return self.rooted(rule, known.where, free.kernel) or frozenset({start})
        left = self.outcome.left.get((known.level, free.kernel), set())
        if left:
            return frozenset(self.monitor.states(status, rule, start) for status in left)
        published, _ = self.monitor.after(UNCHANGED, PUBLISH)
        harmless = self.unknown(rule, known.level)
        installed = frozenset(self.monitor.states(published, rule, state) for state in harmless)
        return installed if known.origin is Origin.ENTRY else harmless | installed

    def unknown(self, rule: str, level: str = "") -> frozenset[str]:
        """Return the states of a table of which nothing is known: any, or what is seen at its level."""
        if not self.monitor.worst(rule):
            return self.monitor.harmless(rule)
        if level in ("", "any"):
            return frozenset()
        seen = {status for (of, _), left in self.outcome.left.items() if of == level for status in left}
        seen |= {
            parked.free.object.status
            for pool in self.outcome.parked.values()
            for parked in pool
            if parked.free.object.made_here and parked.free.object.level == level
        }
        start = self.monitor.start(rule)
        return frozenset(self.monitor.states(status, rule, start) for status in seen)

    def rooted(self, rule: str, member: str, kernel: bool) -> frozenset[str]:
        """Return the states in which new tables become the root of an address space that is no static one."""
        start = self.monitor.start(rule)
        return frozenset(
            self.monitor.states(parked.free.object.status, rule, start)
            for container, pool in self.outcome.parked.items()
            for parked in pool
            if container.rpartition(".")[2] == member
            and parked.free.object.made_here
            and not parked.static
            and parked.free.kernel == kernel
        )

    def kept(self, rule: str, container: str) -> frozenset[str]:
        """Return the states in which tables are put into a container."""
        known = self._kept.get((rule, container))
        if known is None:
            self._kept[rule, container] = frozenset()  # of itself, it adds nothing
            found = self.states_in(rule, container)
            known = self._kept[rule, container] = found or self.unknown(rule)
        return known

    def states_in(self, rule: str, container: str) -> frozenset[str]:
        """Return the states that the tables seen to be put into a container are in."""
        found: set[str] = set()
        for parked in self.outcome.parked.get(container, ()):
            inside = parked.free
            if inside.object.made_here:
                starts = frozenset({self.monitor.start(rule)})
            else:
                starts = self.found(rule, inside)
            found |= {self.monitor.states(inside.object.status, rule, start) for start in starts}
        return frozenset(found)
