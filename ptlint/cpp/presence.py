# SPDX-License-Identifier: GPL-2.0-or-later
"""Under which configurations the text of a unit's files is compiled: branches, headers, macros.

Seen from one unit under one configuration, but over all branches: the files are those that the unit may
include, whatever the configuration; a macro has all definitions that stand in them.

Soundness: a formula is exact for what it can express: symbols of Kconfig, comparisons of numbers with
constants, `defined` of macros by their definitions. Left out, and told by `Presence.unknown`, is what it
cannot: computed constants and compiler macros count as in this configuration where the unit met the
conditional, else not at all. That a definition comes after the #if that asks for it is seen within one file,
and where this configuration has both; #undef is not followed. A definition that hangs on itself is absent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ptlint.cpp.branches import Branch, Branches
from ptlint.cpp.directives import IF, IFDEF, INCLUDE_NEXT, File, Step, directive_tokens
from ptlint.cpp.includes import IncludeSearch
from ptlint.cpp.symbolic import UNKNOWN, Case, Cases, as_cases, symbol_formula, truth, value
from ptlint.cpp.tokens import IDENT, Macro, Token
from ptlint.cpp.unit import Preprocessor, Unit
from ptlint.kconfig.formula import FALSE, TRUE, Formula, number, plain_value
from ptlint.kconfig.simplify import conjunction, disjunction, negation

MOST_DEFINITIONS: Final = 24
"""Definitions of one macro that are told apart; one with more is the register of some device."""

_DEEPEST: Final = 12
"""Macros in the values of macros."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One definition of a macro and the branch that it stands in."""

    macro: Macro
    branch: Branch | None


class FileBranches:
    """The branches of files and where their #includes lead, read once. May serve many configurations."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[File, Branches]] = {}
        self._targets: dict[IncludeSearch, dict[Step, str | None]] = {}

    def of(self, file: File) -> Branches:
        known = self._known.get(id(file))
        if known is None:
            known = self._known[id(file)] = (file, Branches(file))
        return known[1]

    def targets(self, search: IncludeSearch) -> dict[Step, str | None]:
        """Return where #includes are known to lead; to be added to."""
        return self._targets.setdefault(search, {})


