# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a call may sleep by the flags that it is handed: an allocation that may wait for memory, say.

The program's own predicate on such flags is asked (event `may-block`; `kind` is their type). Flags whose
value is not known are taken not to let anybody sleep (an under-approximation).
"""

from __future__ import annotations

from ptlint.lifetime.activations import Activations
from ptlint.lifetime.callsite import CallSite
from ptlint.lifetime.values import Int
from ptlint.program.facts import Facts
from ptlint.program.program import Program


class Blocking:
    """Asks by walking the predicate."""

    def __init__(self, program: Program, facts: Facts, activations: Activations) -> None:
        self.program = program
        self.activations = activations
        self.predicates = [f for f in facts.by_name.values() if f.event == "may-block"]

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

    def holds(self, predicate: str, flags: Int, site: CallSite, unit: str) -> bool:
        """Say whether a predicate holds on all paths."""
        definition = self.program.resolve(predicate, unit)
        if definition is None:
            return False
        asking = CallSite(site.instruction, predicate, [flags], site.state.copy(), site.frame)
        answers = self.activations.enter(definition, asking.arguments, asking)
        return bool(answers) and all(isinstance(v, Int) and v.value != 0 for _, v in answers)
