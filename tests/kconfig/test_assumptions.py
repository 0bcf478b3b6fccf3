# SPDX-License-Identifier: GPL-2.0-or-later
"""Assumptions: by setting, or by force."""

from collections.abc import Callable
from pathlib import Path

import pytest
from small import MODULES, completed

from ptlint.errors import ConfigurationError
from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.configuration import Assumption
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.source.tree import DiskTree

KCONFIG = (
    MODULES
    + """
config BASE
\tbool 'base'
config MIDDLE
\tbool
\tdefault y if BASE
config DRIVER
\ttristate 'driver'
\tdepends on MIDDLE && !OTHER
config OTHER
\tbool 'other'
\tdefault y
config HELPER
\tbool
config PICKS
\tbool 'picks'
\tselect HELPER
config NEVER
\tbool 'never'
\tdepends on MISSING
\tselect HELPER if BASE
config AFTER
\tbool 'after'
\tdepends on NEVER
\tdefault y
config COUNT
\tint 'count'
\trange 1 9
\tdefault 3
"""
)


def test_an_assumption_that_holds_already_changes_nothing() -> None:
    assert completed(KCONFIG, "", {"OTHER": "y"}).text() == completed(KCONFIG).text()


def test_what_a_prompt_depends_on_is_set_too() -> None:
    configuration = completed(KCONFIG, "", {"DRIVER": "m"})
    assert configuration.assumed == (Assumption("DRIVER", "m", False),)
    assert (configuration.get("DRIVER"), configuration.get("BASE"), configuration.get("OTHER")) == (
        "m",
        "y",
        "n",
    )
    assert completed(KCONFIG, configuration.text()).text() == configuration.text()


def test_a_symbol_without_prompt_is_brought_about_by_one_that_selects_it() -> None:
    configuration = completed(KCONFIG, "", {"HELPER": "y"})
    assert configuration.assumed == (Assumption("HELPER", "y", False),)
    assert configuration.get("PICKS") == "y"
    lowered = completed(KCONFIG, "CONFIG_PICKS=y\n", {"HELPER": "n"})
    assert lowered.assumed == (Assumption("HELPER", "n", False),)
    assert lowered.get("PICKS") == "n"


def test_a_later_assumption_keeps_the_earlier_ones() -> None:
    configuration = completed(KCONFIG, "", {"OTHER": "y", "DRIVER": "y"})
    assert configuration.assumed == (Assumption("OTHER", "y", False), Assumption("DRIVER", "y", True))
    assert (configuration.get("OTHER"), configuration.get("DRIVER")) == ("y", "y")


def test_a_value_that_the_model_cannot_give_is_forced_and_its_own_definition_ignored() -> None:
    configuration = completed(KCONFIG, "", {"NEVER": "y"})
    assert configuration.assumed == (Assumption("NEVER", "y", True),)
    assert configuration.get("NEVER") == "y"
    assert configuration.get("AFTER") == "y"


def test_a_forced_symbol_still_selects_what_it_selects() -> None:
    assert completed(KCONFIG, "", {"NEVER": "y"}).get("HELPER") == "n"
    assert completed(KCONFIG, "CONFIG_BASE=y\n", {"NEVER": "y"}).get("HELPER") == "y"


def test_a_forced_symbol_is_not_selected() -> None:
    kconfig = "config T\n\tbool\nconfig S\n\tdef_bool y\n\tselect T\n"
    configuration = completed(kconfig, "", {"T": "n"})
    assert configuration.assumed == (Assumption("T", "n", True),)
    assert configuration.get("T") == "n"


def test_a_symbol_that_the_tree_does_not_define_is_forced() -> None:
    configuration = completed(KCONFIG, "", {"CONFIG_MISSING": "y", "NEW_NUMBER": "12"})
    assert configuration.assumed == (Assumption("MISSING", "y", True), Assumption("NEW_NUMBER", "12", True))
    assert configuration.autoconf()["CONFIG_MISSING"] == "1"
    assert configuration.autoconf()["CONFIG_NEW_NUMBER"] == "12"
    assert configuration.text().endswith("CONFIG_MISSING=y\nCONFIG_NEW_NUMBER=12\n")
    assert "NEVER" in configuration.values


def test_numbers_are_set_within_their_range_and_forced_beyond() -> None:
    assert completed(KCONFIG, "", {"COUNT": "9"}).assumed == (Assumption("COUNT", "9", False),)
    configuration = completed(KCONFIG, "", {"COUNT": "100"})
    assert configuration.assumed == (Assumption("COUNT", "100", True),)
    assert configuration.get("COUNT") == "100"


@pytest.mark.parametrize(("name", "value"), [("BASE", "m"), ("BASE", "1"), ("DRIVER", "yes"), ("COUNT", "y")])
def test_a_value_that_is_none_for_the_type_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name}={value}"):
        completed(KCONFIG, "", {name: value})


@pytest.mark.kernel
def test_pt_reclaim_is_forced_where_the_kernel_does_not_know_it(kernel_tree: Callable[[str], Path]) -> None:
    for version, value, forced in (("6.12", "y", True), ("latest", "y", False), ("latest", "n", True)):
        model = Model.load(DiskTree(kernel_tree(version)), arch_named("x86_64"), toolchain_named(DEFAULT))
        configuration = model.defconfig({"PT_RECLAIM": value})
        assert configuration.assumed == (Assumption("PT_RECLAIM", value, forced),), version
        assert configuration.get("PT_RECLAIM") == value
