# SPDX-License-Identifier: GPL-2.0-or-later
"""The logic of Kconfig, on small files."""

import pytest
from small import MODULES, model_of

from ptlint.errors import ConfigurationError
from ptlint.kconfig.formula import all_of
from ptlint.kconfig.logic import InfeasibleError, Logic, UndecidedError
from ptlint.kconfig.parsing import parse_formula

KCONFIG = (
    MODULES
    + """
config BASE
\tbool 'base'
config HIDDEN
\tdef_bool BASE && !OTHER
config OTHER
\tbool 'other'
\tdefault y
config DRIVER
\ttristate 'driver'
\tdepends on HIDDEN
\tselect HELPER
config HELPER
\ttristate
config COUNT
\tint 'count'
\trange 2 64 if BASE
\trange 2 8
\tdefault 4
config LIMIT
\tint
\tdefault 1 if !BASE
\tdefault COUNT
config NAME
\tstring 'name'
\tdefault "a"
config NEVER
\tbool 'never'
\tdepends on MISSING
config AFTER
\tdef_bool NEVER
"""
)


def logic(**assume: str) -> Logic:
    return Logic(model_of(KCONFIG), assume)


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("OTHER", ""),
        ("HIDDEN", "CONFIG_BASE=y\n# CONFIG_OTHER is not set\n"),
        ("HELPER=m", "CONFIG_BASE=y\n# CONFIG_OTHER is not set\nCONFIG_DRIVER=m\n"),
        ("COUNT>=5", "CONFIG_COUNT=5\n"),
        ("COUNT>8", "CONFIG_BASE=y\nCONFIG_COUNT=9\n"),
        ("LIMIT=4", "CONFIG_BASE=y\n"),
        ("LIMIT>4 && LIMIT<9 && OTHER", "CONFIG_BASE=y\nCONFIG_COUNT=5\n"),
        ('NAME="b"', 'CONFIG_NAME="b"\n'),
    ],
)
def test_a_fragment_has_the_settings_that_are_needed(text: str, settings: str) -> None:
    near = model_of(KCONFIG).complete("")
    found = logic().fragment(parse_formula(text), near)
    assert sorted(found.splitlines()) == sorted(settings.splitlines())


@pytest.mark.parametrize(
    "text", ["HIDDEN && OTHER", "HELPER && !BASE", "COUNT>64", "LIMIT=3 && !BASE", "NEVER"]
)
def test_what_no_configuration_has_is_not_found(text: str) -> None:
    formula = parse_formula(text)
    assert not logic().feasible(formula)
    assert logic().find(formula) is None
    with pytest.raises(InfeasibleError):
        logic().fragment(formula, model_of(KCONFIG).complete(""))


def test_what_a_base_configuration_has_is_kept() -> None:
    near = model_of(KCONFIG).complete(
        "CONFIG_BASE=y\n# CONFIG_OTHER is not set\nCONFIG_COUNT=33\nCONFIG_DRIVER=y\n"
    )
    found = logic().find(parse_formula("HELPER=m"), near)
    assert found is not None
    assert {**near.values, "DRIVER": "m", "HELPER": "m"} == found.values


CHOICES = """
choice
\tprompt 'addresses'
\tdefault WIDE
config NARROW
\tbool 'narrow'
config MIDDLE
\tbool 'middle'
config WIDE
\tbool 'wide'
endchoice
choice
\tprompt 'memory'
config LITTLE
\tbool 'little'
\tdepends on !WIDE
config MUCH
\tbool 'much'
endchoice
"""


def test_a_member_of_a_choice_is_unset_by_another_one_that_nobody_asked_for() -> None:
    model = model_of(CHOICES)
    near = model.complete("CONFIG_WIDE=y\nCONFIG_MUCH=y\n")
    for text in ("!WIDE", "LITTLE", "!MUCH"):
        found = Logic(model, {}).find(parse_formula(text), near)
        assert found is not None
        assert found.get("WIDE") == "n"


def test_assumptions_restrict_the_model() -> None:
    assuming = logic(OTHER="n", COUNT="40")
    assert [one.forced for one in assuming.assumed] == [False, False]
    assert not assuming.feasible(parse_formula("OTHER || !BASE"))
    found = assuming.find(parse_formula("y"))
    assert found is not None
    assert (found.get("OTHER"), found.get("COUNT"), found.get("BASE")) == ("n", "40", "y")
    assert found.assumed == assuming.assumed


