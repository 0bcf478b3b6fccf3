# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds the functions to walk from, and walks them until every context that matters has been seen.

A *root* is a function that makes or finds a table itself and hands it on to be freed or parked. If what
happens to a table depends on who calls the root (its argument, or whose address space it works on), its
callers become roots too, and so on upward. For a container that tables are freed from, every function that
mentions it is walked, so that all that was ever put there is known.

Soundness: roots are found by name and by type: a table that is freed by code that mentions neither a
page-table type nor any function that consumes one is not seen.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ptlint.lifetime.batches import Batches, named
from ptlint.lifetime.deposits import LEVEL, Deposits
from ptlint.lifetime.executor import Executor
from ptlint.lifetime.flows import ANY_LEVEL, HOLDS, INSTALLS, KEEPS, MAX_NAMING_FILES, OWN, PARKS
from ptlint.lifetime.journal import Free, Journal, Violation
from ptlint.lifetime.members import fills_local, names_member
from ptlint.lifetime.monitor import STRANDED, UNCHANGED, UNSERVED, Monitor, NoMonitor
from ptlint.lifetime.objects import Object, Origin, Owner, Sync, Visibility
from ptlint.lifetime.outcome import Key, Outcome
from ptlint.lifetime.provenance import UNNAMED
from ptlint.lifetime.questions import Walk, WalkCache
from ptlint.lifetime.relevance import Asked, Relevance
from ptlint.lifetime.tables import TableTypes
from ptlint.lifetime.verdicts import Judge, Proof
from ptlint.program.facts import Facts
from ptlint.program.pointers import places
from ptlint.program.program import Answers, Definition, Program
from ptlint.syntax import ir

# A callback that frees what a batch holds is queued a few callers above at most; further up, nobody
# adds a grace period to what is freed below.
DRAINED_FROM = 2  # calls above a function that frees what a member holds
BATCH_CALLERS = 4
WAITING = ("queue", "grace-period", "grace-since", "grace-poll", "defer")
UNPROVED = frozenset({Proof.UNSAFE, Proof.UNDECIDED})


