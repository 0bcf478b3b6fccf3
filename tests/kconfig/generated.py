# SPDX-License-Identifier: GPL-2.0-or-later
"""Small Kconfig files made at random, and all configurations that they have."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from hypothesis import strategies as st
from small import MODULES

from ptlint.kconfig.evaluation import Evaluation
from ptlint.kconfig.model import Model

NAMES = tuple("ABCDEF")
NUMBERS = ("0", "1", "2", "3", "4", "5", "6", "9")


@dataclass(frozen=True)
class Generated:
    """A Kconfig file and the types of its symbols."""

    text: str
    types: Mapping[str, str]


@st.composite
def kconfigs(draw: st.DrawFn, old: bool = False) -> Generated:
    """Return a file of a few symbols; each refers to earlier ones, and selects later ones."""
    count = draw(st.integers(3, 5))
    names = NAMES[:count]
    in_choice = set(names[1:3] if count < 5 else names[1:4]) if draw(st.booleans()) else set()
    types = {
        name: "bool"
        if name in in_choice and not old
        else draw(st.sampled_from(("bool", "tristate", "tristate", "int")))
        for name in names
    }
    for name in in_choice:
        if types[name] == "int":
            types[name] = "bool"
    parts: list[str] = []
    for place, name in enumerate(names):
        if name in in_choice and place == 1:
            parts.append(draw(_choice(types, names[:1], sorted(in_choice), old)))
        is_member = name in in_choice
        earlier = names[:1] if is_member else names[:place]
        later = tuple(one for one in names[place + 1 :] if not (is_member and one in in_choice))
        parts.append(draw(_symbol(name, types, earlier, later, is_member)))
        if in_choice and name == max(in_choice):
            parts.append("endchoice\n")
    modules = draw(st.sampled_from(("", MODULES, MODULES.replace("\tbool 'modules'\n", "\tbool\n"))))
    return Generated(modules + "".join(parts), types)


@st.composite
def _choice(
    draw: st.DrawFn, types: Mapping[str, str], earlier: tuple[str, ...], members: list[str], old: bool
) -> str:
    lines = ["choice", f"\tprompt 'choice'{draw(_condition(types, earlier))}"]
    if old:
        lines.insert(1, f"\t{draw(st.sampled_from(('bool', 'tristate')))}")
        if draw(st.booleans()):
            lines.append("\toptional")
    if draw(st.booleans()):
        lines.append(f"\tdefault {draw(st.sampled_from(members))}{draw(_condition(types, earlier))}")
    return "\n".join(lines) + "\n"


@st.composite
def _symbol(
    draw: st.DrawFn,
    name: str,
    types: Mapping[str, str],
    earlier: tuple[str, ...],
    later: tuple[str, ...],
    member: bool,
) -> str:
    kind = types[name]
    has_prompt = member or draw(st.integers(0, 3)) > 0
    prompt = f" '{name}'{draw(_condition(types, earlier))}" if has_prompt else ""
    lines = [f"config {name}", f"\t{kind}{prompt}"]
    if draw(st.booleans()):
        dependency = draw(_expression(types, earlier))
        lines.append(f"\tdepends on {dependency}" + draw(_condition(types, earlier)))
    if kind == "int":
        for _ in range(draw(st.integers(0, 2))):
            low, high = sorted((draw(st.integers(0, 5)), draw(st.integers(0, 5))))
            lines.append(f"\trange {low} {high}{draw(_condition(types, earlier))}")
        numbers = [other for other in earlier if types[other] == "int"]
        for _ in range(draw(st.integers(0, 2))):
            value = draw(st.sampled_from((*NUMBERS[1:6], *numbers)))
            lines.append(f"\tdefault {value}{draw(_condition(types, earlier))}")
        return "\n".join(lines) + "\n"
    if not member:
        for _ in range(draw(st.integers(0, 2))):
            value = draw(
                st.one_of(
                    st.sampled_from(("y", "m", "n") if kind == "tristate" else ("y", "n")),
                    _expression(types, earlier),
                )
            )
            lines.append(f"\tdefault {value}{draw(_condition(types, earlier))}")
    for target in later:
        if types[target] != "int" and draw(st.integers(0, 3)) == 0:
            link = draw(st.sampled_from(("select", "imply")))
            lines.append(f"\t{link} {target}{draw(_condition(types, earlier))}")
    return "\n".join(lines) + "\n"


@st.composite
def _condition(draw: st.DrawFn, types: Mapping[str, str], names: tuple[str, ...]) -> str:
    return f" if {draw(_expression(types, names))}" if names and draw(st.booleans()) else ""


@st.composite
def _expression(draw: st.DrawFn, types: Mapping[str, str], names: tuple[str, ...]) -> str:
    def atom() -> str:
        if not names:
            return draw(st.sampled_from(("y", "y", "MODULES", "n", "m")))
        name = draw(st.sampled_from(names))
        if types[name] == "int":
            return (
                f"{name} {draw(st.sampled_from(('=', '!=', '<', '<=', '>', '>=')))} {draw(st.integers(0, 5))}"
            )
        if draw(st.integers(0, 4)) == 0:
            operator = draw(st.sampled_from(("=", "!=", "<", ">=")))
            return f"{name} {operator} {draw(st.sampled_from(('y', 'm', 'n')))}"
        return draw(st.sampled_from(("", "", "!"))) + name

    first = atom()
    if draw(st.booleans()):
        return first
    return f"({first} {draw(st.sampled_from(('&&', '||')))} {atom()})"


def configurations(model: Model, types: Mapping[str, str]) -> list[Evaluation]:
    """Return an evaluation of everything that a user can set, one for each outcome."""
    settings: list[list[int | str | None]] = []
    symbols = [model.symbols[name] for name in (*types, "MODULES") if name in model.symbols]
    for symbol in symbols:
        kind = types.get(symbol.name, "bool")
        values: Mapping[str, list[int | str | None]] = {
            "bool": [None, 0, 2],
            "tristate": [None, 0, 1, 2],
            "int": [None, *NUMBERS],
        }
        promptless = not any(node.prompt for node in symbol.nodes)
        settings.append([None] if promptless else values[kind])
    orders = [symbols]
    if any(symbol.choice for symbol in symbols):
        orders.append(symbols[::-1])
        orders.append([*symbols[::2], *symbols[1::2]])
    found: dict[tuple[object, ...], Evaluation] = {}
    for values_of in product(*settings):
        chosen = dict(zip(symbols, values_of, strict=True))
        for order in orders:
            user = {symbol: value for symbol in order if (value := chosen[symbol]) is not None}
            evaluation = model.evaluate(user)
            outcome = tuple((evaluation.text(symbol), symbol in evaluation.written) for symbol in symbols)
            found.setdefault(outcome, evaluation)
    return list(found.values())