def test_what_the_model_does_not_allow_is_forced() -> None:
    assuming = logic(NEVER="y", COUNT="100", MISSING2="7")
    assert [one.forced for one in assuming.assumed] == [True, True, True]
    found = assuming.find(parse_formula("AFTER && COUNT=100 && MISSING2=7"))
    assert found is not None
    assert found.get("AFTER") == "y"
    assert not assuming.feasible(parse_formula("!AFTER"))


def test_assumptions_that_exclude_each_other_are_forced_in_order() -> None:
    for assume in ({"OTHER": "y", "HIDDEN": "y"}, {"HIDDEN": "y", "OTHER": "y"}):
        assert Logic(model_of(KCONFIG), assume).assumed == model_of(KCONFIG).complete("", assume).assumed


def test_a_value_that_is_none_for_the_type_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        logic(BASE="m")


def test_the_cone_is_what_can_change_a_symbol() -> None:
    assert logic().symbols_of(["HELPER"]) == {"HELPER", "DRIVER", "HIDDEN", "BASE", "OTHER", "MODULES"}
    assert logic().symbols_of(["AFTER"]) == {"AFTER", "NEVER", "MODULES"}


def test_a_condition_prefers_symbols_with_a_prompt_then_those_named() -> None:
    holds = [{"HIDDEN": "y", "BASE": "y", "OTHER": "n"}]
    fails = [{"HIDDEN": "n", "BASE": "y", "OTHER": "y"}, {"HIDDEN": "n", "BASE": "n", "OTHER": "y"}]
    assert str(logic().irredundant(holds, fails)) == "!OTHER"
    both = [{"HIDDEN": "n", "BASE": "n", "OTHER": "y"}]
    assert str(logic().irredundant(holds, both)) == "BASE"
    assert str(logic().irredundant(holds, both, prefer=["OTHER"])) == "!OTHER"


def test_a_condition_need_not_exclude_what_is_infeasible() -> None:
    assert str(logic().irredundant([{"HELPER": "y"}, {"HELPER": "m"}], [{"HIDDEN": "n"}])) == "HELPER"
    assert str(logic().irredundant([{"OTHER": "n"}], [{"HIDDEN": "y", "OTHER": "y"}])) == "y"
    assert str(logic().irredundant([{"NEVER": "y"}], [{"OTHER": "y"}])) == "n"


def test_a_condition_on_a_number_compares_it() -> None:
    numbers = [{"COUNT": str(number)} for number in (2, 3, 4, 5, 9)]
    assert str(logic().irredundant(numbers[2:], numbers[:2])) == "COUNT>=4"
    assert str(logic().irredundant(numbers[:2], numbers[2:])) == "COUNT<=3"
    assert str(logic().irredundant(numbers[2:3], numbers[:2] + numbers[3:])) == "COUNT=4"


def test_examples_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="both"):
        logic().irredundant([{"BASE": "y"}], [{"OTHER": "y"}])


def test_most_wishes_are_fulfilled_where_not_all_go_together() -> None:
    wishes = [parse_formula(text) for text in ("OTHER", "HELPER=m", "COUNT>=5", "NEVER", "!BASE")]
    found = logic().find_most(parse_formula("BASE"), wishes)
    assert found is not None
    assert [wish.holds(found) for wish in wishes] == [True, False, True, False, False]
    assert logic().find_most(parse_formula("NEVER"), wishes) is None


def test_a_wish_that_settings_do_not_give_costs_no_other_wish() -> None:
    model = model_of(KCONFIG)
    loose = Logic(model, loose={"HIDDEN"})  # the encoding promises what the definition does not give
    needed, excluded, free = (parse_formula(text) for text in ("OTHER", "HIDDEN", "COUNT>=5"))
    found = loose.find_most(needed, [excluded, free])
    assert found is not None
    assert [needed.holds(found), excluded.holds(found), free.holds(found)] == [True, False, True]
    with pytest.raises(UndecidedError):
        loose.find_most(all_of((needed, excluded)), [free])