class Search:
    """Runs the walks."""

    def __init__(
        self,
        program: Program,
        facts: Facts,
        progress: Callable[[str], None],
        walks: WalkCache | None = None,
        monitor: Monitor | None = None,
    ) -> None:
        self.program = program
        self.facts = facts
        self.types = TableTypes(facts)
        self.relevance = Relevance(program, facts)
        self.batches = Batches(program, facts, self.relevance, self.callers_of)
        self.deposits = Deposits(program, facts, self.relevance.flows, self.types, self.callers_of)
        self.progress = progress
        self.walks = walks if walks is not None else WalkCache()
        self.monitor = monitor if monitor is not None else NoMonitor()
        self.journals: dict[Key, Journal] = {}
        self.roots: dict[Key, Definition] = {}
        self.queue: deque[Key] = deque()
        self.queued: set[Key] = set()
        self.asked: set[str] = set()
        self.waiting = frozenset[str]().union(*(facts.names(event) for event in WAITING))
        self.above: dict[Key, int] = {}  # how far a root is above the function that frees what it is handed
        self.callers: dict[Key, tuple[Key, ...]] = {}
        self.speaking: list[Definition] = []  # what names a page-table type, once it was looked for seeds

    def run(self) -> Outcome:
        """Walk everything; return what was seen."""
        for definition in self.seeds():
            self.add(definition)
        while self.queue:
            self.drain()
            for follow in (self.follow_parked, self.follow_containers, self.follow_holders):
                if not self.queue:
                    follow()
        result = self.outcome()
        self.add_stranded(result)
        return result

    def follow_holders(self) -> None:
        """Ask what is not known yet of the tables that are freed from a container, or below one from there.

        The callers of a function that frees what its argument holds are asked, unless that is safe anyway.
        Of a batch the callback and whoever queues it are asked; further up it is a member like any other.
        """
        outcome = self.outcome()
        judge = Judge(outcome).judge
        for free in outcome.frees:
            holder = "" if free.object.holder in self.asked else free.object.holder
            above = self.above.get(free.root, 0)
            asking = (
                free.object.given
                and free.root not in self.callers
                and not (
                    free.object.batch and not self.waited_for(self.roots[free.root], BATCH_CALLERS - above)
                )
            )
            if (holder or asking) and any(j.proof in UNPROVED for j in judge(free)):
                if holder:
                    self.ask_container(holder)
                if asking:
                    self.ask_callers(self.roots[free.root])
                    for caller in self.callers.get(free.root, ()):
                        self.above[caller] = max(above + 1, self.above.get(caller, 0))

    def waited_for(self, definition: Definition, levels: int) -> bool:
        """Say whether a caller, at most so many levels up, makes what is freed below wait."""
        if levels <= 0:
            return False
        return any(self.waits(c) or self.waited_for(c, levels - 1) for c in self.callers_of(definition))

    def waits(self, definition: Definition) -> bool:
        """Say whether a function waits for a grace period or queues a callback, or what it calls does."""
        if self.program.touches(definition, self.waiting):
            return True
        called = (
            self.program.resolve(name, definition.unit)
            for name in sorted(ir.called_by(definition.function) - self.facts.by_name.keys())
        )
        return any(c is not None and self.program.touches(c, self.waiting) for c in called)

    def close(self) -> None:
        """Let go of what refers back to the relevance, so that it needs no garbage collector."""
        self.relevance.close()

    # ---- roots

    def vocabulary(self) -> list[str]:
        """Return the units and headers whose text mentions a page-table type."""
        names = self.types.names
        return sorted(set().union(*(self.program.units.mentioning(n) for n in names)))

    def seeds(self) -> list[Definition]:
        """Return the functions that hand a table of their own on to be freed, parked or queued."""
        names = self.types.names
        found: dict[Key, Definition] = {}
        consumers: set[str] = set()
        for path in self.vocabulary():
            for unit in self.program.units.seeing(path)[:1]:
                for item in self.program.units.syntax(unit).defined(path, names):
                    definition = self.program.resolve(item.name, unit)
                    if definition is None or definition.function.path != path:
                        continue
                    self.speaking.append(definition)
                    if self.relevance.flows.consumed(definition):
                        found[definition.key] = definition
                        consumers |= self.relevance.flows.flow(definition, OWN).consumers
                    if self.hands_on(definition):
                        consumers.add(definition.function.name)
                        called = any(c.key != definition.key for c in self.program.mentions(item.name))
                        if not definition.function.inline and not called:
                            found[definition.key] = definition  # nobody calls it
        for definition in self.keepers():
            found.setdefault(definition.key, definition)
        for name in sorted(consumers):
            for definition in self.program.mentions(name):
                if definition.key not in found and self.relevance.flows.consumed(definition, ANY_LEVEL):
                    found[definition.key] = definition
        for definition in self.emptying_twice(found.values()):
            found.setdefault(definition.key, definition)
        return [found[k] for k in sorted(found)]

    def emptying_twice(self, freeing: Iterable[Definition]) -> list[Definition]:
        """Return who makes two calls that free what one member of a structure holds, at most so far above."""
        draining = self.relevance.draining
        found: list[Definition] = []
        reached = {one.key: one for one in freeing}
        waiting = [(one, DRAINED_FROM) for one in reached.values()]
        while waiting:
            definition, levels = waiting.pop()
            drained = draining.emptied(definition)
            if not drained or len(self.program.units.mentioning(definition.function.name)) > MAX_NAMING_FILES:
                continue
            for caller in self.callers_of(definition) if levels else ():
                if caller.key in reached:
                    continue
                reached[caller.key] = caller
                waiting.append((caller, levels - 1))
                if any(draining.times(caller, member) > 1 for member in drained):
                    found.append(caller)
        return found

    def keepers(self) -> Iterator[Definition]:
        """Yield the functions that keep state in the descriptor of their own table, or are given such."""
        through: set[str] = set()  # what keeps state in the descriptor that it is handed
        giving: set[str] = set()
        for definition in self.speaking:
            own = self.relevance.flows.flow(definition, OWN, ANY_LEVEL)
            if HOLDS in own.acts:
                yield definition
                if own.returned:
                    giving.add(definition.function.name)
            if any(
                self.types.is_pointer(p.type) and HOLDS in self.relevance.flows.flow(definition, i).acts
                for i, p in enumerate(definition.function.parameters)
            ):
                through.add(definition.function.name)
        for name in sorted(through | giving):
            for definition in self.program.mentions(name):
                if name in giving or HOLDS in self.relevance.flows.flow(definition, OWN, ANY_LEVEL).acts:
                    yield definition

    def add(self, definition: Definition) -> None:
        key = definition.key
        self.roots[key] = definition
        if key not in self.queued:
            self.queued.add(key)
            self.queue.append(key)

    def drain(self) -> None:
        while self.queue:
            key = self.queue.popleft()
            self.queued.discard(key)
            definition = self.roots[key]
            self.progress(f"{definition.function.name} ({len(self.journals)}/{len(self.roots)})")
            journal = self.journals[key] = self.walk(definition)
            if self.depends(journal):
                self.ask_callers(definition)

    def walk(self, definition: Definition) -> Journal:
        """Return what happens to page tables in a root and all it calls."""
        known = self.walks.find(definition, self.program, self.relevance)
        if known is not None:
            return known
        journal = Journal()
        journal.entered(definition)
        answers = self.program.noted = Answers()
        asked = self.relevance.noted = Asked()
        executor = Executor(self.program, self.facts, self.relevance, journal, self.monitor)
        try:
            executor.run(definition)
        finally:
            executor.close()
            self.program.noted = self.relevance.noted = None
        self.walks.add(Walk(definition, answers, asked, journal))
        return journal

    def depends(self, journal: Journal) -> bool:
        """Say whether anything a root did is to be judged by its callers.

        So is what they do with a pointer to a table that the root has freed.
        """
        if journal.dangling:
            return True
        return any(depends_on_caller(f) for f in journal.frees.values()) or any(
            depends_on_caller(p.free)
            for p in journal.parked.values()
            if p.container in self.asked and not (self.graced(p.container) and not installed(p.free))
        )

    def graced(self, container: str) -> bool:
        """Say whether all that is freed from a container has had a grace period since it was put there."""
        syncs = [
            f.object.sync
            for j in self.journals.values()
            for f in j.frees.values()
            if f.object.visibility is Visibility.PARKED and f.object.container == container
            if not (f.object.given and self.left_to_callers(f))
        ]
        return bool(syncs) and all(s is Sync.GRACE for s in syncs)

    def left_to_callers(self, free: Free) -> bool:
        """Say whether what a root frees of what its argument holds is judged where that is called."""
        if free.object.batch and self.above.get(free.root, 0) >= BATCH_CALLERS:
            return False
        callers = self.callers.get(free.root, ())
        return any(free.root in self.journals[c].definitions for c in callers if c in self.journals)

    def ask_callers(self, definition: Definition) -> None:
        name = definition.function.name
        if name in self.relevance.wanted and definition.key in self.callers:
            return
        self.relevance.wanted.add(name)
        callers = self.callers_of(definition)
        self.callers[definition.key] = tuple(c.key for c in callers)
        for caller in callers:
            self.add(caller)

    def callers_of(self, definition: Definition) -> list[Definition]:
        """Return the functions that mention a function; of one local to its file, those of that file.

        Those that call it through a pointer are among them, and those that make a pointer point to it: their
        configurations tell where it may be called.
        """
        local = definition.function.static and definition.function.path.endswith(".c")
        callers = {
            c.key: c
            for c in self.program.mentions(definition.function.name)
            if c.key != definition.key and (not local or c.function.path == definition.function.path)
        }
        for caller in self.calling_through(definition):
            callers.setdefault(caller.key, caller)
        return [callers[key] for key in sorted(callers)]

    def calling_through(self, definition: Definition) -> Iterator[Definition]:
        """Yield the functions that call through a member or a variable that may point to a function."""
        for holder in sorted(self.program.pointers.holders(definition.function)):
            for caller in self.program.mentions(holder, speaking=True):
                if caller.key != definition.key and calls_through(
                    caller, holder, self.relevance.flows.reading
                ):
                    yield caller

    def follow_containers(self) -> None:
        """Walk every function that may put a table into a container that tables are freed from."""
        containers = {
            f.object.container
            for j in self.journals.values()
            for f in (*j.frees.values(), *(p.free for p in j.parked.values() if p.container in self.asked))
            if f.object.visibility is Visibility.PARKED
        }
        for container in sorted(containers - self.asked):
            self.ask_container(container)

    def ask_container(self, container: str) -> None:
        """Walk every function that may put a table into a container, or install one that stays there."""
        self.asked.add(container)
        self.progress(f"what {container} holds")
        member = member_name(container)
        for key, journal in list(self.journals.items()):  # walked before anybody asked for this container
            if any(p.container == container for p in journal.parked.values()) and self.depends(journal):
                self.ask_callers(self.roots[key])
        for definition in self.naming(container):
            acts = self.relevance.flows.flow(definition, OWN).acts
            if definition.key in self.journals:
                if self.depends(self.journals[definition.key]):
                    self.ask_callers(definition)
            elif (
                PARKS + member in acts
                or KEEPS + member in acts
                or "write" in acts
                or "list" in acts
                or self.puts(definition, member)
                or INSTALLS in self.relevance.flows.flow(definition, OWN, member).acts
                or fills_local(definition, member)
            ):
                self.add(definition)

    def follow_parked(self) -> None:
        """Walk every function that may free what it takes out of a container that tables were put into.

        What is put there is one of many, or for others to take: the walk that has seen it ended there.
        """
        containers: set[str] = set().union(*(j.filled for j in self.journals.values()))
        for container in sorted(containers - self.relevance.holding - {UNNAMED}):
            self.relevance.holding.add(container)
            for definition in self.naming(container):
                if self.relevance.flows.empties(definition, member_name(container)):
                    self.add(definition)

    def naming(self, container: str) -> Iterator[Definition]:
        """Yield the functions that name a container: where its structure is known, this member of it."""
        member = member_name(container)
        tag = "" if container.startswith("list ") else container.rpartition(".")[0]
        if member.isidentifier():
            for definition in self.program.mentions(member, speaking=True):
                if not tag or names_member(definition, tag, member):
                    yield definition

    def puts(self, definition: Definition, member: str) -> bool:
        """Say whether a function stores an argument in a member of this name, or links it into a list."""
        for index, parameter in enumerate(definition.function.parameters):
            if self.types.is_pointer(parameter.type) or self.types.is_page(parameter.type):
                acts = self.relevance.flows.flow(definition, index).acts
                if PARKS + member in acts or KEEPS + member in acts or "list" in acts:
                    return True
        return False

    def hands_on(self, definition: Definition) -> bool:
        """Say whether a function hands a table that is its argument on to be freed, queued or parked."""
        return any(
            self.types.is_pointer(p.type)
            and self.relevance.flows.consuming(self.relevance.flows.flow(definition, i).acts)
            for i, p in enumerate(definition.function.parameters)
        )

    # ---- result

    def outcome(self) -> Outcome:
        """Gather the journals; what callers have been asked about is left to their journals."""
        result = Outcome()
        graced = functools.cache(self.graced)
        for key in sorted(self.journals):
            journal = self.journals[key]
            has_callers = self.called(key)
            for free in journal.frees.values():
                if depends_on_caller(free) and has_callers:
                    continue
                if free.object.given and self.left_to_callers(free):
                    continue
                if supposed_argument(free) and not has_callers:
                    continue  # nobody calls the root with a table of the kernel
                if depends_on_caller(free) and not self.program.visible_outside(self.roots[key]):
                    self.unreached(key, result)
                    continue
                result.frees.append(free)
            for parked in journal.parked.values():
                if (
                    depends_on_caller(parked.free)
                    and not (graced(parked.container) and not installed(parked.free))
                    and (has_callers or not self.program.visible_outside(self.roots[key]))
                ):
                    if not has_callers and parked.container in self.asked:
                        self.unreached(key, result)
                    continue
                result.parked.setdefault(parked.container, []).append(parked)
            for violation in journal.violations.values():
                free = violation.free
                left = depends_on_caller(free) or free.object.origin is Origin.PARAMETER
                if free.object.origin is Origin.FIELD and violation.certain(
                    self.monitor.harmless(violation.rule)
                ):
                    left = False  # whoever calls, and whatever has become of the table before
                if left and (has_callers or not self.program.visible_outside(self.roots[key])):
                    continue
                if not (free.object.given and self.left_to_callers(free)):
                    result.violations.append(violation)
            result.violations.extend(self.unserved(key, journal))
            for place, rules in journal.wrong.items():
                result.wrong[place] = result.wrong.get(place, rules) & rules
            for place, doubts in journal.doubts.items():
                result.doubts.setdefault(place, set()).update(doubts)
            for (level, kernel, status), _ in journal.left.items():
                result.left.setdefault((level, kernel), set()).add(status)
            result.gaps.extend(journal.gaps)
            result.owned |= journal.owned
            result.definitions |= journal.definitions
            result.units |= journal.units
        return result

    def add_stranded(self, result: Outcome) -> None:
        """Add the entries of huge pages that are emptied while what was deposited for them stays."""
        broken = self.monitor.after(UNCHANGED, STRANDED)[1]
        for one in self.deposits.stranded() if broken else ():
            table = Object(Origin.ENTRY, LEVEL, Visibility.LIVE, level=LEVEL, table=True)
            free = Free(one.sites, table, (), one.definition.key, dead=False, kernel=False)
            result.violations.extend(Violation(b.rule, STRANDED, b.starts, free) for b in broken)
            result.definitions[one.definition.key] = one.definition
            result.units.add(one.definition.unit)

    def called(self, key: Key) -> bool:
        """Say whether a root has callers that call it by its name, or that have come there otherwise."""
        callers = self.callers.get(key, ())
        name = self.roots[key].function.name
        return any(
            key in self.journals[caller].definitions
            or any(named(one, name) for one in ir.instructions_of(self.roots[caller].function))
            for caller in callers
            if caller in self.journals
        )

    def unserved(self, key: Key, journal: Journal) -> Iterator[Violation]:
        """Yield what frees of batches violate that no flush has come before."""
        broken = self.monitor.after(UNCHANGED, UNSERVED)[1]
        for free in journal.frees.values() if broken else ():
            container = free.object.container
            if not free.object.batch or free.dead or self.left_to_callers(free):
                continue
            way = self.batches.unflushed(free, self.roots[key], member_name(container))
            if way:
                for one in broken:
                    yield Violation(one.rule, UNSERVED, one.starts, replace(free, sites=way))

    def unreached(self, key: Key, result: Outcome) -> None:
        """Note a root whose verdicts are for its callers to give, but which nothing is seen to call.

        No code is made of an inline function that nobody uses.
        """
        function = self.roots[key].function
        called = any(c.key != key for c in self.program.mentions(function.name))
        if not function.inline and not called:
            result.unreached[key] = function.line


