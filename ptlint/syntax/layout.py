# SPDX-License-Identifier: GPL-2.0-or-later
"""Sizes and offsets of structures, as far as their definitions tell them.

A struct whose layout an attribute changes has no known one. Alignment is natural,
as in the ABIs of all 64-bit architectures; on 32-bit ones 64-bit integers are not trusted.
"""

from typing import NamedTuple, Protocol

from ptlint.syntax.constants import is_integer, width
from ptlint.syntax.ir import Type
from ptlint.syntax.records import Field, Struct, Typedef

DEEPEST = 64


class _Box(NamedTuple):
    size: int
    align: int


class Declared(Protocol):
    """What a layout needs to know of a unit."""

    word: int

    def typedef(self, name: str) -> Typedef | None: ...
    def struct(self, tag: str) -> Struct | None: ...


class Layouts:
    """Computes layouts; remembers those of structs."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        self._boxes: dict[str, _Box | None] = {}

    def size(self, kind: Type) -> int | None:
        """Return the size in bytes of a type, None if it is not known."""
        box = self._box(kind, (), 0)
        return None if box is None else box.size

    def offset(self, kind: Type, path: str) -> int | None:
        """Return the offset in bytes of the member *path* ("a.b") in a struct or union."""
        offset = 0
        for name in path.split("."):
            struct = self._struct(kind)
            if struct is None or "[" in name:
                return None
            fields = struct.path(name)
            if not fields:
                return None
            for field in fields:
                if struct is None:
                    return None
                within = self._offset_of(struct, field)
                if within is None:
                    return None
                offset += within
                kind = field.type
                struct = field.inner
        return offset

    def _struct(self, kind: Type) -> Struct | None:
        for _ in range(DEEPEST):
            if kind.pointers or kind.function:
                return None
            if kind.name.startswith(("struct ", "union ")):
                return self._declared.struct(kind.name)
            typedef = self._declared.typedef(kind.name)
            if typedef is None:
                return None
            kind = typedef.type
        return None

    def _box(self, kind: Type, lengths: tuple[int | None, ...], depth: int) -> _Box | None:
        word = self._declared.word // 8
        if depth > DEEPEST:
            return None
        if lengths:
            count = 1
            for length in lengths:
                if length is None:
                    return None
                count *= length
            element = self._box(Type(kind.name, kind.pointers - len(lengths), kind.function), (), depth + 1)
            return None if element is None else _Box(element.size * count, element.align)
        if kind.pointers > 0 or kind.function:
            return _Box(word, word)
        if is_integer(kind):
            size = width(kind.name, self._declared.word) // 8
            if size > word:
                return None
            return _Box(size, size)
        name = kind.name
        if name.startswith("enum "):
            return _Box(4, 4)
        if name.startswith(("struct ", "union ")):
            return self._struct_box(name, depth)
        if not name or name == "void":
            return None
        typedef = self._declared.typedef(name)
        if typedef is None or typedef.type.name == name:
            return None
        return self._box(typedef.type, typedef.lengths, depth + 1)

    def _struct_box(self, tag: str, depth: int) -> _Box | None:
        if tag in self._boxes:
            return self._boxes[tag]
        self._boxes[tag] = None
        struct = self._declared.struct(tag)
        if struct is not None:
            self._boxes[tag] = self._end(struct, struct.fields, depth)
        return self._boxes[tag]

    def _offset_of(self, struct: Struct, field: Field) -> int | None:
        if struct.union:
            return 0
        if struct.packed:
            return None
        index = next((n for n, one in enumerate(struct.fields) if one is field), -1)
        if index < 0 or field.bits is not None:
            return None
        before = self._end(struct, struct.fields[:index], 0, final=False)
        box = self._field_box(field, 0)
        if before is None or box is None:
            return None
        return _aligned(before.size, box.align)

    def _field_box(self, field: Field, depth: int) -> _Box | None:
        box: _Box | None
        if field.inner is not None and field.type.pointers == 0:
            box = self._end(field.inner, field.inner.fields, depth + 1)
        else:
            box = self._box(field.type, field.lengths, depth + 1)
        if box is None or field.align is None:
            return None
        return _Box(box.size, max(box.align, field.align))

    def _end(self, struct: Struct, fields: tuple[Field, ...], depth: int, final: bool = True) -> _Box | None:
        """Return size and alignment of a struct of these fields; not padded at its end if not final."""
        if struct.packed:
            return None
        size, align = 0, 1
        bits = 0  # in use of the bit-field unit that ends at `size`
        for number, field in enumerate(fields):
            lengths = field.lengths
            flexible = lengths and lengths[0] in (None, 0) and number == len(struct.fields) - 1
            if flexible:
                element = self._box(
                    Type(field.type.name, field.type.pointers - len(lengths), field.type.function),
                    (),
                    depth + 1,
                )
                box = None if element is None else _Box(0, element.align)
            else:
                box = self._field_box(field, depth)
            if box is None:
                return None
            if field.bits is not None:
                if struct.union:
                    size = max(size, box.size)
                elif field.bits == 0:
                    bits = 0
                    continue
                else:
                    room = box.size * 8
                    start = size * 8 - bits if bits else size * 8
                    used = start % room
                    if used + field.bits > room:
                        start += room - used
                    end = start + field.bits
                    size = (end + 7) // 8
                    bits = size * 8 - end
            elif struct.union:
                size = max(size, box.size)
            else:
                size = _aligned(size, box.align) + box.size
                bits = 0
            align = max(align, box.align)
        if not final:
            return _Box(size, align)
        if struct.align is None:
            return None
        align = max(align, struct.align)
        return _Box(_aligned(size, align), align)


def _aligned(offset: int, align: int) -> int:
    return (offset + align - 1) // align * align
