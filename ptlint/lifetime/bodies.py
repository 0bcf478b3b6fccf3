# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions about the body that a name means, and about what that calls, or what a variable is set to."""

from __future__ import annotations

from enum import Enum, auto

from ptlint.lifetime.flushing import Flushing
from ptlint.lifetime.following import Following
from ptlint.lifetime.keeping import Keeping
from ptlint.lifetime.numbers import Numbers
from ptlint.lifetime.purity import Purity
from ptlint.lifetime.sleeping import Sleeping
from ptlint.lifetime.stubs import Stubs
from ptlint.lifetime.tables import TableTypes
from ptlint.program.facts import Facts
from ptlint.program.program import Program


class Question(Enum):
    """What is asked of the body that a name means."""

    FLUSHES = auto()
    FOLLOWS = auto()
    COUNTS = auto()
    USES_SPACE = auto()
    BY_VALUE = auto()
    CONSTANT = auto()
    ANSWERED = auto()
    TOLD = auto()
    TRUE = auto()
    CLEAR = auto()
    SLEEPS = auto()


class Bodies:
    """Answers from the program."""

    def __init__(self, program: Program, facts: Facts, types: TableTypes) -> None:
        self.program = program
        self.flushing = (Flushing(program, facts, kernel=False), Flushing(program, facts, kernel=True))
        self.following = Following(program)
        self.keeping = Keeping(program, facts, types, self.following)
        self.purity = Purity(program)
        self.sleeping = Sleeping(program, facts)
        self.stubs = Stubs(types, facts.names("none"), program.resolve)
        self.numbers = Numbers(program)

    def answer(self, question: Question, name: str, unit: str, index: int) -> bool:
        """Answer for a function as a unit names it; *index* is the number of an argument, if one is meant.

        Of FLUSHES it is 1 if a flush of the kernel's addresses counts. CLEAR is about a variable, and a mask;
        TOLD and TRUE about what the function is handed: 0 if nothing, else an odd number made of it.
        """
        match question:
            case Question.FLUSHES:
                return self.flushing[index].may(name, unit)
            case Question.FOLLOWS:
                return self.following.follows_named(name, index, unit)
            case Question.COUNTS:
                return self.keeping.counts(name, unit)
            case Question.USES_SPACE:
                return self.keeping.uses(name, unit, index)
            case Question.BY_VALUE:
                return self.purity.by_value(name, unit)
            case Question.CONSTANT:
                return self.purity.constant(name, unit)
            case Question.ANSWERED:
                definition = self.program.resolve(name, unit)
                answer = None if definition is None else self.stubs.answer(definition.function)
                return bool(answer) if index else answer is not None
            case Question.TOLD | Question.TRUE:
                definition = self.program.resolve(name, unit)
                told = (
                    None
                    if definition is None
                    else self.stubs.feature(definition, (index >> 1,) if index & 1 else ())
                )
                return bool(told) if question is Question.TRUE else told is not None
            case Question.CLEAR:
                return self.numbers.clear(name, index)
            case Question.SLEEPS:
                return self.sleeping.may(name, unit)