def calls_through(definition: Definition, holder: str, reading: frozenset[str]) -> bool:
    """Say whether a function calls what a member or a variable of this name points to, in assembler maybe."""
    return any(
        holder == (place.field if isinstance(place, ir.Member) else place.name)
        for one in ir.calls_of(definition.function)
        for pointer in pointers_called(one)
        for place in places(pointer, definition.function, reading)
    )


def pointers_called(one: ir.Call) -> tuple[ir.Expression, ...]:
    """Return the pointers through which an instruction may make a call."""
    if not isinstance(one.callee, ir.Name) or one.callee.scope is not ir.Scope.FUNCTION:
        return (one.callee,)
    return one.arguments if one.callee.name == "asm" else ()


def member_name(container: str) -> str:
    """Return the name of the member, variable or list that a container is."""
    return container.removeprefix("list ").rpartition(".")[2]


def installed(free: Free) -> bool:
    """Say whether a table was still in its entry: no grace period that begins then helps."""
    return free.object.visibility is Visibility.LIVE


def supposed_argument(free: Free) -> bool:
    """Say whether a root's argument is one of the kernel's only because a test of its mark may say so."""
    return free.object.supposed and free.object.visibility is Visibility.PARAMETER


def depends_on_caller(free: Free) -> bool:
    """Say whether the verdict is for the root's callers to give.

    So it is for the root's argument, for a table below one, and for a table of an address space that is an
    argument (its callers know whether anyone is left to walk it). A table that the root itself has made and
    installed, and frees where it stands, is nobody else's matter.
    """
    known = free.object
    if free.kernel or free.dead or known.visibility is Visibility.FRESH:
        return False
    if known.visibility is Visibility.PARAMETER:
        return True
    if known.visibility is Visibility.LIVE and known.made_here:
        return False
    if known.visibility in (Visibility.LIVE, Visibility.UNLINKED) and known.sync is not Sync.GRACE:
        return known.owner is Owner.PARAMETER or (known.owner is Owner.USER and free.space_given)
    return False
