# SPDX-License-Identifier: GPL-2.0-or-later
"""From what was seen to what is proved: the verdict of every free site, and what breaks the guarantee.

A table that comes out of a container has been in every state in which one was put there, so it gets
every verdict that these states give. A site's verdict is the join over all that went through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ptlint.lifetime.journal import Free, Parked
from ptlint.lifetime.objects import Event, Object, Owner, Sync, Visibility
from ptlint.lifetime.outcome import Outcome
from ptlint.lifetime.provenance import UNNAMED
from ptlint.lifetime.sites import SiteKey


class Proof(StrEnum):
    """What one context proves of a free."""

    RCU = "rcu"
    UNPUBLISHED = "unpublished"
    KERNEL = "kernel"
    EXCLUSIVE = "exclusive"
    UNSAFE = "unsafe"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict of one context, with the events that show it; `sync` is what an unsafe path had instead."""

    proof: Proof
    reason: str
    events: tuple[Event, ...]
    sites: tuple[SiteKey, ...]
    object: Object
    sync: Sync
    root: tuple[str, str]
    argument: str = ""  # the lock or lifetime argument relied upon


def decide(free: Free) -> tuple[Proof, str, str]:
    known = free.object
    if free.kernel:
        return (
            Proof.KERNEL,
            "a table of the kernel's own address space",
            "kernel tables are outside the user walkers' contract",
        )
    if known.visibility is Visibility.FRESH:
        return (
            Proof.UNPUBLISHED,
            f"allocated here ({known.where}) and installed on no path that gets here",
            "",
        )
    if known.sync is Sync.GRACE and not known.early:
        return Proof.RCU, "freed after a grace period that began after its entry was cleared", ""
    if free.dead:
        return (
            Proof.EXCLUSIVE,
            "the last reference to its address space is gone: nobody is left to walk it",
            "mm_count is zero",
        )
    if known.visibility is Visibility.PARAMETER:
        return (
            Proof.UNSAFE,
            f"handed in by a caller that is not visible (argument {known.where}); it may be published",
            "",
        )
    if known.excluded and known.sync is Sync.IPI:
        return (
            Proof.EXCLUSIVE,
            "unlinked under mmap_lock and the rmap lock, both for writing, then an IPI: no walker is left",
            "mmap_lock for writing and rmap lock for writing at the unlink, mmap_lock until here, and an IPI",
        )
    if known.early:
        return (
            Proof.UNSAFE,
            "queued to RCU while its entry was still set: the grace period begins before the unlink",
            "",
        )
    if known.visibility is Visibility.LIVE:
        return Proof.UNSAFE, "may still be installed when it is freed", ""
    if known.sync is Sync.IPI:
        return (
            Proof.UNSAFE,
            "only an IPI lies between the unlink and the free: it does not wait for rcu_read_lock()",
            "",
        )
    return Proof.UNSAFE, "no grace period between the unlink and the free", ""


def of_kernel(container: str, outcome: Outcome) -> bool:
    """Say whether everything that is ever put into a container belongs to the kernel's address space."""
    pool = outcome.parked.get(container, [])
    return bool(pool) and all(p.free.kernel or p.free.object.owner is Owner.KERNEL for p in pool)


def of_nobody(container: str, outcome: Outcome) -> bool:
    """Say whether everything that is ever put into a container is fresh, and so is what it hangs below."""
    pool = outcome.parked.get(container, [])
    return bool(pool) and all(p.free.object.visibility is Visibility.FRESH for p in pool)


