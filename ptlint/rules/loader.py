# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds the folders of rules, decodes each rule.toml, and refuses what it does not understand."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

import msgspec

from ptlint.errors import RuleError, UsageError
from ptlint.rules.conditions import parse_condition
from ptlint.rules.model import Automaton, Event, Lacks, Lookout, Query, Rule, Severity, Transition

PLACEHOLDERS = ("callee", "function", "level", "callers", "member")
"""What the message template of an automaton may name."""

QUERY_PLACEHOLDERS = ("symbol", "lacks", "why")
"""What the message template of queries may name."""

LACKS_PLACEHOLDERS = ("callee", "function", "lacks")
"""What the message template of lacks may name."""

LOOKOUT_PLACEHOLDERS = {
    Lookout.DEAD_BRANCH: ("what", "why"),
    Lookout.UNKNOWN_SYMBOL: ("symbol", "hint"),
}
"""What the message template of a look-out may name."""

_PACKAGE = Path(__file__).resolve().parent.parent
_CODE = re.compile(r"[A-Z]{2,8}[0-9]{3}")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SYMBOL = re.compile(r"[A-Za-z0-9_]+")
_Choice = TypeVar("_Choice", bound=StrEnum)
_WRONG_TYPE = re.compile(r"(.*) - at `\$\.?(.*)`")


class _Edge(msgspec.Struct, forbid_unknown_fields=True, rename={"source": "from", "target": "to"}):
    source: str
    event: str
    target: str


class _Automaton(msgspec.Struct, forbid_unknown_fields=True):
    states: list[str]
    transitions: list[_Edge]
    violation: str
    over: str = "verdict"
    each: str = ""
    passing: list[str] = []
    telling: list[str] = []


