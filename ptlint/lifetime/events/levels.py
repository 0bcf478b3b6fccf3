# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions whether a level of the page tables is folded, of which kind an entry is, how large a table is."""

from __future__ import annotations

from ptlint.lifetime.activations import Activations
from ptlint.lifetime.callsite import CallSite, Follow, Handler, Outcomes, referred
from ptlint.lifetime.evaluate import ORDER, Evaluator
from ptlint.lifetime.truths import assume
from ptlint.lifetime.values import Address, Int, Reference, Symbol
from ptlint.program.facts import Fact
from ptlint.program.program import Program


class LevelEvents:
    """Predicates of the levels: their bodies ask the address space, the walk has seen its tables."""

    def __init__(
        self,
        program: Program,
        evaluator: Evaluator,
        kernel_roots: frozenset[str],
        activations: Activations,
        skip: Follow,
    ) -> None:
        self.program = program
        self.evaluator = evaluator
        self.folding = evaluator.discovery.folding
        self.kernel_roots = kernel_roots
        self.activations = activations
        self.skip = skip

    def handlers(self) -> dict[str, Handler]:
        """Return the handler of each event."""
        return {"folded": self.on_folded, "question": self.on_question, "order": self.on_order}

    def on_order(self, fact: Fact, site: CallSite) -> Outcomes:
        """How many pages is `argument`? A path that decides by that tells tables apart."""
        identity = referred(site.argument(fact.argument))
        if identity is None or not site.state.is_table(Reference(identity, 0)):
            return self.skip(site)
        return [(site.state, Symbol(self.evaluator.interner.key((ORDER, identity))))]

    def on_question(self, fact: Fact, site: CallSite) -> Outcomes:
        """A question about an entry: nothing happens to a table, but the path learns what the body asks."""
        definition = self.program.resolve(site.callee, site.frame.definition.unit)
        if definition is None:
            return self.skip(site)
        return self.activations.enter(definition, site.arguments, site)

    def on_folded(self, fact: Fact, site: CallSite) -> Outcomes:
        """Is the level `kind` folded in the address space `argument`? The body and the path have to agree."""
        space = site.argument(fact.argument)
        kernel = (
            isinstance(space, Address) and space.base[0] == "global" and space.base[1] in self.kernel_roots
        )
        outcomes: Outcomes = []
        for state, value in self.on_question(fact, site):
            truth, key, positive = self.evaluator.truths.decide(value, state)
            for folded in (True, False):
                if truth is (not folded):
                    continue
                after = state.copy()
                if truth is None and not assume(key, positive == folded, after):
                    continue
                if self.folding.suppose(fact.kind, kernel, folded, after):
                    outcomes.append((after, Int(int(folded))))
        return outcomes