class Judge:
    """Judges frees by all that was seen; what is kept in a container is judged once for all who take it."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._arrivals: dict[tuple[str, Sync, bool, bool, bool, frozenset[str]], list[Judgement]] = {}

    def judge(self, free: Free, above: frozenset[str] = frozenset()) -> list[Judgement]:
        """Return the verdicts of one free: one, or one for each way its table got into its container."""
        known, outcome = free.object, self.outcome
        if known.visibility is Visibility.PARKED and not free.kernel:
            return self._from_container(free, above)
        proof, reason, argument = decide(free)
        if proof is Proof.UNSAFE and known.holder and of_kernel(known.holder, outcome):
            proof, reason = (
                Proof.KERNEL,
                f"below a table from {known.holder}, which only ever holds kernel tables",
            )
        if proof is Proof.UNSAFE and known.holder and of_nobody(known.holder, outcome):
            proof, reason = (
                Proof.UNPUBLISHED,
                f"below a table from {known.holder}, which only ever holds tables that nobody else can reach",
            )
        return [Judgement(proof, reason, free.history, free.sites, known, known.sync, free.root, argument)]

    def _from_container(self, free: Free, above: frozenset[str]) -> list[Judgement]:
        """Judge a table loaded from a container by all states in which one was left there."""
        known = free.object
        if known.container in above:
            return []
        arrived = self._arrived(free, above)
        if arrived:
            return [
                replace(one, events=(*one.events, *free.history), sites=(*one.sites, *free.sites))
                for one in arrived
            ]
        if known.container == UNNAMED and known.sync is Sync.GRACE:
            reason = "freed after a grace period"
            return [Judgement(Proof.RCU, reason, free.history, free.sites, known, known.sync, free.root)]
        if above and self._pool(known.container):
            return []
        what = (
            f"what {known.container} holds is not known"
            if known.container not in ("", UNNAMED)
            else "where the table comes from is not known"
        )
        return [Judgement(Proof.UNDECIDED, what, free.history, free.sites, known, known.sync, free.root)]

    def _pool(self, container: str) -> list[Parked]:
        return [] if container == UNNAMED else self.outcome.parked.get(container, [])

    def _arrived(self, free: Free, above: frozenset[str]) -> list[Judgement]:
        """Return what is to be said of the tables of a container, with their way as far as there."""
        known = free.object
        key = (known.container, known.sync, known.supposed, free.dead, free.kernel, above)
        results = self._arrivals.get(key)
        if results is None:
            results = self._arrivals[key] = []
            for parked in self._pool(known.container):
                results += self._left(parked.free, free, above)
        return results

    def _left(self, inside: Free, free: Free, above: frozenset[str]) -> list[Judgement]:
        """Judge one that was left in a container as if it were freed like that one from there."""
        known = free.object
        state = replace(
            inside.object,
            sync=max(inside.object.sync, known.sync)
            if inside.object.visibility is not Visibility.LIVE
            else inside.object.sync,
            excluded=inside.object.excluded and inside.object.sync is Sync.IPI,
            supposed=inside.object.supposed or known.supposed,
        )
        if inside.object.visibility is Visibility.LIVE and known.sync is Sync.GRACE:
            state = replace(state, early=True)
        joined = replace(
            inside,
            object=state,
            dead=inside.dead or free.dead,
            kernel=inside.kernel or free.kernel,
        )
        results = []
        judged = self.judge(joined, above | {known.container})
        if state.visibility is Visibility.PARKED:
            judged = telling(judged)
        for found in judged:
            reason = found.reason
            if found.proof is Proof.UNPUBLISHED and not reason.startswith("from "):
                reason = f"from {known.container}: {reason}"
            elif found.proof is Proof.EXCLUSIVE and inside.object.excluded:
                found = replace(found, proof=Proof.UNPUBLISHED)
                reason = f"from {known.container}, where a table that was live came only after: {reason}"
            results.append(replace(found, reason=reason))
        return results


def telling(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return judgements that together say all that these say of any place on their ways.

    Where containers lead to one another, there are as many ways as there are walks through them: most of them
    differ in the order of the places only.
    """
    said: set[tuple[object, ...]] = set()
    kept = []
    for one in judgements:
        known = one.object
        words = (one.proof, one.reason, one.argument, one.sync, known.early, known.visibility, known.supposed)
        new = {(key, known.level, *words) for key in one.sites} - said
        if new:
            said |= new
            kept.append(one)
    return kept


@dataclass(frozen=True, slots=True)
class SiteVerdict:
    """A free site with the judgements of every context that goes through it."""

    key: SiteKey
    level: str
    judgements: tuple[Judgement, ...]

    @property
    def proofs(self) -> frozenset[Proof]:
        return frozenset(j.proof for j in self.judgements)


def verdicts(outcome: Outcome) -> Mapping[SiteKey, SiteVerdict]:
    """Return every free site with what all contexts say of it."""
    gathered: dict[SiteKey, list[Judgement]] = {}
    judge = Judge(outcome).judge
    for free in outcome.frees:
        for judgement in judge(free):
            for key in judgement.sites:
                gathered.setdefault(key, []).append(judgement)
    result = {}
    for key in sorted(gathered, key=lambda k: (k.path, k.line, k.column, k.callee)):
        judgements = tuple(dict.fromkeys(gathered[key]))
        # A test for the kernel's mark on a table of unknown owner stands for kernel tables, which are judged
        # where they come from; it says nothing about the tables at hand, and never that one is unsafe.
        judgements = tuple(j for j in judgements if not j.object.supposed) or judgements
        levels = {j.object.level for j in judgements} - {"any"}
        result[key] = SiteVerdict(key, levels.pop() if len(levels) == 1 else "any", judgements)
    return result
