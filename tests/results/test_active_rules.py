# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rules speak of a configuration, and how severe they are there."""

from dataclasses import replace

import pytest

from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.configuration import configuration_from_text
from ptlint.results.analysis import active_rules
from ptlint.results.model import Severity
from ptlint.rules.loader import load_rules

RULE = replace(load_rules()[0], requires="PT_RECLAIM", severity=Severity.ERROR, warns="!SMP")
NOTE = replace(RULE, severity=Severity.NOTE)


@pytest.mark.parametrize(
    ("text", "severities"),
    [
        ("CONFIG_PT_RECLAIM=y\nCONFIG_SMP=y\n", [Severity.ERROR, Severity.NOTE]),
        ("CONFIG_PT_RECLAIM=y\n# CONFIG_SMP is not set\n", [Severity.WARNING, Severity.NOTE]),
        ("CONFIG_SMP=y\n", []),
    ],
)
def test_a_rule_speaks_where_it_is_told_to(text: str, severities: list[Severity]) -> None:
    configuration = configuration_from_text(arch_named("x86_64"), text)
    assert [rule.severity for rule in active_rules((RULE, NOTE), configuration)] == severities


def test_one_processor_is_no_error_of_an_early_free() -> None:
    (early,) = [rule for rule in load_rules() if rule.code == "PTL010"]
    without = configuration_from_text(arch_named("x86_64"), "# CONFIG_SMP is not set\n")
    assert [one.severity for one in active_rules((early,), without)] == [Severity.WARNING]
