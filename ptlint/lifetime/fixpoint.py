# SPDX-License-Identifier: GPL-2.0-or-later
"""The least solution of mutually recursive equations, computed on demand.

Values grow only: an equation that is computed again after one of its inputs grew must give at least what it
gave before. Recursion is solved exactly, never cut short.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

DEPTH = 40  # how deep an unknown equation is solved at once; deeper ones are put off, which costs time only


class Fixpoint(Generic[Key, Value]):
    """Solves `value(key) = compute(key)`, where compute asks `get` for the values of other keys."""

    def __init__(self, bottom: Value, compute: Callable[[Key], Value]) -> None:
        self._bottom = bottom
        self._compute = compute
        self._solved: dict[Key, Value] = {}
        self._partial: dict[Key, Value] = {}
        self._readers: dict[Key, set[Key]] = {}
        self._running: list[Key] = []
        self._waiting: dict[Key, None] = {}

    def get(self, key: Key) -> Value:
        """Return the value of a key; while an equation is being computed, what is known of it so far."""
        known = self._solved.get(key)
        if known is not None:
            return known
        if self._running:
            self._readers.setdefault(key, set()).add(self._running[-1])
        if key not in self._partial:
            self._partial[key] = self._bottom
            if len(self._running) < DEPTH:
                self._solve(key)
            else:
                self._waiting[key] = None
        if not self._running:
            self._finish()
            return self._solved[key]
        return self._partial[key]

    def _finish(self) -> None:
        """Compute again whatever read a value that has grown since, until nothing grows."""
        while self._waiting:
            key = next(iter(self._waiting))
            del self._waiting[key]
            self._solve(key)
        self._solved.update(self._partial)
        self._partial.clear()
        self._readers.clear()

    def _solve(self, key: Key) -> None:
        self._running.append(key)
        try:
            value = self._compute(key)
        finally:
            self._running.pop()
        if value != self._partial[key]:
            self._partial[key] = value
            self._waiting.update(dict.fromkeys(self._readers.get(key, ())))
