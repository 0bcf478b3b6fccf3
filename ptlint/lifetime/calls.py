# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls: a primitive's event is applied, a callee that may matter is entered, any other is skipped."""

from __future__ import annotations

from collections.abc import Mapping

from ptlint.lifetime.activations import Activations
from ptlint.lifetime.blocking import Blocking
from ptlint.lifetime.callees import Callees
from ptlint.lifetime.callsite import CallSite, Follow, Handler, Outcomes, kept_in, referred
from ptlint.lifetime.evaluate import Evaluator
from ptlint.lifetime.flushing import callee_names
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.memory import write
from ptlint.lifetime.monitor import DIRECT, SLEEP
from ptlint.lifetime.objects import Origin, State, Sync, Visibility
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.shapes import shape_of
from ptlint.lifetime.sites import SiteKey, enclosing
from ptlint.lifetime.spaces import Spaces
from ptlint.lifetime.uses import Uses
from ptlint.lifetime.values import Address, Int, Reference, Symbol, Value
from ptlint.program.facts import Facts
from ptlint.program.program import Definition, Program
from ptlint.syntax import ir


class Calls:
    """Makes the calls of a walk. `handlers` are those of the primitives' events."""

    def __init__(
        self,
        program: Program,
        facts: Facts,
        relevance: Relevance,
        evaluator: Evaluator,
        handlers: Mapping[str, Handler],
        activations: Activations,
        skip: Follow,
        uses: Uses,
    ) -> None:
        self.program = program
        self.facts = facts
        self.relevance = relevance
        self.evaluator = evaluator
        self.memory = evaluator.memory
        self.discovery = evaluator.discovery
        self.types = evaluator.memory.types
        self.callees = Callees(program, evaluator)
        self.handlers = handlers
        self.activations = activations
        self.skip = skip
        self.uses = uses
        self.blocking = Blocking(program, facts, evaluator, activations)
        self.spaces = Spaces(program, relevance, evaluator)
        self.journal = uses.recorder.journal

    def call(self, instruction: ir.Call, state: State, frame: Frame) -> list[State]:
        """Make a call; return the states after it, with the result stored."""
        arguments = [self.evaluator.evaluate(a, state, frame) for a in instruction.arguments]
        if state.impossible:
            return []
        results: Outcomes = []
        callees = self.callees.of(instruction, arguments, state, frame)
        for left, (name, unit, moved) in enumerate(callees, 1 - len(callees)):
            site = CallSite(instruction, name, moved, state.copy() if left else state, frame)
            results.extend(self.named(site, unit))
        final = []
        for after, value in results:
            if instruction.result is not None:
                at = Address(("local", frame.number, instruction.result.name), ())
                if self.types.is_pointer(instruction.result.type):
                    self.memory.places.add(at)
                write(at, self.discovery.coerce(value, instruction.result.type, after), after)
            if not after.impossible:
                final.append(after)
        return final

    def named(self, site: CallSite, unit: str) -> Outcomes:
        """Make a call whose callee is known by name; `unit` is the one that names it."""
        fact = self.facts.by_name.get(site.callee)
        if (
            site.state.callback
            and not site.state.slept
            and ((fact is not None and fact.sleeps) or self.blocking.may(site, unit))
        ):
            self.broke(site.sites, site.state, site.frame)
        if fact is not None:
            if site.state.handed:
                self.uses.reached(fact, site)
            if fact.event == "queue":
                self.uses.queued(fact, site)
            handler = self.handlers.get(fact.event)
            if handler is not None:
                return self.flushed(site, unit, handler(fact, site))
            if fact.event == "noreturn":
                return []
        if site.callee.startswith("*") or site.callee in ("asm", ir.ASSEMBLED):
            return self.flushed(site, unit, self.skip(site))
        answer = self.relevance.answered(site.callee, unit)
        if answer is None and len(site.arguments) < 2:
            number = site.arguments[0] if site.arguments else None
            if number is None or isinstance(number, Int):
                answer = self.relevance.feature(site.callee, unit, number.value if number else None)
        if answer is not None:
            return self.flushed(site, unit, [(site.state, Int(answer))])
        shape = shape_of(site, self.discovery)
        definition = (
            self.program.resolve(site.callee, unit)
            if self.relevance.enters(site.callee, unit, shape)
            else None
        )
        if definition is None:
            self.unknown_callee(site, unit)
            if (
                site.state.callback
                and not site.state.slept
                and (
                    self.spaces.handed(site, unit)
                    or (self.relevance.sleeps(site.callee, unit) and self.blocking.surely(site, unit))
                )
            ):
                self.broke(site.sites, site.state, site.frame)
            if site.state.handed:
                self.uses.called(site, unit)
            return self.flushed(site, unit, self.skip(site))
        self.called_back(definition, site)
        return self.activations.enter(definition, self.typed(definition, site), site)

    def look_at(self, instruction: ir.Instruction, state: State, frame: Frame) -> None:
        """Look at an instruction of an RCU callback that is about to be walked."""
        used = self.spaces.used(instruction, state, frame)
        if used:
            self.broke(used, state, frame)

    def broke(self, sites: tuple[SiteKey, ...], state: State, frame: Frame) -> None:
        """An RCU callback does what is wrong there: so is what it has freed already, or will free."""
        state.slept = sites
        for identity in state.called:
            self.uses.recorder.happens(SLEEP, identity, state, frame, sites)

    def called_back(self, definition: Definition, site: CallSite) -> None:
        """An RCU callback is called by its name: a user's table has to have had its grace period.

        So have all that the path has put into the structure whose head it is handed. A function that takes
        nothing but an RCU head is one. An IPI in between is not told of: it is enough where no walker comes
        that an RCU section alone protects.
        """
        types = [p.type for p in definition.function.parameters]
        if len(types) != 1 or types[0].pointers != 1 or not self.types.is_head(types[0].pointee()):
            return
        state, recorder = site.state, self.uses.recorder
        head = site.argument(0)
        identity = referred(head)
        if identity is not None:
            tables = [identity]
        else:
            tables = kept_in(head.base, state) if isinstance(head, Address) else []
        for table in tables:
            known = state.objects.get(table)
            if known is None or known.visibility is not Visibility.UNLINKED:
                continue
            free = recorder.snapshot(table, state, site.frame, site.sites)
            if known.sync is Sync.NONE and not (known.excluded or free.kernel or free.dead):
                recorder.happens(DIRECT, table, state, site.frame, site.sites)

    def flushed(self, site: CallSite, unit: str, outcomes: Outcomes) -> Outcomes:
        """Tell the tables whose entries were cleared of a call that is not entered and may flush the TLB.

        A flush of the kernel's addresses says nothing of a process's tables.
        """
        names = (site.callee, *callee_names(site.instruction))
        recorder = self.uses.recorder
        for state, _ in outcomes:
            waiting = recorder.unlinked(state)
            if not (waiting or state.unflushed) or self.blind(site.callee, unit):
                continue
            if not any(self.relevance.flushes(name, unit, True) for name in names):
                continue
            state.flush_lists()
            if not any(self.relevance.flushes(name, unit, False) for name in names):
                waiting = [one for one in waiting if recorder.may_be_kernel(one, state)]
            recorder.flushed(waiting, state, site.frame)
        return outcomes

    def blind(self, name: str, unit: str) -> bool:
        """Say whether a function is handed nothing but entries: it knows of no address to flush for them.

        What it may flush below is something of its own: the window through which it writes, say.
        """
        types = self.program.parameters(name, unit)
        return bool(types) and all(self.types.is_slot(t) or self.types.is_entry(t) for t in types)

    def typed(self, definition: Definition, site: CallSite) -> list[Value]:
        """Return the arguments as the parameters' types make them: an unknown pointer may become a table."""
        parameters = definition.function.parameters
        arguments = list(site.arguments)
        for index, (value, parameter) in enumerate(zip(arguments, parameters, strict=False)):
            if isinstance(value, Symbol) and not self.types.is_slot(parameter.type):
                arguments[index] = self.discovery.coerce(value, parameter.type, site.state)
        return arguments

    def unknown_callee(self, site: CallSite, unit: str) -> None:
        """A call is not entered: a gap if it ends a table that it is handed, for all that is known."""
        for value in site.arguments:
            if isinstance(value, Reference) and site.state.is_table(value) and not value.offset:
                known = site.state.objects[value.object]
                if (
                    known.origin is Origin.ALLOCATION or known.visibility is Visibility.UNLINKED
                ) and self.program.unknown(site.callee, unit):
                    self.journal.gap(
                        site.instruction.place,
                        enclosing(site.instruction.place, site.frame.definition.function.name),
                        f"{site.callee}: takes a page table, but neither its body nor a fact is known",
                    )
