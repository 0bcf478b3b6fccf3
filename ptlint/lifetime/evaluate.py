# SPDX-License-Identifier: GPL-2.0-or-later
"""Expressions to abstract values, conditions to truths, and the memory of a path."""

from __future__ import annotations

from ptlint.lifetime.frames import Frame
from ptlint.lifetime.objects import Object, Origin, Owner, State, Sync, Visibility
from ptlint.lifetime.tables import TableTypes
from ptlint.lifetime.values import Address, Code, Int, Interner, Location, Reference, Slot, Symbol, Value
from ptlint.program.facts import Facts
from ptlint.program.program import Program
from ptlint.syntax import ir


class Evaluator:
    """Evaluates without side effects, except that unknown storage gets a name when it is first read."""

    def __init__(self, interner: Interner, program: Program, facts: Facts) -> None:
        self.interner = interner
        self.types = TableTypes(facts)
        self.kernel_roots = facts.names("kernel-root")
        self.space_roots = facts.names("space-root")
        self.program = program
        self.tags: dict[Address, str] = {}  # the structure that a member belongs to
        self.places: set[Location] = set()  # storage of page-table pointer types

    # ---- values

    def evaluate(self, e: ir.Expression, state: State, frame: Frame) -> Value:
        match e:
            case ir.Constant(number, name):
                if number is not None:
                    return Int(number)
                return Symbol(self.interner.key(("constant", name)))
            case ir.Name():
                return self.name(e, state, frame)
            case ir.Cast(type_, operand):
                return self.coerce(self.evaluate(operand, state, frame), type_, state)
            case ir.Binary():
                return self.binary(e, state, frame)
            case ir.Unary(operator, operand):
                value = self.evaluate(operand, state, frame)
                if isinstance(value, Int):
                    return Int(
                        {"-": -value.value, "~": ~value.value, "!": int(not value.value)}.get(
                            operator, value.value
                        )
                    )
                if operator == "!":
                    key, positive = self.truth_key(value, state)
                    return Symbol(self.interner.key(("not" if positive else "is", key), (key,)))
                if isinstance(value, Reference):
                    return value
                return Symbol(self.interner.key((operator, self.key(value)), (self.key(value),)))
            case ir.Deref() | ir.Member():
                if isinstance(e, ir.Member) and not self.is_place(e.base):
                    return self.member_of_value(self.evaluate(e.base, state, frame), e.field)
                return self.load(self.location(e, state, frame), e.type, state)
            case ir.AddressOf(operand):
                if isinstance(operand, ir.Name) and operand.scope is ir.Scope.FUNCTION:
                    return Code(operand.name, frame.definition.unit)
                if not self.is_place(operand):
                    return Symbol(self.interner.key(("address", str(operand))))
                return self.pointer(self.location(operand, state, frame))
            case ir.ContainerOf(pointer, type_, member):
                return self.container(self.evaluate(pointer, state, frame), type_, member, state)
            case ir.Aggregate(_, fields):
                values = [self.evaluate(v, state, frame) for _, v in fields]
                for value in values:
                    if isinstance(value, Reference):
                        return value
                if len(values) == 1:
                    return values[0]
                if all(isinstance(v, Int) and v.value == 0 for v in values):
                    return Int(0)
                keys = tuple(self.key(v) for v in values)
                return Symbol(self.interner.key(("aggregate", *keys), keys))
            case ir.Text(text):
                return Symbol(self.interner.key(("text", text)))
            case ir.Opaque(why):
                return Symbol(self.interner.key(("opaque", why)))
        raise TypeError(e)

    def name(self, e: ir.Name, state: State, frame: Frame) -> Value:
        if e.scope is ir.Scope.FUNCTION:
            return Code(e.name, frame.definition.unit)
        return self.load(self.location(e, state, frame), e.type, state)

    def binary(self, e: ir.Binary, state: State, frame: Frame) -> Value:
        left = self.evaluate(e.left, state, frame)
        right = self.evaluate(e.right, state, frame)
        if e.operator in ("==", "!="):
            truth = self.equal(left, right, state)
            if truth is not None:
                return Int(int(truth == (e.operator == "==")))
            key = self.equality_key(left, right)
            return Symbol(key if e.operator == "==" else self.interner.key(("not", key), (key,)))
        if isinstance(left, Int) and isinstance(right, Int):
            folded = fold(e.operator, left.value, right.value)
            if folded is not None:
                return Int(folded)
        if e.operator in ("<", ">", "<=", ">="):
            if e.operator in (">", ">="):
                left, right = right, left
            keys = (self.key(left), self.key(right))
            operator = "<" if e.operator in ("<", ">") else "<="
            return Symbol(self.interner.key((operator, *keys), keys))
        if isinstance(left, Reference) or isinstance(right, Reference):
            one, two = (left, right) if isinstance(left, Reference) else (right, left)
            assert isinstance(one, Reference)
            if isinstance(two, Reference) and e.operator == "-":
                keys = (self.key(left), self.key(right))
                return Symbol(self.interner.key(("-", *keys), keys))
            if two == Int(0) and e.operator in ("+", "-", "|", ">>", "<<"):
                return one
            if two == Int(0) and e.operator == "&":
                return Int(0)
            offset = one.offset
            other = self.key(two)
            return Reference(one.object, self.interner.key((e.operator, offset, other), (offset, other)))
        if isinstance(left, Address) and e.operator in ("+", "-"):
            if right == Int(0):
                return left
            return Address(left.base, (*left.path, "[]")) if not left.path or left.path[-1] != "[]" else left
        if isinstance(left, Symbol) and e.operator in ("+", "-") and e.type.pointers:
            stored = self.interner.expression(left.key)
            if isinstance(stored, tuple) and stored[0] == "load":
                return Address(stored[1], (*stored[2], "*", "[]"))
            if e.type.pointers > 1:
                return Address(("symbol", left.key), ("[]",))
        keys = (self.key(left), self.key(right))
        if isinstance(left, Symbol) and right == Int(0) and e.operator in ("+", "-", "|", ">>", "<<"):
            return left
        return Symbol(self.interner.key((e.operator, *keys), keys))

    def key(self, value: Value) -> int:
        """Return the interned number of a value, for building expressions from it."""
        match value:
            case Symbol(key):
                return key
            case Int(number):
                return self.interner.key(("int", number))
            case Reference(identity, offset):
                return self.interner.key(("reference", identity, offset))
            case Address(base, path):
                return self.interner.key(("address", base, path))
            case Code(name, _):
                return self.interner.key(("code", name))

    # ---- truth

    def equal(self, left: Value, right: Value, state: State) -> bool | None:
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
        return state.truths.get(self.equality_key(left, right))

    def equality_key(self, left: Value, right: Value) -> int:
        """Return the number of `left == right`, the same for both orders."""
        for one, two in ((left, right), (right, left)):
            if two == Int(0):
                inner = self.key(one)
                return self.interner.key(("not", inner), (inner,))
        a, b = sorted((self.key(left), self.key(right)))
        return self.interner.key(("==", a, b), (a, b))

    def truth_key(self, value: Value, state: State) -> tuple[int, bool]:
        """Return the number that stands for a value's truth, without negations, and the polarity."""
        key = self.key(value)
        positive = True
        while True:
            expression = self.interner.expression(key)
            if isinstance(expression, tuple) and expression[0] in ("not", "is") and len(expression) == 2:
                positive = positive == (expression[0] == "is")
                key = expression[1]
                continue
            return key, positive

    def condition(self, e: ir.Expression, state: State, frame: Frame) -> tuple[bool | None, int, bool]:
        """Return the truth of a condition if it is known, else its number and polarity."""
        value = self.evaluate(e, state, frame)
        if isinstance(value, Int):
            return value.value != 0, 0, True
        if isinstance(value, Address | Code):
            return True, 0, True
        if (
            isinstance(value, Reference)
            and state.objects[value.object].origin is Origin.ALLOCATION
            and not value.offset
        ):
            return True, 0, True
        key, positive = self.truth_key(value, state)
        known = state.truths.get(key)
        return (known == positive if known is not None else None), key, positive

    def assume(self, key: int, truth: bool, state: State) -> bool:
        """Note that a condition holds; False if that contradicts the path."""
        known = state.truths.get(key)
        if known is not None:
            return known == truth
        state.truths[key] = truth
        return True

    # ---- places

    def is_place(self, e: ir.Expression) -> bool:
        while isinstance(e, ir.Member):
            e = e.base
        return isinstance(e, ir.Deref) or (isinstance(e, ir.Name) and e.scope is not ir.Scope.FUNCTION)

    def location(self, e: ir.Expression, state: State, frame: Frame) -> Location:
        """Return where a Name, Deref or Member stands."""
        match e:
            case ir.Name(name, scope, _):
                if scope is ir.Scope.GLOBAL:
                    return Address(("global", name), ())
                return Address(("local", frame.number, name), ())
            case ir.Deref(pointer, type_):
                return self.target(self.evaluate(pointer, state, frame), type_, state)
            case ir.Member(base, name, tag, _):
                inside = self.location(base, state, frame)
                if isinstance(inside, Slot):
                    return inside
                at = Address(inside.base, (*inside.path, name))
                if tag:
                    self.tags[at] = tag.removeprefix("struct ").removeprefix("union ")
                return at
        return Address(("symbol", self.key(self.evaluate(e, state, frame))), ())

    def target(self, value: Value, type_: ir.Type, state: State) -> Location:
        """Return what a pointer points to; `type_` is the type behind it."""
        if self.types.is_entry(type_):
            if isinstance(value, Symbol):
                value = self.coerce(value, type_.pointer(), state)
            if isinstance(value, Reference):
                return Slot(value.object, value.offset)
        match value:
            case Reference(identity, _):
                return Address(("object", identity), ())
            case Address():
                return value
            case Symbol(key):
                expression = self.interner.expression(key)
                if isinstance(expression, tuple) and expression[0] == "load":
                    return Address(expression[1], (*expression[2], "*"))
                return Address(("symbol", key), ())
        return Address(("symbol", self.key(value)), ())

    def pointer(self, location: Location) -> Value:
        """Return the address of a location."""
        if isinstance(location, Slot):
            return Reference(location.object, location.offset)
        if not location.path:
            if location.base[0] == "symbol":
                key = location.base[1]
                assert isinstance(key, int)
                return Symbol(key)
            if location.base[0] == "object":
                identity = location.base[1]
                assert isinstance(identity, int)
                return Reference(identity, 0)
        if location.path and location.path[-1] == "*":
            return Symbol(self.interner.key(("load", location.base, location.path[:-1])))
        return location

    # ---- memory

    def load(self, at: Location, type_: ir.Type, state: State) -> Value:
        if self.types.is_pointer(type_):
            self.places.add(at)
        found = state.memory.get(at)
        if found is not None:
            if isinstance(found, Symbol) and self.types.is_pointer(type_):
                return self.coerce(found, type_, state)
            return found
        if isinstance(at, Slot):
            value = self.child(at, type_, state)
            if value is not None:
                state.memory[at] = value
                return value
            return Symbol(self.interner.key(("entry", at.object, at.offset)))
        for cut in range(len(at.path) - 1, -1, -1):
            if at.path[cut] in ("*", "[]"):
                break  # what stands behind a pointer is no part of it
            whole = state.memory.get(Address(at.base, at.path[:cut]))
            if whole is not None:
                return self.inside(whole, at.path[cut:])
        if "[]" in at.path and at.base[0] == "local":
            known = self.element(at, state)
            if known is not None:
                return known
        value = self.unknown_content(at, type_, state)
        if at.base[0] != "local" or self.types.is_pointer(type_):
            state.memory[at] = value
        return value

    def element(self, at: Address, state: State) -> Value | None:
        """An array's element under another index: any object that was stored in the array."""
        prefix = at.path[: at.path.index("[]")]
        for other, value in state.memory.items():
            if (
                isinstance(value, Reference)
                and isinstance(other, Address)
                and other.base == at.base
                and other.path[: len(prefix) + 1] == (*prefix, "[]")
            ):
                return value
        return None

    def inside(self, whole: Value, path: tuple[object, ...]) -> Value:
        for part in path:
            whole = self.member_of_value(whole, str(part))
        return whole

    def member_of_value(self, value: Value, name: str) -> Value:
        """Return a member of a structure that is held as one value (pmd_t, swp_entry_t, …)."""
        if isinstance(value, Symbol):
            return Symbol(self.interner.key(("member", value.key, name), (value.key,)))
        return value

    def unknown_content(self, at: Address, type_: ir.Type, state: State) -> Value:
        key = self.interner.key(("load", at.base, at.path))
        if self.types.is_pointer(type_):
            return self.stored_table(key, at, type_, state)
        return Symbol(key)

    def stored_table(self, key: int, at: Address, type_: ir.Type, state: State) -> Value:
        """A table pointer read from storage that this path has not written."""
        names = [p for p in at.path if isinstance(p, str) and p not in ("*", "[]")]
        where = names[-1] if names else str(at.base[-1])
        container = self.container_name(at)
        given = at.base[0] == "symbol" and isinstance(at.base[1], int) and bool(self.parameter_of(at.base[1]))
        if at.base[0] == "symbol" and not names and isinstance(at.base[1], int):
            handed = self.parameter_of(at.base[1])
            if handed:
                return self.handed_in(key, handed, type_, state)
        identity = self.interner.key(("object", key))
        if identity not in state.objects:
            level = self.types.level(type_)
            owner, space = Owner.UNKNOWN, 0
            visibility, origin = Visibility.PARKED, Origin.FIELD
            if at.base[0] == "global":
                if str(at.base[1]) in self.kernel_roots or not names or where in self.space_roots:
                    owner = Owner.KERNEL
                visibility = Visibility.LIVE if not names or owner is Owner.KERNEL else Visibility.PARKED
                origin = Origin.GLOBAL if not names else Origin.FIELD
            elif level == "pgd" and where in self.space_roots:
                owner = Owner.USER
                holder = (
                    state.objects.get(at.base[1])
                    if at.base[0] == "object" and isinstance(at.base[1], int)
                    else None
                )
                new = holder is not None and holder.visibility is Visibility.FRESH
                visibility = Visibility.FRESH if new else Visibility.LIVE
                origin = Origin.ALLOCATION if new else Origin.FIELD
                where = "an address space that was made here and given to nobody" if new else where
                space = self.base_key(at)
            elif at.base[0] == "local" and not names:
                visibility, origin = Visibility.PARKED, Origin.UNKNOWN
            sync = Sync.GRACE if at.base in state.graced else Sync.NONE
            parked = visibility is Visibility.PARKED
            state.objects[identity] = Object(
                origin,
                container if parked else where,
                visibility,
                sync,
                owner,
                space,
                level,
                table=True,
                container=container if parked else "",
                given=given and parked and sync is Sync.NONE,
                holder=container if parked else "",
            )
        return Reference(identity, 0)

    def parameter_of(self, key: int) -> str:
        """Return the name of the parameter that a value is derived from, or nothing."""
        for _ in range(8):
            expression = self.interner.expression(key)
            if not isinstance(expression, tuple):
                return ""
            if expression[0] == "parameter":
                return str(expression[2])
            if expression[0] in ("+", "-", "container") and isinstance(expression[1], int):
                key = expression[1]
            elif (
                expression[0] == "load" and expression[1][0] == "symbol" and set(expression[2]) <= {"*", "[]"}
            ):
                key = expression[1][1]
            else:
                return ""
        return ""

    def handed_in(self, key: int, name: str, type_: ir.Type, state: State) -> Value:
        """A table that a parameter is, points to, or is a member of: its callers know more."""
        identity = self.interner.key(("object", key))
        if identity not in state.objects:
            state.objects[identity] = Object(
                Origin.PARAMETER,
                name,
                Visibility.PARAMETER,
                owner=Owner.PARAMETER,
                level=self.types.level(type_),
                table=True,
            )
        return Reference(identity, 0)

    def list_of(self, key: int, state: State) -> str:
        """Return the name of the list that a link pointer was read from, or nothing."""
        expression = self.interner.expression(key)
        if not isinstance(expression, tuple):
            return ""
        if expression[0] == "list":
            return str(expression[1])
        if expression[0] != "load" or not expression[2] or expression[2][-1] not in ("next", "prev", "first"):
            return ""
        head = Address(expression[1], expression[2][:-1])
        if head.base[0] == "object" and isinstance(head.base[1], int):
            known = state.objects.get(head.base[1])
            if known is not None and known.container.startswith("list"):
                return known.container
        return self.list_name(head)

    def list_name(self, head: Value) -> str:
        """Return the name of the list that a head stands for."""
        if isinstance(head, Address):
            names = [str(p) for p in head.path if p not in ("*", "[]")]
            if head.base[0] in ("global", "local"):
                return "list " + ".".join([str(head.base[-1]), *names])
            if names:
                return f"list {names[-1]}"
        return "list"

    def container_name(self, at: Address) -> str:
        """Return the name of a storage that may hold tables: structure.member, or a variable's name."""
        path = list(at.path)
        while path and path[-1] in ("*", "[]"):
            path.pop()
        names = [str(p) for p in path if p not in ("*", "[]")]
        if not names:
            return str(at.base[1]) if at.base[0] == "global" else "?"
        tag = self.tags.get(Address(at.base, tuple(path)), "")
        return f"{tag}.{names[-1]}" if tag else names[-1]

    def base_key(self, at: Address) -> int:
        """Return the number of the structure that a member belongs to (the mm of mm->pgd)."""
        return self.key(self.pointer(Address(at.base, at.path[:-1])))

    def child(self, at: Slot, type_: ir.Type, state: State) -> Value | None:
        """The table an entry points to; None for the last level, whose entries map data."""
        level = self.types.level(type_)
        if level == "pte":
            return None
        parent = state.objects.get(at.object)
        identity = self.interner.key(("child", at.object, at.offset))
        if identity not in state.objects:
            visibility = Visibility.LIVE
            owner, space, holder = Owner.UNKNOWN, 0, ""
            if parent is not None:
                owner, space, holder = parent.owner, parent.space, parent.holder
                if parent.visibility is Visibility.FRESH:
                    visibility = Visibility.FRESH
                if parent.visibility is Visibility.PARAMETER and owner is Owner.UNKNOWN:
                    owner = Owner.PARAMETER
            state.objects[identity] = Object(
                Origin.ENTRY,
                level,
                visibility,
                Sync.NONE,
                owner,
                space,
                self.types.below(level),
                holder=holder,
            )
        return Reference(identity, 0)

    def container(self, pointer: Value, type_: ir.Type, member: str, state: State) -> Value:
        """`container_of`: back from a member to the object that holds it."""
        value: Value
        match pointer:
            case Address(base, path):
                names = member.split(".")
                cut = (
                    len(path) - len(names)
                    if list(path[-len(names) :]) == names
                    else 0
                    if base[0] == "object"
                    else len(path) - 1
                )
                value = self.pointer(Address(base, path[: max(cut, 0)]))
            case Symbol(key):
                value = Symbol(self.interner.key(("container", key, type_.name, member), (key,)))
            case _:
                value = pointer
        return self.coerce(value, type_, state)

    def store(self, at: Location, value: Value, state: State) -> None:
        """Write memory; what was known of parts of the location is forgotten."""
        if isinstance(at, Address):
            self.forget(at, state)
        state.memory[at] = value

    def forget(self, at: Address, state: State) -> None:
        """Forget a location and everything inside it."""
        size = len(at.path)
        stale = [
            a
            for a in state.memory
            if isinstance(a, Address) and a.base == at.base and a.path[:size] == at.path
        ]
        for a in stale:
            del state.memory[a]

    def coerce(self, value: Value, type_: ir.Type, state: State) -> Value:
        """Give a value a type: a table type makes an object of an unknown pointer, and marks a known one."""
        if not self.types.is_pointer(type_):
            return value
        level = self.types.level(type_)
        if isinstance(value, Symbol):
            expression = self.interner.expression(value.key)
            identity = self.interner.key(("object", value.key))
            if identity not in state.objects:
                kind = expression[0] if isinstance(expression, tuple) else ""
                if kind == "load":
                    return self.stored_table(value.key, Address(expression[1], expression[2]), type_, state)  # type: ignore[index]
                handed = self.parameter_of(value.key)
                if handed:
                    return self.handed_in(value.key, handed, type_, state)
                inner = expression[1] if isinstance(expression, tuple) and kind == "container" else 0
                listed = self.list_of(inner, state) if isinstance(inner, int) and inner else ""
                state.objects[identity] = Object(
                    Origin.LIST if listed else Origin.UNKNOWN,
                    listed,
                    Visibility.PARKED,
                    level=level,
                    table=True,
                    container=listed or "?",
                )
            return Reference(identity, 0)
        if isinstance(value, Reference):
            known = state.objects[value.object]
            if not known.table or (known.level == "any" and level != "any"):
                state.change(value.object, table=True, level=known.level if known.level != "any" else level)
        return value


def fold(operator: str, a: int, b: int) -> int | None:
    """Return the value of a constant operation, or None if it has none."""
    match operator:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return int(a / b) if b else None
        case "%":
            return a % b if b > 0 and a >= 0 else None
        case "&":
            return a & b
        case "|":
            return a | b
        case "^":
            return a ^ b
        case "<<":
            return a << b if 0 <= b < 128 else None
        case ">>":
            return a >> b if 0 <= b < 128 else None
        case "<":
            return int(a < b)
        case ">":
            return int(a > b)
        case "<=":
            return int(a <= b)
        case ">=":
            return int(a >= b)
    return None
