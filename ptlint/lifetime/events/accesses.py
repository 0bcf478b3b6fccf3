# SPDX-License-Identifier: GPL-2.0-or-later
"""Primitives that read or write: memory, page-table entries, and values in another representation."""

from __future__ import annotations

from ptlint.lifetime.bits import SWAPPED
from ptlint.lifetime.callsite import CallSite, Follow, Handler, Outcomes
from ptlint.lifetime.evaluate import Evaluator, is_place
from ptlint.lifetime.memory import write
from ptlint.lifetime.stores import Stores
from ptlint.lifetime.values import Address, Int, Location, Reference, Slot, Symbol
from ptlint.program.facts import Fact
from ptlint.syntax import ir
from ptlint.syntax.builtins import swapped


class AccessEvents:
    """Accessors of memory and of entries; conversions; questions with a fixed answer."""

    def __init__(self, evaluator: Evaluator, stores: Stores, skip: Follow) -> None:
        self.evaluator = evaluator
        self.interner = evaluator.interner
        self.memory = evaluator.memory
        self.discovery = evaluator.discovery
        self.stores = stores
        self.skip = skip

    def handlers(self) -> dict[str, Handler]:
        """Return the handler of each event."""
        return {
            "read": self.on_value,
            "convert": self.on_value,
            "swap-bytes": self.on_swap,
            "value": self.on_value,
            "predicate": self.on_predicate,
            "write": self.on_write,
            "exchange": self.on_exchange,
            "fill": self.on_fill,
            "entry-set": self.on_entry,
            "entry-clear": self.on_entry,
            "entry-take": self.on_entry,
            "entry-swap": self.on_entry,
        }

    def on_value(self, fact: Fact, site: CallSite) -> Outcomes:
        """A macro or function whose result is (another representation of) its argument."""
        return [(site.state, site.argument(fact.argument or 0))]

    def on_swap(self, fact: Fact, site: CallSite) -> Outcomes:
        """The bytes of a number in the other order; twice, and it is as before.

        An entry that was found may be in either order: it is the same table, with flags that are not known.
        """
        value = site.argument(fact.argument or 0)
        if isinstance(value, Int):
            return [(site.state, Int(swapped(value.value, int(fact.kind))))]
        key = value.offset if isinstance(value, Reference) else self.interner.number(value)
        before = self.interner.expression(key) if key else None
        if isinstance(before, tuple) and before[0] == SWAPPED and isinstance(before[1], int):
            key = before[1]
        elif key:
            key = self.interner.key((SWAPPED, key), (key,))
        return [(site.state, Reference(value.object, key) if isinstance(value, Reference) else Symbol(key))]

    def on_predicate(self, fact: Fact, site: CallSite) -> Outcomes:
        """A question whose answer does not change while the kernel runs (cpu features, static branches)."""
        keys = tuple(self.interner.number(v) for v in site.arguments)
        return [
            (
                site.state,
                Symbol(self.interner.key(("predicate", *keys) if keys else ("predicate", fact.name), keys)),
            )
        ]

    def on_write(self, fact: Fact, site: CallSite) -> Outcomes:
        """`WRITE_ONCE(argument, value)`."""
        at = self.lvalue(site, fact.argument)
        if at is not None:
            type_ = getattr(site.instruction.arguments[fact.argument or 0], "type", ir.Type())
            new = site.argument(fact.value)
            self.stores.put(at, new, type_, site.instruction.place, site.state, site.frame)
        return [(site.state, Int(0))]

    def on_fill(self, fact: Fact, site: CallSite) -> Outcomes:
        """memset(argument, value, size): with zeros, all members of a structure are zero."""
        pointer = site.argument(fact.argument)
        if site.argument(fact.value) != Int(0) or not isinstance(pointer, Address | Symbol):
            return self.skip(site)
        at = self.memory.target(pointer, ir.Type(), site.state)
        if not isinstance(at, Address) or at.base[0] == "object":
            return self.skip(site)
        write(at, Int(0), site.state)
        return [(site.state, pointer)]

    def on_exchange(self, fact: Fact, site: CallSite) -> Outcomes:
        """xchg(pointer, value): returns what stood there. Some are given the place instead of its address."""
        pointer = site.instruction.arguments[fact.argument or 0]
        type_ = getattr(pointer, "type", ir.Type())
        at: Location | None
        if fact.kind == "place":
            at = self.lvalue(site, fact.argument)
        elif isinstance(pointer, ir.AddressOf):
            at = (
                self.evaluator.location(pointer.operand, site.state, site.frame)
                if is_place(pointer.operand)
                else None
            )
            type_ = getattr(pointer.operand, "type", ir.Type())
        else:
            type_ = type_.pointee()
            at = self.memory.target(site.argument(fact.argument or 0), type_, site.state)
        if at is None:
            return self.skip(site)
        old = self.memory.load(at, type_, site.state)
        new = self.discovery.coerce(site.argument(fact.value), type_, site.state)
        self.stores.put(at, new, type_, site.instruction.place, site.state, site.frame)
        return [(site.state, old)]

    def on_entry(self, fact: Fact, site: CallSite) -> Outcomes:
        """A setter or clearer of page-table entries: `argument` is its address, `value` the new one."""
        pointer = site.argument(fact.argument)
        state, place = site.state, site.instruction.place
        new = site.argument(fact.value) if fact.value is not None else Int(0)
        if isinstance(pointer, Address):
            old = self.memory.load(pointer, ir.Type(f"{fact.kind}_t"), state)
            write(pointer, new, state)
            return [(state, old)]
        pointer = self.discovery.coerce(pointer, ir.Type(f"{fact.kind}_t", 1), state)
        if not isinstance(pointer, Reference) or fact.kind == "pte":
            return self.skip(site)
        old = self.stores.set_entry(Slot(pointer.object, pointer.offset), new, place, state, site.frame)
        return [(state, old)]

    def lvalue(self, site: CallSite, index: int | None) -> Location | None:
        """Return the location that a kept macro's argument names (WRITE_ONCE(x, v): that of x)."""
        if index is None or index >= len(site.instruction.arguments):
            return None
        e = site.instruction.arguments[index]
        return self.evaluator.location(e, site.state, site.frame) if is_place(e) else None