class _Query(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    formula: str
    at: list[str]
    lacks: str
    why: str
    overrides: str = ""


class _Lacks(msgspec.Struct, forbid_unknown_fields=True):
    declaration: str = ""
    definition: str = ""
    arguments: str = ""


class _Rule(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    name: str
    title: str
    severity: str
    message: str
    automaton: _Automaton | None = None
    query: list[_Query] = []
    lacks: _Lacks | None = None
    requires: str = ""
    kernel: str = ""
    warns: str = ""
    walkers: bool = False
    implies: list[str] = []
    lookout: str = ""
    worst: bool = False


_KEYS: dict[str, tuple[str, ...]] = {
    "": (
        "code",
        "name",
        "title",
        "severity",
        "kernel",
        "warns",
        "walkers",
        "worst",
        "implies",
        "message",
        "requires",
        "automaton",
        "query",
        "lacks",
        "lookout",
    ),
    "automaton": ("over", "each", "states", "passing", "telling", "transitions", "violation"),
    "automaton.transitions": ("from", "event", "to"),
    "lacks": ("declaration", "definition", "arguments"),
    "query": ("name", "formula", "at", "lacks", "why", "overrides"),
}


def shipped_folder() -> Path:
    """Return the folder of ptlint's own rules: in the package, or `rules/` of a checkout."""
    packed = _PACKAGE / "_rules"
    return packed if packed.is_dir() else _PACKAGE.parent / "rules"


def load_rules(extra: Sequence[Path] = ()) -> tuple[Rule, ...]:
    """Return the shipped rules and those of the *extra* folders, in the order of their codes.

    Raises:
        RuleError: a folder has no rules, a rule file is wrong, or two rules share a code or a name.
    """
    rules: list[Rule] = []
    for folder in (shipped_folder(), *extra):
        found = sorted(path.parent for path in folder.glob("*/rule.toml"))
        if (folder / "rule.toml").is_file():
            found.insert(0, folder)
        if not found:
            raise RuleError(f"{folder}: no rule in it; a rule is a folder with a rule.toml")
        rules += [load_rule(path) for path in found]
    seen: dict[str, Rule] = {}
    for rule in rules:
        for word in (rule.code, rule.name):
            other = seen.setdefault(word, rule)
            if other is not rule:
                raise RuleError(f"{rule.folder}/rule.toml: {word} is already the rule of {other.folder}")
    return tuple(sorted(rules, key=lambda rule: rule.code))


def choose_rules(rules: Sequence[Rule], select: Iterable[str], ignore: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules that *select* names (all if it names none) without those that *ignore* names.

    Raises:
        UsageError: a word names no rule.
    """
    chosen = {find_rule(rules, word).code for word in select} or {rule.code for rule in rules}
    chosen -= {find_rule(rules, word).code for word in ignore}
    return tuple(rule for rule in rules if rule.code in chosen)


def find_rule(rules: Sequence[Rule], word: str) -> Rule:
    """Return the rule of that code or name, in any case.

    Raises:
        UsageError: there is none; names the nearest.
    """
    for rule in rules:
        if word.upper() == rule.code or word.lower() == rule.name:
            return rule
    known = [known for rule in rules for known in (rule.code, rule.name)]
    near = _nearest(word.upper(), known) or _nearest(word.lower(), known)
    hint = f"; did you mean {near}?" if near else "; `ptlint rules` lists them"
    raise UsageError(f"no rule '{word}' is built{hint}")


def load_rule(folder: Path) -> Rule:
    """Return the rule of one folder.

    Raises:
        RuleError: names the file and the key that is wrong.
    """
    path = folder / "rule.toml"
    try:
        content = path.read_bytes()
        readme_path = folder / "README.md"
        readme = readme_path.read_text(encoding="utf-8") if readme_path.is_file() else ""
        data = tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise RuleError(f"{path}: cannot read it: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleError(f"{path}: no TOML: {error}") from error
    raw = _decode(path, data)
    if not _CODE.fullmatch(raw.code):
        raise RuleError(f"{path}: code: {raw.code!r} is no code of the form PTL001")
    if not _NAME.fullmatch(raw.name):
        raise RuleError(f"{path}: name: {raw.name!r} is no kebab-case noun")
    for key, text in (("title", raw.title), ("message", raw.message)):
        if not text or "\n" in text:
            raise RuleError(f"{path}: {key}: must be one line of text")
    kinds = (raw.automaton is not None, bool(raw.query), raw.lacks is not None, bool(raw.lookout))
    if kinds.count(True) != 1:
        raise RuleError(f"{path}: a rule has either an automaton or queries or lacks or a lookout")
    lookout = _member(path, "lookout", raw.lookout, Lookout) if raw.lookout else None
    placeholders = QUERY_PLACEHOLDERS if raw.query else PLACEHOLDERS
    if raw.lacks is not None:
        placeholders = LACKS_PLACEHOLDERS
    _check_message(path, raw.message, LOOKOUT_PLACEHOLDERS[lookout] if lookout else placeholders)
    _check_formula(path, "requires", raw.requires)
    _check_formula(path, "warns", raw.warns)
    return Rule(
        code=raw.code,
        name=raw.name,
        title=raw.title,
        severity=_member(path, "severity", raw.severity, Severity),
        message=raw.message,
        requires=raw.requires,
        automaton=None if raw.automaton is None else _automaton(path, raw.automaton),
        readme=readme,
        digest=blake2b(content, digest_size=16).hexdigest(),
        folder=str(folder),
        queries=_queries(path, raw.query),
        lacks=None if raw.lacks is None else _lacks(path, raw.lacks),
        kernel=_member(path, "kernel", raw.kernel, Severity) if raw.kernel else None,
        warns=raw.warns,
        walkers=raw.walkers,
        implies=tuple(raw.implies),
        lookout=lookout,
        worst=raw.worst,
    )


def _decode(path: Path, data: dict[str, Any]) -> _Rule:
    _check_keys(path, data, "")
    try:
        return msgspec.convert(data, _Rule)
    except msgspec.ValidationError as error:
        match = _WRONG_TYPE.fullmatch(str(error))
        what, key = (match[1], match[2]) if match else (str(error), "")
        raise RuleError(f"{path}: {key + ': ' if key else ''}{what}") from error


def _check_keys(path: Path, value: Any, where: str) -> None:
    """Refuse a key that is not known, before msgspec would, to name the nearest one."""
    if isinstance(value, list):
        for item in value:
            _check_keys(path, item, where)
    elif isinstance(value, dict) and where in _KEYS:
        for key, inner in value.items():
            full = f"{where}.{key}" if where else key
            if key not in _KEYS[where]:
                near = _nearest(key, _KEYS[where])
                hint = f"did you mean {near}?" if near else f"known are: {', '.join(_KEYS[where])}"
                raise RuleError(f"{path}: unknown key '{full}'; {hint}")
            _check_keys(path, inner, full)


def _check_formula(path: Path, key: str, text: str) -> None:
    try:
        parse_condition(text)
    except RuleError as error:
        raise RuleError(f"{path}: {key}: {error}") from error


def _check_message(path: Path, message: str, placeholders: Sequence[str]) -> None:
    try:
        fields = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(message)]
    except ValueError as error:
        raise RuleError(f"{path}: message: {error}") from error
    for name, spec, conversion in fields:
        if name is not None and (name not in placeholders or spec or conversion):
            raise RuleError(
                f"{path}: message: unknown placeholder '{{{name}}}'; known are: {', '.join(placeholders)}"
            )


def _queries(path: Path, raw: Sequence[_Query]) -> tuple[Query, ...]:
    for number, query in enumerate(raw):
        if not _NAME.fullmatch(query.name):
            raise RuleError(f"{path}: query.name: {query.name!r} is no kebab-case noun")
        if query.name in (other.name for other in raw[:number]):
            raise RuleError(f"{path}: query.name: {query.name!r} is given twice")
        for key, text in (("lacks", query.lacks), ("why", query.why), ("formula", query.formula)):
            if not text or "\n" in text:
                raise RuleError(f"{path}: query.{key}: must be one line of text")
        _check_formula(path, "query.formula", query.formula)
        if not query.at or not all(map(_SYMBOL.fullmatch, query.at)):
            raise RuleError(f"{path}: query.at: needs the names of symbols")
        if query.overrides and not _SYMBOL.fullmatch(query.overrides):
            raise RuleError(f"{path}: query.overrides: must be the name of a symbol")
    return tuple(
        Query(one.name, one.formula, tuple(one.at), one.lacks, one.why, one.overrides) for one in raw
    )


def _lacks(path: Path, raw: _Lacks) -> Lacks:
    texts = (raw.declaration, raw.definition, raw.arguments)
    if not any(texts) or any("\n" in text for text in texts):
        raise RuleError(f"{path}: lacks: needs one line of text for one of {', '.join(_KEYS['lacks'])}")
    return Lacks(*texts)


def _automaton(path: Path, raw: _Automaton) -> Automaton:
    """Return the automaton. Its first state is where each object starts."""
    if len(set(raw.states)) != len(raw.states) or not raw.states:
        raise RuleError(f"{path}: automaton.states: needs states, none twice")
    for edge in raw.transitions:
        for key, state in (("from", edge.source), ("to", edge.target)):
            _check_state(path, f"automaton.transitions.{key}", state, raw.states)
    _check_state(path, "automaton.violation", raw.violation, raw.states)
    for state in raw.passing:
        _check_state(path, "automaton.passing", state, raw.states)
        if state in (raw.states[0], raw.violation):
            raise RuleError(f"{path}: automaton.passing: not the first state, nor the violation")
    for state in raw.telling:
        _check_state(path, "automaton.telling", state, raw.states)
        if state in (*raw.passing, raw.violation):
            raise RuleError(f"{path}: automaton.telling: neither a passing state, nor the violation")
    transitions = tuple(
        Transition(edge.source, _member(path, "automaton.transitions.event", edge.event, Event), edge.target)
        for edge in raw.transitions
    )
    taken: set[tuple[str, Event]] = set()
    for transition in transitions:
        if (transition.source, transition.event) in taken:
            raise RuleError(
                f"{path}: automaton.transitions: two for '{transition.event}' from '{transition.source}'"
            )
        taken.add((transition.source, transition.event))
        if transition.source == raw.violation:
            raise RuleError(f"{path}: automaton.transitions: nothing leads on from the violation")
    reached = {raw.states[0]}
    waiting = [raw.states[0]]
    while waiting:
        state = waiting.pop()
        nearby = {transition.target for transition in transitions if transition.source == state} - reached
        reached |= nearby
        waiting += nearby
    for state in raw.states:
        if state not in reached:
            raise RuleError(f"{path}: automaton.states: '{state}' cannot be reached from '{raw.states[0]}'")
    if raw.over not in ("verdict", "path"):
        raise RuleError(f"{path}: automaton.over: '{raw.over}' is neither 'verdict' nor 'path'")
    if raw.each not in ("", "member") or (raw.each and raw.over != "path"):
        raise RuleError(f"{path}: automaton.each: it is 'member', of an automaton over paths, or left out")
    return Automaton(
        raw.states[0],
        tuple(raw.states),
        raw.violation,
        transitions,
        raw.over,
        raw.each,
        frozenset(raw.passing),
        frozenset(raw.telling),
    )


def _check_state(path: Path, key: str, state: str, states: Sequence[str]) -> None:
    if state not in states:
        near = _nearest(state, states)
        hint = f"; did you mean {near}?" if near else f"; known are: {', '.join(states)}"
        raise RuleError(f"{path}: {key}: unknown state '{state}'{hint}")


def _member(path: Path, key: str, value: str, choices: type[_Choice]) -> _Choice:
    try:
        return choices(value)
    except ValueError:
        known = [choice.value for choice in choices]
        near = _nearest(value, known)
        hint = f"did you mean {near}?" if near else f"known are: {', '.join(known)}"
        raise RuleError(f"{path}: {key}: unknown '{value}'; {hint}") from None


def _nearest(word: str, known: Sequence[str]) -> str | None:
    near = get_close_matches(word, known, 1, 0.6)
    return near[0] if near else None
