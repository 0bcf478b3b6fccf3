# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the programs of files, one translation unit at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ptlint.cpp.capabilities import Capabilities
from ptlint.cpp.directives import (
    BLOCK,
    ERROR,
    IF,
    IFDEF,
    IFNDEF,
    INCLUDE,
    INCLUDE_NEXT,
    JUMP,
    ONCE,
    Block,
    File,
    Step,
)
from ptlint.cpp.expand import ExpansionTooLarge
from ptlint.cpp.expressions import BadExpression, Evaluator, FreeAtom
from ptlint.cpp.includes import IncludeSearch, Place
from ptlint.cpp.tokens import STRING, Macro, Token
from ptlint.cpp.view import Complaint, Met, Missing, Undecided

DEEPEST_INCLUDE: Final = 200
"""As GCC's -fmax-include-depth."""

MOST_INCLUDES: Final = 100_000
"""Files entered by one unit, counted each time. The kernel's largest units enter some 5,000."""

FILE_OPERATORS: Final = ("__has_include", "__has_include_next")

Found = tuple[File, int]  # a file and the index of the folder that it was found in


class Run:
    """The state while one unit is preprocessed. *resolved* is kept over the runs with the same folders."""

    def __init__(
        self,
        table: dict[str, Macro | None],
        search: IncludeSearch,
        resolved: dict[Step, Found | None],
        open_file: Callable[[str], File | None],
        capabilities: Capabilities,
        atoms: Mapping[str, int],
    ) -> None:
        self.table = table
        self.trace: list[tuple[int, Block]] = []
        self.met: list[Met] = []
        self.files: dict[str, None] = {}
        self.missing: list[Missing] = []
        self.undecided: list[Undecided] = []
        self.complaints: list[Complaint] = []
        self.sequence = 1
        self._search = search
        self._resolved = resolved
        self._open = open_file
        self._once: set[str] = set()
        self._entered = 0
        self._here: Found | None = None
        operators: dict[str, Callable[[Sequence[Token]], str]] = {
            "__has_include": lambda operand: self._has_include(operand, False),
            "__has_include_next": lambda operand: self._has_include(operand, True),
        }
        for name in capabilities.operators:
            operators[name] = _no
        operators["__has_attribute"] = lambda operand: str(capabilities.attribute(_joined(operand)))
        operators["__has_builtin"] = lambda operand: str(capabilities.builtin(_joined(operand)))
        self._evaluator = Evaluator(operators, frozenset(operators), atoms)

    def enter(self, file: File, index: int, depth: int = 0) -> None:
        """Preprocess a file that was found in the folder *index* of the search list (-1: in none)."""
        self._entered += 1
        steps = file.steps
        table = self.table
        get = table.get
        resolved = self._resolved
        note = self.met.append
        new = tuple.__new__
        path = file.path
        here = (file, index)
        end = len(steps)
        at = 0
        while at < end:
            step = steps[at]
            kind = step.kind
            at += 1
            if kind == BLOCK:
                block = step.block
                self.trace.append((self.sequence, block))
                self.sequence += block.length
                table.update(block.final)
            elif kind == IFDEF:
                taken = get(step.name) is not None
                note(new(Met, (path, step, taken, None, self.sequence)))
                if not taken:
                    at = step.target
            elif kind == IFNDEF:
                taken = get(step.name) is None
                note(new(Met, (path, step, taken, None, self.sequence)))
                if not taken:
                    at = step.target
            elif kind == IF:
                self._here = here
                if not self._decide(step, path):
                    at = step.target
            elif kind == JUMP:
                at = step.target
            elif kind in (INCLUDE, INCLUDE_NEXT):
                found = resolved.get(step)
                if found is None:
                    found = self._resolve(step, here)
                    if found is None:
                        continue
                target = found[0]
                guard = target.guard
                if guard is not None and get(guard) is not None:
                    self.files.setdefault(target.path)
                elif target.path not in self._once:
                    self.files.setdefault(target.path)
                    if depth >= DEEPEST_INCLUDE or self._entered >= MOST_INCLUDES:
                        self.complaints.append(Complaint(path, step.line, "#include nested too deeply"))
                        return
                    self.enter(target, found[1], depth + 1)
            elif kind == ERROR:
                self.complaints.append(Complaint(path, step.line, f"#error {step.name}"))
            elif kind == ONCE:
                self._once.add(path)

    def finish(self) -> None:
        """Let go of what refers back to the run, so that it needs no garbage collector."""
        del self._evaluator

    def _decide(self, step: Step, path: str) -> bool:
        try:
            asked, value = self._evaluator.value(step.condition, self.table)
        except FreeAtom as atom:
            self.undecided.append(Undecided(path, step.line, str(atom)))
            asked, value = ((str(atom), self.table.get(str(atom))),), 0
        except BadExpression as error:
            self.complaints.append(Complaint(path, step.line, f"#if: {error}"))
            asked, value = (), 0
        taken = value != 0
        self.met.append(Met(path, step, taken, asked, self.sequence))
        return taken

    def _resolve(self, step: Step, here: Found) -> Found | None:
        """Return the file that an #include names; note it if there is none."""
        name, quoted = step.name, step.quoted
        computed = not name
        if computed:
            self._here = here
            try:
                named = header_name(self._evaluator.expanded(step.condition, self.table))
            except ExpansionTooLarge as error:
                named = None
                self.complaints.append(Complaint(here[0].path, step.line, str(error)))
            if named is None:
                self.missing.append(Missing(here[0].path, step.line, "#include of no name"))
                return None
            name, quoted = named
        place = self._look_up(name, quoted, step.kind == INCLUDE_NEXT, here)
        file = self._open(place.path) if place is not None else None
        if place is None or file is None:
            self.missing.append(Missing(here[0].path, step.line, name))
            return None
        found = (file, place.index)
        if not computed and step.kind == INCLUDE:
            self._resolved[step] = found
        return found

    def _look_up(self, name: str, quoted: bool, following: bool, here: Found) -> Place | None:
        if following:
            return self._search.find(name, None, here[1] + 1)
        return self._search.find(name, here[0].directory if quoted else None)

    def _has_include(self, operand: Sequence[Token], following: bool) -> str:
        named = header_name(operand)
        if named is None or self._here is None:
            raise BadExpression("__has_include without a name")
        return "0" if self._look_up(*named, following, self._here) is None else "1"


def header_name(tokens: Sequence[Token]) -> tuple[str, bool] | None:
    """Return the header that expanded tokens name, and whether it is quoted; None if they name none."""
    if not tokens:
        return None
    if tokens[0].kind == STRING:
        return tokens[0].text[1:-1], True
    if tokens[0].text != "<":
        return None
    parts: list[str] = []
    for token in tokens[1:]:
        if token.text == ">":
            return "".join(parts), False
        parts.append(" " + token.text if token.space and parts else token.text)
    return None


def _joined(operand: Sequence[Token]) -> str:
    return "".join(token.text for token in operand)


def _no(operand: Sequence[Token]) -> str:
    return "0"
