# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a call may sleep by the flags that it is handed: an allocation that may wait for memory, say.

The program's own predicate on such flags is asked (event `may-block`; `kind` is their type). Flags whose
value is not known are taken not to let anybody sleep (an under-approximation).

Of a function that is not walked its body tells, and those of what it calls: it sleeps if none of its paths
gets round that.
"""

from __future__ import annotations

from ptlint.lifetime.activations import Activations
from ptlint.lifetime.callsite import CallSite
from ptlint.lifetime.evaluate import Evaluator
from ptlint.lifetime.sleeping import MOST_NESTED
from ptlint.lifetime.values import Int
from ptlint.program.facts import Facts
from ptlint.program.program import Definition, Program
from ptlint.syntax import ir


class Blocking:
    """Asks by walking the predicate."""

    def __init__(
        self, program: Program, facts: Facts, evaluator: Evaluator, activations: Activations
    ) -> None:
        self.program = program
        self.evaluator = evaluator
        self.activations = activations
        self.facts = facts.by_name
        self.predicates = [f for f in facts.by_name.values() if f.event == "may-block"]
        self._surely: dict[tuple[str, str], bool] = {}

    def may(self, site: CallSite, unit: str) -> bool:
        """Say whether a call that a unit makes may sleep."""
        types = self.program.parameters(site.callee, unit)
        return any(
            type_.name == predicate.kind
            and not type_.pointers
            and isinstance(flags, Int)
            and self.holds(predicate.name, flags, site, unit)
            for predicate in self.predicates
            for type_, flags in zip(types, site.arguments, strict=False)
        )

    def surely(self, site: CallSite, unit: str, depth: int = MOST_NESTED) -> bool:
        """Say whether a function that is called, and not walked, sleeps on all of its paths."""
        key = site.callee, unit
        known = self._surely.get(key)
        if known is None:
            self._surely[key] = False  # one that calls itself
            definition = self.program.resolve(*key) if depth and site.callee not in self.facts else None
            known = definition is not None and self.always(definition, site, depth - 1)
            self._surely[key] = known
        return known

    def always(self, definition: Definition, site: CallSite, depth: int) -> bool:
        """Say whether each path through a body comes by a call that sleeps."""
        blocks = definition.function.blocks
        waiting, seen, slept = [0] if blocks else [], {0}, False
        while waiting:
            block = blocks[waiting.pop()]
            if any(self.sleeps(one, definition, site, depth) for one in block.instructions):
                slept = True
                continue
            if isinstance(block.terminator, ir.Return):
                return False
            following = set(ir.targets(block)) - seen
            seen |= following
            waiting += sorted(following)
        return slept

    def sleeps(self, one: ir.Instruction, definition: Definition, site: CallSite, depth: int) -> bool:
        """Say whether an instruction of a body is a call that sleeps."""
        if not isinstance(one, ir.Call) or not isinstance(one.callee, ir.Name):
            return False
        fact = self.facts.get(one.callee.name)
        if fact is not None and fact.sleeps:
            return True
        arguments = [
            self.evaluator.evaluate(argument, site.state, site.frame)
            if ir.plain_names(argument) == ()
            else Int(0)
            for argument in one.arguments
        ]
        inner = CallSite(one, one.callee.name, arguments, site.state, site.frame)
        return self.may(inner, definition.unit) or self.surely(inner, definition.unit, depth)

    def holds(self, predicate: str, flags: Int, site: CallSite, unit: str) -> bool:
        """Say whether a predicate holds on all paths."""
        definition = self.program.resolve(predicate, unit)
        if definition is None:
            return False
        asking = CallSite(site.instruction, predicate, [flags], site.state.copy(), site.frame)
        answers = self.activations.enter(definition, asking.arguments, asking)
        return bool(answers) and all(isinstance(v, Int) and v.value != 0 for _, v in answers)
