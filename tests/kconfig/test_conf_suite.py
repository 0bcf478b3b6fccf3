# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own Kconfig tests, read from the kernel tree, hold for our model.

A folder of the suite is run as it stands, or stands in `DIALOGUE_ONLY` with the reason why there is nothing
to compare. A new one that is neither fails.
"""

import traceback
from collections.abc import Callable
from pathlib import Path

import conf_suite as suite
import pytest

pytestmark = pytest.mark.kernel

VERSIONS = ("6.12", "latest")

DIALOGUE_ONLY = {
    "auto_submenu": "how far the questions of a submenu are indented",
    "new_choice_with_dep": "which choices are asked again, and which members are called new",
}
"""Folders in which only the words of conf's dialogue are compared, which ptlint does not have."""


@pytest.mark.parametrize("version", VERSIONS)
def test_the_tests_of_conf_hold_for_the_model(version: str, kernel_tree: Callable[[str], Path]) -> None:
    root = kernel_tree(version)
    found = suite.folders(root)
    assert found, f"{root} has no Kconfig tests"
    assert {folder: wrong for folder in found if (wrong := outcome(root, folder))} == {}
    assert set(DIALOGUE_ONLY) <= set(found)


def outcome(root: Path, folder: str) -> str:
    """Return what is wrong with the tests of a folder, "" if nothing is."""
    checks = 0
    try:
        tests = suite.functions(root, folder)
        if not tests:
            return "it has no test function"
        for name, test in tests.items():
            conf = suite.Conf(root, folder)
            test(conf)
            if not conf.checks and not conf.unseen:
                return f"{name} compares nothing"
            checks += conf.checks
    except Exception as error:  # of the kernel's test, whatever it is
        where = traceback.extract_tb(error.__traceback__)
        lines = [f"{frame.name}:{frame.lineno}: {frame.line}" for frame in where[1:]]
        return "; ".join([f"{type(error).__name__} {error}", *lines])
    if folder in DIALOGUE_ONLY:
        return f"it compares more than {DIALOGUE_ONLY[folder]}" if checks else ""
    return "" if checks else "nothing of it is compared: add what it needs, or say why it does not apply"
