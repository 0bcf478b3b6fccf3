# SPDX-License-Identifier: GPL-2.0-or-later
"""The configurations that people build without choosing: the defconfigs, allmodconfig and allnoconfig.

Source: scripts/kconfig/conf.c, conf_set_all_new_symbols() (v7.3); `make help` for the names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from kconfiglib import BOOL, TRISTATE, TYPE_TO_STR

from ptlint.kconfig.arch import ARCHES
from ptlint.kconfig.assumptions import Assumer
from ptlint.kconfig.evaluation import Evaluation
from ptlint.kconfig.formula import plain_value
from ptlint.kconfig.model import Model, UserValues, not_too_deep
from ptlint.source.tree import read, walk

ALL = ("allmodconfig", "allnoconfig")

_VALUES = {
    "allyesconfig": {BOOL: 2, TRISTATE: 2},
    "allmodconfig": {BOOL: 2, TRISTATE: 1},
    "allnoconfig": {BOOL: 0, TRISTATE: 0},
}

_NOTHING: Mapping[str, str] = MappingProxyType({})


def usual_values(
    model: Model, symbols: Iterable[str], assume: Mapping[str, str] = _NOTHING
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the name of each usual configuration, and the values there of some symbols.

    The architecture's own defconfig comes first, then its others, then `ALL`. Only values that a .config
    shows are told. A defconfig that asks for a word size which the architecture's name rules out is another
    one's, and left out.

    Raises:
        KconfigError: expressions are nested too deeply to be evaluated.
    """
    wanted = tuple(dict.fromkeys(symbols))
    for name, user in _settings(model):
        with not_too_deep():
            evaluation = _evaluation(model, user, assume)
            if name not in ALL and not _has_width(model, user, evaluation):
                continue
            yield name, _shown(model, wanted, evaluation)


def all_settings(model: Model, name: str) -> UserValues:
    """Return what `conf` sets for one of `ALL`, or allyesconfig.

    These are bools and tristates with a prompt, but no choice's member.
    """
    values = _VALUES[name]
    return {
        symbol: values[symbol.orig_type]
        for symbol in model.symbols.values()
        if symbol.orig_type in values
        and not symbol.choice
        and any(node.prompt is not None for node in symbol.nodes)
    }


def _settings(model: Model) -> Iterator[tuple[str, UserValues]]:
    folder = f"arch/{model.arch.srcarch}/configs"
    own = model.defconfig_name()
    yield own, model.user_values(model.defconfig_text())
    for path in walk(model.tree, folder, ("defconfig",)):
        name = path.removeprefix(f"{folder}/")
        if name != own and not _of_another(model, name):
            yield name, model.user_values(read(model.tree, path).decode("utf-8", "replace"))
    for name in ALL:
        yield name, all_settings(model, name)


def _evaluation(model: Model, user: UserValues, assume: Mapping[str, str]) -> Evaluation:
    if not assume:
        return model.evaluate(user)
    assumer = Assumer(model.kconf, user, model.zero_default)
    for name, value in assume.items():
        assumer.assume(name, value)
    assumer.result()
    return assumer.evaluation(assumer.user)


def _of_another(model: Model, name: str) -> bool:
    """Tell whether a defconfig bears the name of another ARCH of the same folder (x86_64, i386)."""
    other = ARCHES.get(name.removesuffix("_defconfig"))
    return other is not None and other.srcarch == model.arch.srcarch and other.name != model.arch.name


def _has_width(model: Model, user: UserValues, evaluation: Evaluation) -> bool:
    width = model.symbols.get("64BIT")
    return width is None or width not in user or evaluation.tri(width) == user[width]


def _shown(model: Model, symbols: Iterable[str], evaluation: Evaluation) -> Mapping[str, str]:
    values: dict[str, str] = {}
    for name in symbols:
        symbol = model.symbols.get(name)
        if symbol is not None and symbol.orig_type:
            value = evaluation.text(symbol)
            if symbol in evaluation.written:
                values[name] = plain_value(value, TYPE_TO_STR[symbol.orig_type])
    for symbol in evaluation.forced:
        values.setdefault(symbol.name, evaluation.text(symbol))
    return MappingProxyType(values)
