# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the kernel's own Kconfig tests (scripts/kconfig/tests) on a `Model` instead of on conf.

Each folder of that suite has Kconfig files, what is expected of them, and a module whose test functions call
methods of an object named conf. The functions are run as they stand, with a `Conf` of ours. What a function
does besides (an import, a method that is not here) is refused, so nothing passes without being looked at.
What ptlint has no counterpart of (`UNSEEN`) is let pass and noted; see `Conf.checks`.

Like conf itself, this runs what a kernel tree says, shell commands of Kconfig files included. Only kernels
that the user has unpacked are given to it.
"""

import ast
import random
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ptlint.errors import KconfigError
from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.evaluation import LOGICAL, TRI_NAMES
from ptlint.kconfig.formula import Enabled, Formula, Not, all_of
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.model import Model, UserValues
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.kconfig.usual import all_settings
from ptlint.source.tree import MemoryTree

UNSEEN: Mapping[str, str] = {
    "stdout": "ptlint has no dialogue, and prints nothing that a tree's Kconfig files say",
    "defconfig": "ptlint writes whole configurations, no savedefconfig",
}
"""What the suite looks at and ptlint does not have, and why."""

_SUITE = "scripts/kconfig/tests"


class StrangeTest(Exception):
    """A test of the suite does something that is not understood here."""


@dataclass(frozen=True)
class Complaint:
    """An error in Kconfig files: of which kind, and where (a place, or the symbols that are concerned)."""

    kind: str
    where: frozenset[str]


def folders(root: Path) -> list[str]:
    """Return the folders of the suite that hold a test, relative to it."""
    suite = root / _SUITE
    return sorted(str(path.parent.relative_to(suite)) for path in suite.rglob("__init__.py"))


def functions(root: Path, folder: str) -> Mapping[str, Callable[["Conf"], None]]:
    """Return the test functions of a folder, by name.

    Raises:
        StrangeTest: the module does something other than testing a conf that it is handed.
    """
    path = root / _SUITE / folder / "__init__.py"
    parsed = ast.parse(path.read_text(), str(path))
    for node in ast.walk(parsed):
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Global | ast.Lambda):
            raise StrangeTest(f"{folder}: line {node.lineno} is not understood")
        if isinstance(node, ast.Attribute) and not (
            isinstance(node.value, ast.Name) and node.value.id == "conf" and hasattr(Conf, node.attr)
        ):
            raise StrangeTest(f"{folder}: line {node.lineno}: there is no {ast.unparse(node)} here")
    names: dict[str, Any] = {"__builtins__": {"range": range}}
    exec(compile(parsed, str(path), "exec"), names)  # the kernel's own test
    return {name: made for name, made in names.items() if name.startswith("test")}


class Conf:
    """What the suite's tests call, on our model. `config` is None if the Kconfig files cannot be read."""

    config: str | None = None
    stderr: str = ""

    def __init__(self, root: Path, folder: str) -> None:
        """Take a folder of the suite of a kernel tree."""
        self._folder = root / _SUITE / folder
        version = [_number(root, name) for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
        lines = zip(("VERSION", "PATCHLEVEL", "SUBLEVEL"), version, strict=True)
        self._files = {
            "Makefile": "".join(f"{name} = {number}\n" for name, number in lines).encode(),
            "arch/x86/Kconfig": b"",
            **{p.name: p.read_bytes() for p in self._folder.iterdir() if p.name.startswith("Kconfig")},
        }
        self._errors: list[Complaint] = []
        self.checks = 0
        """How many expectations were compared with what the model gave; exit statuses do not count."""

        self.unseen: set[str] = set()
        """Which of `UNSEEN` it was asked about."""

    # Runs. Each returns the exit status that conf would have.

    def olddefconfig(self, dot_config: str | None = None) -> int:
        return self._run(lambda model: model.user_values(self._text(dot_config)))

    def oldconfig(self, dot_config: str | None = None, in_keys: str = "") -> int:
        return self._run(lambda model: self._answered(model, dot_config, in_keys, only_new=True))

    def oldaskconfig(self, dot_config: str | None = None, in_keys: str = "") -> int:
        return self._run(lambda model: self._answered(model, dot_config, in_keys, only_new=False))

    def allyesconfig(self) -> int:
        return self._run(lambda model: all_settings(model, "allyesconfig"))

    def allmodconfig(self) -> int:
        return self._run(lambda model: all_settings(model, "allmodconfig"))

    def allnoconfig(self) -> int:
        return self._run(lambda model: all_settings(model, "allnoconfig"))

    def alldefconfig(self) -> int:
        return self._run(lambda _: {})

    def randconfig(self, seed: int) -> int:
        """Have the solver find some configuration, and have it completed as a .config besides."""

        def found(model: Model) -> UserValues:
            logic = Logic(model)
            configuration = logic.find(
                all_of(logic.together(all_of(()), _chances(model, random.Random(seed))))
            )
            assert configuration is not None
            user = model.user_values(configuration.text())
            assert model.configuration(model.evaluate(user)).text() == configuration.text()
            return user

        return self._run(found)

    def _run_conf(
        self,
        mode: str,
        dot_config: str,
        extra_env: Mapping[str, str],
        out_file: str = ".config",
        silent: bool = False,
    ) -> int:
        if mode not in ("--olddefconfig", f"--savedefconfig={out_file}"):
            raise StrangeTest(f"there is no mode {mode} here")
        status = self.olddefconfig(dot_config)
        if "KCONFIG_WARN_CHANGED_INPUT" in extra_env:
            self.stderr = self._changed(dot_config)
        if out_file != ".config":
            self.config = None
        return status

    # Checks

    def config_matches(self, expected: str) -> bool:
        if self.config is None:
            return self._not_here("defconfig")
        self.checks += 1
        return self.config == self._expected(expected)

    def config_contains(self, expected: str) -> bool:
        assert self.config is not None
        self.checks += 1
        return self._expected(expected) in self.config

    def stdout_contains(self, expected: str) -> bool:
        return self._not_here("stdout")

    def stderr_matches(self, expected: str) -> bool:
        self.checks += 1
        return self._complained(self._expected(expected)) if self._errors else self._printed(expected)

    def stderr_contains(self, expected: str) -> bool:
        self.checks += 1
        text = self._expected(expected)
        return self._complained(text) if self._errors else text in self.stderr

    # How

    def _run(self, settings: Callable[[Model], UserValues]) -> int:
        self._errors = []
        self.config, self.stderr = None, ""
        files = dict(self._files)
        while True:  # conf tells of several errors, we of the first: take away what it is about, and see
            try:
                model = _load(files)
                break
            except KconfigError as error:
                complaint = _ours(str(error))
                self._errors.append(complaint)
                names = [name for name in complaint.where if _entry(files["Kconfig"], name)]
                if not names:
                    return 1
                files["Kconfig"] = _without(files["Kconfig"], names)
        if self._errors:
            return 1
        self.stderr = "".join(f"{one.replace(' warning:', '', 1)}\n" for one in model.kconf.warnings)
        self.config = model.configuration(model.evaluate(settings(model))).text()
        return 0

    def _answered(self, model: Model, dot_config: str | None, keys: str, only_new: bool) -> UserValues:
        """Return what a user has set who answers the questions that conf asks; no answer is the default."""
        user = model.user_values(self._text(dot_config))
        answers = iter(keys.split("\n") if keys else ())
        for node in model.kconf.node_iter():
            symbol = node.item
            if getattr(symbol, "choice", None) is not None or not node.prompt:
                continue
            evaluation = model.evaluate(user)
            if symbol not in model.symbols.values() or not evaluation.tri(node.prompt[1]):
                continue
            if not only_new or symbol not in user:
                answer = next(answers, "")
                if answer and symbol.orig_type not in LOGICAL:
                    raise StrangeTest(f"the answer {answer} to {symbol.name} is not understood")
                if answer:
                    user = {**user, symbol: TRI_NAMES.index(answer)}
        return user

    def _changed(self, dot_config: str) -> str:
        """Return what conf says of settings that it did not take."""
        model = _load(self._files)
        user = model.user_values(self._text(dot_config))
        evaluation = model.evaluate(user)
        lines = ["warning: user-provided values changed by Kconfig:\n"]
        for symbol, value in user.items():
            asked, given = TRI_NAMES[value] if isinstance(value, int) else value, evaluation.text(symbol)
            if asked != given:
                lines.append(f"  CONFIG_{symbol.name}: {asked} -> {given}\n")
        return "".join(lines) if len(lines) > 1 else ""

    def _complained(self, expected: str) -> bool:
        """Tell whether the model complained of exactly what conf complains of.

        Of a loop we may name less: a symbol that selects what it depends on makes that a loop by itself.
        """
        wanted = [_placed(one, self._files["Kconfig"]) for one in _theirs(expected)]
        for mine in self._errors:
            same = [one for one in wanted if one.kind == mine.kind and mine.where and mine.where <= one.where]
            if not same:
                return False
            wanted.remove(same[0])
        return not wanted

    def _printed(self, expected: str) -> bool:
        return self.stderr == self._expected(expected)

    def _not_here(self, what: str) -> bool:
        self.unseen.add(what)
        return True

    def _expected(self, name: str) -> str:
        return (self._folder / name).read_text()

    def _text(self, name: str | None) -> str:
        return "" if name is None else self._expected(name)


class _Shell(dict[str, str]):
    """The output of any command, as conf's $(shell,...) gives it."""

    def get(self, command: str, default: Any = None) -> Any:
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
        return done.stdout.rstrip("\n").replace("\n", " ")


def _load(files: Mapping[str, bytes]) -> Model:
    toolchain = toolchain_named(DEFAULT)
    answering = replace(toolchain, answers=replace(toolchain.answers, outputs=_Shell()))
    return Model.load(MemoryTree(files), arch_named("x86_64"), answering)


def _number(root: Path, name: str) -> int:
    found = re.search(rf"^{name} = (\d+)$", (root / "Makefile").read_text(), re.MULTILINE)
    assert found is not None, f"{root}/Makefile has no {name}"
    return int(found[1])


def _chances(model: Model, chance: random.Random) -> list[Formula]:
    """Return a wish for each symbol that can be set, in any order."""
    wishes: list[Formula] = []
    for name, symbol in model.symbols.items():
        if symbol.orig_type in LOGICAL and any(node.prompt for node in symbol.nodes):
            wishes.append(Enabled(name) if chance.random() < 0.5 else Not(Enabled(name)))
    chance.shuffle(wishes)
    return wishes


# Errors: of conf and of ours, in common terms


_LOOP = "recursive dependency"
_TRANSITIONAL = "transitional"
_OURS: Mapping[str, str] = {
    "recursive inclusion": r"(\S+:\d+): '\S+' sources itself",
    "repeated inclusion": r"(\S+:\d+): '\S+' is sourced again",
    "recursive variable": r"(\S+:\d+): .*the variable \S+ refers to itself",
    _TRANSITIONAL: r"(\w+) is transitional",
    _LOOP: r"Dependency loop",
}
_THEIRS: Mapping[str, str] = {
    "recursive inclusion": r"Recursive inclusion detected\.\n.*\n.*\n  included from: (\S+:\d+)",
    "repeated inclusion": r"(\S+:\d+): error: repeated inclusion of .*\n.*note: .*",
    "recursive variable": r"(\S+:\d+): Recursive variable '\S+' references itself.*",
    _TRANSITIONAL: r"(\S+:\d+): error: transitional symbols can only have help sections",
    _LOOP: r"error: recursive dependency detected!\n((?:\tsymbol .*\n)+)For a resolution .*\n.*",
}


def _ours(message: str) -> Complaint:
    for kind, pattern in _OURS.items():
        found = re.search(pattern, message)
        if found is not None:
            named = re.findall(r"(\w+) \(defined at", message) if kind == _LOOP else [found[1]]
            return Complaint(kind, frozenset(named))
    raise AssertionError(f"an error that conf does not have: {message}")


def _theirs(expected: str) -> Iterator[Complaint]:
    rest = re.sub(r"\S+:\d+:warning: .*\n", "", expected)
    for kind, pattern in _THEIRS.items():
        for found in re.finditer(pattern, rest):
            names = re.findall(r"symbol (\w+) ", found[1]) if kind == _LOOP else [found[1]]
            yield Complaint(kind, frozenset(names))
        rest = re.sub(pattern, "", rest)
    left = [line for line in rest.splitlines() if line.strip() and "included from" not in line]
    if left:
        raise StrangeTest(f"these words of conf are not understood: {left}")


def _placed(complaint: Complaint, kconfig: bytes) -> Complaint:
    """Return a complaint that names a line within a symbol's entry as one that names the symbol."""
    if complaint.kind != _TRANSITIONAL:
        return complaint
    names = []
    for place in complaint.where:
        line = int(place.rpartition(":")[2])
        heads = [text for text in kconfig.decode().split("\n")[:line] if text.startswith("config ")]
        names.append(heads[-1].split()[1])
    return Complaint(complaint.kind, frozenset(names))


def _entry(kconfig: bytes, name: str) -> bool:
    return re.search(rf"^config {re.escape(name)}$", kconfig.decode(), re.MULTILINE) is not None


def _without(kconfig: bytes, names: list[str]) -> bytes:
    """Return Kconfig text without the entries of some symbols."""
    text = kconfig.decode()
    for name in names:
        text = re.sub(rf"^config {re.escape(name)}\n(?:[ \t].*\n|\n)*", "", text, flags=re.MULTILINE)
    return text.encode()