class Presence:
    """Answers for one unit."""

    def __init__(self, unit: Unit, preprocessor: Preprocessor, branches: FileBranches) -> None:
        self.unit = unit
        self._noted: dict[Step, tuple[str, ...]] = {}
        self._noting: list[str] = []
        self._preprocessor = preprocessor
        self._branches = branches
        self._search: IncludeSearch = preprocessor.search(unit.path)
        self._targets = branches.targets(self._search)
        self._files: dict[str, Branches] = {}
        self._edges: dict[str, list[tuple[str, Branch | None]]] = {}  # by target: includer's path, branch
        self._sure: set[str] = set()
        self._file_formulas: dict[str, Formula] = {}
        self._branch_formulas: dict[Branch, Formula] = {}
        self._step_formulas: dict[Step, Formula | None] = {}
        self._defined: dict[tuple[str, Branch | None], Formula | None] = {}
        self._macros: dict[str, tuple[Alternative, ...]] = {}
        self._pending: set[object] = set()
        self._met: dict[Step, tuple[int, bool]] | None = None
        self._depth = 0
        self._close()

    # Questions

    @property
    def paths(self) -> Mapping[str, Branches]:
        """The files that the unit may include, and itself, with their branches."""
        return self._files

    def branches(self, path: str) -> Branches | None:
        """Return the branches of one of the files."""
        return self._files.get(path)

    def of(self, path: str, line: int) -> Formula:
        """Return where a line of a file is compiled as part of the unit."""
        found = self._files.get(path)
        return conjunction((self.file(path), self.branch(found.at(line) if found else None)))

    def file(self, path: str) -> Formula:
        """Return where the unit includes a file."""
        if path in self._sure:
            return TRUE
        known = self._file_formulas.get(path)
        if known is None:
            if ("file", path) in self._pending:
                return FALSE
            self._pending.add(("file", path))
            parts: list[Formula] = []
            for includer, branch in self._edges.get(path, ()):
                part = conjunction((self.file(includer), self.branch(branch)))
                if part == TRUE:
                    parts = [TRUE]
                    break
                parts.append(part)
            known = disjunction(parts)
            self._pending.discard(("file", path))
            self._file_formulas[path] = known
        return known

    def branch(self, branch: Branch | None) -> Formula:
        """Return where a branch is compiled if its file is."""
        if branch is None:
            return TRUE
        known = self._branch_formulas.get(branch)
        if known is None:
            if branch in self._pending:
                return FALSE
            self._pending.add(branch)
            parts = [self.branch(branch.parent)]
            if not branch.guard:
                for elder in branch.elders:
                    failing = self._tested(elder, branch)
                    if failing is not None:
                        parts.append(negation(failing))
                if branch.test is not None:
                    own = self._tested(branch.test, branch)
                    if own is not None:
                        parts.append(own)
            known = conjunction(parts)
            self._pending.discard(branch)
            self._branch_formulas[branch] = known
        return known

    def alternatives(self, name: str) -> tuple[Alternative, ...]:
        """Return all definitions of a macro in the files of the unit, those of the same text once."""
        known = self._macros.get(name)
        if known is None:
            found: list[Alternative] = []
            for block in self.unit.definers(name):
                branches = self._files.get(block.path)
                if branches is None or block not in branches.blocks:
                    continue
                branch = branches.blocks[block]
                found.extend(
                    Alternative(macro, branch)
                    for _, word, macro in block.history
                    if word == name and macro is not None
                )
            known = self._macros[name] = tuple(found)
        return known

    def present(self, alternative: Alternative) -> Formula:
        """Return where a definition of a macro is compiled."""
        return conjunction((self.file(alternative.macro.path), self.branch(alternative.branch)))

    def unknown(self, branch: Branch | None) -> tuple[str, ...]:
        """Return the names whose part in the formula of a branch could not be expressed."""
        found: dict[str, None] = {}
        while branch is not None:
            for test in (*branch.elders, *((branch.test,) if branch.test else ())):
                found.update(dict.fromkeys(self._noted.get(test, ())))
            branch = branch.parent
        return tuple(found)

    # Names in expressions

    def kind(self, symbol: str) -> str:
        return self._preprocessor.configuration.types.get(symbol, "")

    def value(self, symbol: str) -> int | None:
        found = self._preprocessor.configuration.values.get(symbol)
        return None if found is None else number(plain_value(found, self.kind(symbol)))

    def note(self, name: str) -> None:
        self._noting.append(name)

    def defined(self, macro: str, asked: Branch | None = None) -> Formula | None:
        key = (macro, asked)
        if key in self._defined:
            return self._defined[key]
        if ("defined", macro) in self._pending:
            return FALSE
        found = self.alternatives(macro)
        if self.unit.macro(macro, 0) is not None:
            formula: Formula | None = TRUE
        elif len(found) > MOST_DEFINITIONS:
            self.note(macro)
            formula = None
        else:
            self._pending.add(("defined", macro))
            met = self._met_at(asked)
            later = {id(m) for at, m in self.unit.definitions(macro) if met is not None and at > met}
            formula = disjunction(
                self.present(one) for one in found if id(one.macro) not in later and not _after(one, asked)
            )
            self._pending.discard(("defined", macro))
        self._defined[key] = formula
        return formula

    def cases(self, macro: str, arguments: Sequence[Token]) -> Cases:
        found = self.alternatives(macro)
        if not found:
            return self._predefined(macro)
        if macro == "__is_defined" and len(arguments) == 1 and arguments[0].kind == IDENT:
            return as_cases(self.defined(arguments[0].text))
        if len(found) > MOST_DEFINITIONS or self._depth > _DEEPEST or ("value", macro) in self._pending:
            self.note(macro)
            return UNKNOWN
        self._pending.add(("value", macro))
        self._depth += 1
        cases: list[Case] = []
        absent: list[Formula] = []
        for one in found:
            where = self.present(one)
            absent.append(negation(where))
            if where == FALSE:
                continue
            inner = self._body(one.macro)
            cases.extend((conjunction((where, guard)), what) for guard, what in inner)
        self._depth -= 1
        self._pending.discard(("value", macro))
        missing = conjunction(absent)
        if missing != FALSE:
            cases.append((missing, 0))
        if any(what is None for _, what in cases):
            self.note(macro)
        return tuple((where, what) for where, what in cases if where != FALSE) or UNKNOWN

    def _body(self, macro: Macro) -> Cases:
        body = macro.body
        if len(body) > 40 or (len(body) == 1 and body[0].text == macro.name):
            return ((TRUE, 0),) if len(body) == 1 else UNKNOWN
        if macro.parameters:
            parameters = set(macro.parameters)
            if any(token.text in parameters for token in body):
                return UNKNOWN
        return value(body, self)

    def _predefined(self, macro: str) -> Cases:
        """Return the value of a macro that only the compiler or the command line can define."""
        found = self.unit.macro(macro, 0)
        if found is None:
            return ((TRUE, 0),)
        self.note(macro)
        return value(found.body, self) if found.parameters is None and not found.free else UNKNOWN

    # Conditionals

    def _tested(self, step: Step, branch: Branch) -> Formula | None:
        """Return where a test holds; None if that is not known."""
        asked = self._files[branch.path].tests.get(step)
        if step in self._step_formulas:
            return self._step_formulas[step]
        outer, self._noting = self._noting, []
        if step.kind == IF:
            found = truth(directive_tokens(step.condition), _Here(self, asked))
        else:
            name = step.name
            is_symbol = name.startswith("CONFIG_")
            where = symbol_formula(name, self) if is_symbol else self.defined(name, asked)
            found = None if where is None else where if step.kind == IFDEF else negation(where)
        if found is None:
            met = self._all_met().get(step)
            if met is not None:
                found = TRUE if met[1] else FALSE
        self._step_formulas[step] = found
        self._noted[step] = tuple(dict.fromkeys(self._noting))
        self._noting = outer + self._noting
        return found

    def _all_met(self) -> dict[Step, tuple[int, bool]]:
        if self._met is None:
            self._met = {}
            for step, taken, sequence in self.unit.met():
                self._met.setdefault(step, (sequence, taken))
        return self._met

    def _met_at(self, asked: Branch | None) -> int | None:
        if asked is None or asked.test is None:
            return None
        met = self._all_met().get(asked.test)
        return None if met is None else met[0]

    # The files

    def _close(self) -> None:
        """Find all files that the unit may include, and those that it always includes."""
        waiting = [self.unit.path, *(f for f in self._preprocessor.forced if self._open(f))]
        sure = list(waiting)
        for path in waiting:
            self._open(path)
        certain: dict[str, list[str]] = {}
        seen = set(waiting)
        while waiting:
            path = waiting.pop()
            branches = self._files[path]
            for step, branch in branches.includes:
                target = self._target(step, branches)
                if target is None:
                    continue
                self._edges.setdefault(target, []).append((path, branch))
                if branch is None or (branch.guard and branch.parent is None):
                    certain.setdefault(path, []).append(target)
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        while sure:
            path = sure.pop()
            if path not in self._sure:
                self._sure.add(path)
                sure.extend(certain.get(path, ()))

    def _open(self, path: str) -> bool:
        if path in self._files:
            return True
        file = self._preprocessor.file(path)
        if file is None:
            return False
        self._files[path] = self._branches.of(file)
        return True

    def _target(self, step: Step, here: Branches) -> str | None:
        targets = self._targets
        if step in targets:
            path = targets[step]
        else:
            path = targets[step] = self._found(step, here)
        return path if path is not None and self._open(path) else None

    def _found(self, step: Step, here: Branches) -> str | None:
        if not step.name:
            return None
        place = self._search.find(step.name, here.directory if step.quoted else None)
        if step.kind == INCLUDE_NEXT and place is not None:
            place = self._search.find(step.name, None, place.index + 1)
        return None if place is None else place.path


class _Here:
    """The names of an expression that stands at a certain place."""

    def __init__(self, presence: Presence, asked: Branch | None) -> None:
        self.kind = presence.kind
        self.value = presence.value
        self.note = presence.note
        self.cases = presence.cases
        self._presence = presence
        self._asked = asked

    def defined(self, macro: str) -> Formula | None:
        return self._presence.defined(macro, self._asked)


def _after(one: Alternative, asked: Branch | None) -> bool:
    """Whether a definition comes after the conditional that asks for it, in the same file."""
    return asked is not None and one.macro.path == asked.path and one.macro.line > asked.line
