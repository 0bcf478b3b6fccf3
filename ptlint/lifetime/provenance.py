# SPDX-License-Identifier: GPL-2.0-or-later
"""Where an unknown value comes from, by its expression: a parameter, a list, a member of a structure.

Containers go by these names: members of one name in structures of one tag are one container, and lists whose
heads have one name are one list. That over-approximates what is in a container; but where only one end of it
is seen with the structure's tag, the two ends are taken for two containers.
"""

from __future__ import annotations

from collections.abc import Hashable

from ptlint.lifetime.objects import Origin, State, Sync
from ptlint.lifetime.values import Address, Interner, Reference, Value, pointer_to

LINKS = ("next", "prev", "first")
WAITED = "after a grace period"  # of a link: all that is on its list has waited for one
ROOT, CALLED = 2, 5  # where the number of an activation has the function's name
BEHIND = "a page behind its entries"  # a place in a table's page that is no entry, of whatever table
UNNAMED = "?"  # a storage that nothing is known of: never the same as another one
ARITHMETIC = frozenset({"+", "-", "*", "/", "&", "|", "^", "<<", ">>", "~"})


class Provenance:
    """Reads names off interned expressions.

    `tags` is the structure that a member belongs to, `untyped` the members that point to anything.
    """

    def __init__(self, interner: Interner) -> None:
        self.interner = interner
        self.tags: dict[Address, str] = {}
        self.untyped: set[Address] = set()

    def parameter_of(self, key: int) -> str:
        """Return the name of the parameter that a value is derived from, or nothing."""
        for _ in range(8):
            expression = self.interner.expression(key)
            if not isinstance(expression, tuple):
                return ""
            if expression[0] == "parameter":
                return str(expression[2])
            aligned = expression[0] == "&" and self.constant(expression[2])
            if (aligned or expression[0] in ("+", "-", "|", "container", "or null")) and isinstance(
                expression[1], int
            ):
                key = expression[1]
            elif (
                expression[0] == "load" and expression[1][0] == "symbol" and set(expression[2]) <= {"*", "[]"}
            ):
                key = expression[1][1]
            else:
                return ""
        return ""

    def untagged(self, key: int) -> int:
        """Return the number of a pointer without the bits that were set in it."""
        expression = self.interner.expression(key)
        if isinstance(expression, tuple) and expression[0] == "|" and isinstance(expression[1], int):
            return expression[1]
        return key

    def no_table(self, key: int) -> bool:
        """Say whether an address is computed from numbers alone, or from what a last-level entry maps."""
        return self.constant(key) or self.mapped(key)

    def constant(self, key: int) -> bool:
        """Say whether a value is computed from known numbers alone."""
        expression = self.interner.expression(key)
        if isinstance(expression, tuple) and expression[0] == "int":
            return True
        inner = self.operands(key)
        return bool(inner) and all(self.constant(k) for k in inner)

    def mapped(self, key: int) -> bool:
        """Say whether what a last-level entry maps is part of a value: so it is of a leaf made from it."""
        waiting, seen = [key], {key}
        while waiting:
            part = waiting.pop()
            expression = self.interner.expression(part)
            if isinstance(expression, tuple) and expression[0] == "entry":
                return True
            new = set(self.operands(part)) - seen
            seen |= new
            waiting.extend(new)
        return False

    def operands(self, key: int) -> tuple[int, ...]:
        """Return the numbers of what a value is computed from, nothing if it is not computed."""
        expression = self.interner.expression(key)
        if not isinstance(expression, tuple) or not (expression[0] == "pure" or expression[0] in ARITHMETIC):
            return ()
        inner = expression[2:] if expression[0] == "pure" else expression[1:]
        return tuple(k for k in inner if isinstance(k, int)) if all(isinstance(k, int) for k in inner) else ()

    def list_of(self, key: int, state: State) -> str:
        """Return the name of the list that a link pointer was read from, or nothing."""
        expression = self.interner.expression(key)
        if not isinstance(expression, tuple):
            return ""
        if expression[0] == "list":
            return str(expression[1])
        if expression[0] == "member" and expression[2] in LINKS:  # of a head that a call has written
            head_in = self.interner.expression(expression[1])
            named = isinstance(head_in, tuple) and head_in[0] == "member"
            return f"list {head_in[2]}" if named else ""  # type: ignore[index]
        if expression[0] != "load" or not expression[2] or expression[2][-1] not in LINKS:
            return ""
        head = Address(expression[1], expression[2][:-1])
        if head.base[0] == "object" and isinstance(head.base[1], int):
            known = state.objects.get(head.base[1])
            if known is not None and known.container.startswith("list"):
                return known.container
        elif head.base[0] == "symbol" and isinstance(head.base[1], int):
            before = self.contained(head.base[1])  # the element before this one
            listed = self.list_of(before, state) if before else ""
            if listed:
                return listed
        return self.list_name(head)

    def waited_for(self, key: int, state: State) -> bool:
        """Say whether a grace period has passed since all was linked into the list that a link is from."""
        expression = self.interner.expression(key)
        if not isinstance(expression, tuple):
            return False
        if expression[0] == "list":
            return WAITED in expression[2:]
        if expression[0] != "load" or not expression[2] or expression[2][-1] not in LINKS:
            return False
        base = expression[1]
        known = state.objects.get(base[1]) if base[0] == "object" else None
        if known is not None:
            return known.origin is Origin.LIST and known.sync is Sync.GRACE
        before = self.contained(base[1]) if base[0] == "symbol" else 0
        return bool(before) and self.waited_for(before, state)

    def taken(self, key: int) -> str:
        """Return the name of the list whose elements, all of them, a link leads to; nobody else has them."""
        expression = self.interner.expression(key)
        return str(expression[1]) if isinstance(expression, tuple) and expression[0] == "list" else ""

    def list_link(self, name: str, waited: bool) -> int:
        """Return the number of a link of the list of this name; `waited` as `waited_for`."""
        return self.interner.key(("list", name, WAITED) if waited else ("list", name))

    def behind(self, link: Value, state: State) -> str:
        """Return the container of a table whose first words are a list's link: of those linked to it, too."""
        identity = (
            link.object
            if isinstance(link, Reference) and not link.offset
            else link.base[1]
            if isinstance(link, Address) and link.base[0] == "object" and not link.path
            else None
        )
        known = state.objects.get(identity) if isinstance(identity, int) else None
        if known is None or not known.table:
            return ""
        if known.container:
            return known.container
        for at, value in state.memory.items():
            kept = isinstance(value, Reference) and value.object == identity and not value.offset
            if kept and isinstance(at, Address) and at.base[0] != "local":
                return self.container_name(at)
        return ""

    def contained(self, key: int) -> int:
        """Return the link pointer that `container_of` was applied to, 0 if this is something else."""
        expression = self.interner.expression(key)
        if isinstance(expression, tuple) and expression[0] == "or null":
            expression = self.interner.expression(expression[1])
        if isinstance(expression, tuple) and expression[0] == "container":
            return expression[1] if isinstance(expression[1], int) else 0
        return 0

    def container_name(self, at: Address) -> str:
        """Return the name of a storage that may hold tables: structure.member, or a variable's name."""
        names = [str(p) for p in at.path if p not in ("*", "[]")]
        if not names:
            return str(at.base[1]) if at.base[0] == "global" else BEHIND if in_page(at) else UNNAMED
        tag = self.tag(at)
        return f"{tag}.{names[-1]}" if tag else names[-1]

    def note_tag(self, at: Address, tag: str) -> None:
        """Remember which structure a member belongs to, if that has a tag."""
        if tag:
            self.tags[at] = tag.removeprefix("struct ").removeprefix("union ")

    def tag(self, at: Address) -> str:
        """Return the tag of the structure that a member belongs to, or nothing."""
        path = at.path
        while path and path[-1] in ("*", "[]"):
            path = path[:-1]
        return self.tags.get(Address(at.base, path), "")

    def base_key(self, at: Address) -> int:
        """Return the number of the structure that a member belongs to (the mm of mm->pgd)."""
        return self.interner.number(pointer_to(Address(at.base, at.path[:-1]), self.interner))

    def list_name(self, head: Value) -> str:
        """Return the name of the list that a head stands for; of a local one with its function's."""
        if isinstance(head, Address):
            names = [str(p) for p in head.path if p not in ("*", "[]")]
            if head.base[0] == "global":
                return "list " + ".".join([str(head.base[-1]), *names])
            if head.base[0] == "local" and not names:
                return f"list {self.function_of(head.base[1])}.{head.base[-1]}"
            if names:
                return f"list {names[-1]}"
        return "list"

    def function_of(self, frame: Hashable) -> str:
        """Return the name of the function that an activation is of, by the activation's number."""
        expression = self.interner.expression(frame) if isinstance(frame, int) else None
        if not isinstance(expression, tuple):
            return ""
        return str(expression[CALLED if len(expression) > CALLED else ROOT])


def in_page(at: Address) -> bool:
    """Say whether a place is in a table's page, and neither an entry nor a member of a descriptor."""
    return at.base[0] == "object" and not at.path
