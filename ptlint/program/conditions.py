import re
from collections.abc import Iterable
from dataclasses import dataclass

from ptlint.kconfig.formula import Formula, Is
from ptlint.program.program import Definition, Program


@dataclass(frozen=True, slots=True)
class Condition:
    path: str
    line: int
    formula: Formula
    function: str


def decisive(program: Program, definitions: Iterable[Definition]) -> tuple[Condition, ...]:
    found = []
    for d in definitions:
        lines = program.units.text(d.function.path).split(b"\n")[
            d.function.line - 2 : d.function.last_line + 1
        ]
        for line in lines:
            if line.lstrip().startswith(b"#"):
                for m in re.findall(rb"CONFIG_(\w+)", line):
                    if m.isupper() or True:
                        found.append(
                            Condition(d.function.path, d.function.line, Is(m.decode(), "y"), d.function.name)
                        )
    return tuple(found)
