# SPDX-License-Identifier: GPL-2.0-or-later
"""Scopes of a function: which object a name means, and what runs when a scope is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ptlint.syntax.ir import Name, Place, Scope, Type
from ptlint.syntax.records import Enumerator, Struct, Typedef


@dataclass(frozen=True, slots=True, eq=False)
class Cleanup:
    """A variable with a cleanup attribute, and those declared before it whose scope it is in."""

    outer: Cleanup | None
    depth: int
    function: str
    variable: Name
    place: Place


def left_between(inner: Cleanup | None, outer: Cleanup | None) -> Iterator[Cleanup]:
    """Yield what runs, in order, when control goes from where *inner* is in force to where *outer* is."""
    staying: set[int] = set()
    while outer is not None:
        staying.add(id(outer))
        outer = outer.outer
    while inner is not None and id(inner) not in staying:
        yield inner
        inner = inner.outer


@dataclass(frozen=True, slots=True)
class Local:
    """What a name declared in a function means."""

    name: Name
    lengths: tuple[int | None, ...] = ()


class Scopes:
    """The scopes that are open while a function is read."""

    def __init__(self) -> None:
        self._frames: list[dict[str, Local | Enumerator | Typedef]] = [{}]
        self._structs: list[dict[str, Struct]] = [{}]
        self._used: dict[str, int] = {}
        self._outer_cleanups: list[Cleanup | None] = []
        self._temporaries = 0
        self.cleanup: Cleanup | None = None
        """The innermost variable with a cleanup that is in scope."""

    def push(self) -> None:
        self._frames.append({})
        self._structs.append({})
        self._outer_cleanups.append(self.cleanup)

    def pop(self) -> None:
        self._frames.pop()
        self._structs.pop()
        self.cleanup = self._outer_cleanups.pop()

    def outer_cleanup(self) -> Cleanup | None:
        """Return the cleanup that was in force when the innermost scope was opened."""
        return self._outer_cleanups[-1] if self._outer_cleanups else None

    def declare(self, name: str, scope: Scope, kind: Type, lengths: tuple[int | None, ...] = ()) -> Name:
        """Return the object that *name* means from here on; a second one of that name gets a suffix."""
        used = self._used.get(name, 0)
        self._used[name] = used + 1
        declared = Name(f"{name}.{used}" if used else name, scope, kind)
        self._frames[-1][name] = Local(declared, lengths)
        return declared

    def bind(self, name: str, meaning: Local | Enumerator | Typedef) -> None:
        self._frames[-1][name] = meaning

    def find(self, name: str) -> Local | Enumerator | Typedef | None:
        for frame in reversed(self._frames):
            found = frame.get(name)
            if found is not None:
                return found
        return None

    def define_struct(self, struct: Struct) -> None:
        self._structs[-1][struct.tag] = struct

    def struct(self, tag: str) -> Struct | None:
        for frame in reversed(self._structs):
            found = frame.get(tag)
            if found is not None:
                return found
        return None

    def temporary(self, kind: Type) -> Name:
        self._temporaries += 1
        return Name(f"%{self._temporaries}", Scope.TEMPORARY, kind)

    def enter_cleanup(self, function: str, variable: Name, place: Place) -> None:
        depth = self.cleanup.depth + 1 if self.cleanup is not None else 0
        self.cleanup = Cleanup(self.cleanup, depth, function, variable, place)

    def saved(self) -> tuple[dict[str, int], int, Cleanup | None]:
        """Return what `restore` needs to forget names and temporaries made since."""
        return dict(self._used), self._temporaries, self.cleanup

    def restore(self, saved: tuple[dict[str, int], int, Cleanup | None]) -> None:
        self._used, self._temporaries, self.cleanup = saved
