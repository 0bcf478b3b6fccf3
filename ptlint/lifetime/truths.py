# SPDX-License-Identifier: GPL-2.0-or-later
"""What a path knows of conditions: equalities, negations, and what was assumed at its branches.

A condition is known by the interned number of its expression, so equal expressions are equally true. Nothing
is concluded from a number that the path has not decided.
"""

from __future__ import annotations

from ptlint.lifetime.objects import Origin, State
from ptlint.lifetime.values import Address, Code, Int, Interner, Reference, Symbol, Value

PAGE_BITS = 0x3FFF_0000  # a mask that leaves these leaves enough of an address to tell one page from none


class Truths:
    """Decides conditions on values, as far as a path's state does. `asked` are those that it was asked."""

    def __init__(self, interner: Interner) -> None:
        self.interner = interner
        self.asked: set[int] = set()

    def known(self, key: int, state: State) -> bool | None:
        """Return what the path knows of a condition."""
        self.asked.add(key)
        return state.truths.get(key)

    def equal(self, left: Value, right: Value, state: State) -> bool | None:
        """Return whether two values are equal; None if the path does not say."""
        if isinstance(left, Int) and isinstance(right, Int):
            return left.value == right.value
        if left == right:
            return True
        for one, two in ((left, right), (right, left)):
            if two == Int(0):
                if isinstance(one, Code | Address):
                    return False
                if isinstance(one, Reference) and state.objects[one.object].origin is Origin.ALLOCATION:
                    return False
        if isinstance(left, Address) and isinstance(right, Address):
            named = ("local", "global")
            if left.base[0] in named and right.base[0] in named:
                return False
        known = self.known(self.equality_key(left, right), state)
        if known is None and state.truths:
            under, over = (
                self.known(self.order_key(*pair), state) for pair in ((left, right), (right, left))
            )
            if under or over:
                return False
            under = False if under is None and self.masked(right, left) else under
            over = False if over is None and self.masked(left, right) else over
            if under is False and over is False:
                return True
        return known

    def below(self, left: Value, right: Value, state: State) -> bool | None:
        """Return whether `left < right`, of integers; None if the path does not say."""
        if left == right or self.masked(right, left):
            return False
        known = self.known(self.order_key(left, right), state)
        if known is None and (
            self.known(self.order_key(right, left), state)
            or self.known(self.equality_key(left, right), state)
        ):
            return False
        return known

    def order_key(self, left: Value, right: Value) -> int:
        """Return the number of `left < right`."""
        keys = (self.interner.number(left), self.interner.number(right))
        return self.interner.key(("<", *keys), keys)

    def masked(self, value: Value, bound: Value) -> bool:
        """Say whether a value is the result of a bitwise and that leaves nothing above a number."""
        if not isinstance(bound, Int) or not isinstance(value, Reference | Symbol):
            return False
        expression = self.interner.expression(value.key if isinstance(value, Symbol) else value.offset)
        if not isinstance(expression, tuple) or expression[0] != "&":
            return False
        masks = (self.interner.expression(k) for k in expression[1:] if isinstance(k, int))
        return any(isinstance(m, tuple) and m[0] == "int" and 0 <= m[1] <= bound.value for m in masks)

    def equality_key(self, left: Value, right: Value) -> int:
        """Return the number of `left == right`, the same for both orders."""
        for one, two in ((left, right), (right, left)):
            if two == Int(0):
                inner = self.interner.number(one)
                return self.interner.key(("not", inner), (inner,))
        a, b = sorted((self.interner.number(left), self.interner.number(right)))
        return self.interner.key(("==", a, b), (a, b))

    def truth_key(self, value: Value) -> tuple[int, bool]:
        """Return the number that stands for a value's truth, without negations, and the polarity."""
        key = self.interner.number(value)
        positive = True
        while True:
            expression = self.interner.expression(key)
            if isinstance(expression, tuple) and expression[0] in ("not", "is") and len(expression) == 2:
                positive = positive == (expression[0] == "is")
                key = expression[1]
                continue
            return key, positive

    def sure(self, value: Value, state: State) -> bool | None:
        """Return the truth of a value that has the same one on all paths, else None."""
        if isinstance(value, Int):
            return value.value != 0
        if isinstance(value, Address | Code):
            return True
        page = isinstance(value, Reference) and self.is_page(self.interner.number(value), state)
        return True if page else None

    def decide(self, value: Value, state: State) -> tuple[bool | None, int, bool]:
        """Return a value's truth if it is known, else the number that stands for it and the polarity."""
        sure = self.sure(value, state)
        if sure is not None:
            return sure, 0, True
        key, positive = self.truth_key(value)
        if self.is_page(key, state):
            return positive, 0, True
        known = self.known(key, state)
        return (known == positive if known is not None else None), key, positive

    def is_page(self, key: int, state: State) -> bool:
        """Say whether a value tells where the page of a table is that was allocated: it is not zero then."""
        value = self.interner.expression(key)
        if not isinstance(value, tuple) or value[0] != "reference":
            return False
        known = state.objects.get(value[1])
        if known is None or known.origin is not Origin.ALLOCATION:
            return False
        offset = value[2]
        while offset:
            expression = self.interner.expression(offset)
            if not isinstance(expression, tuple) or len(expression) != 3:
                return False
            operator, offset, other = expression
            number = self.interner.expression(other)
            mask = number[1] if isinstance(number, tuple) and number[0] == "int" else None
            if operator == "&" and (mask is None or mask & PAGE_BITS != PAGE_BITS):
                return False
            if operator not in ("+", "-", "|", "&"):
                return False
        return True


def assume(key: int, truth: bool, state: State) -> bool:
    """Note that a condition holds; False if that contradicts the path."""
    known = state.truths.get(key)
    if known is not None:
        return known == truth
    state.truths[key] = truth
    return True
