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

VERSIONS = ("6.12", "latest")

DIALOGUE_ONLY = {
    "auto_submenu": "how far the questions of a submenu are indented",
    "new_choice_with_dep": "which choices are asked again, and which members are called new",
}
"""Folders in which only the words of conf's dialogue are compared, which ptlint does not have."""


@pytest.mark.kernel
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


KCONFIG = """\
config A
	bool "a"
	default y
config B
	bool "b"
	depends on A
"""
HEADER = "#\n# Automatically generated file; DO NOT EDIT.\n# Main menu\n#\n"
RIGHT = f"{HEADER}CONFIG_A=y\n# CONFIG_B is not set\n"
LOOP = "config A\n\tbool\n\tselect A\n"
COMPARES = "    assert conf.alldefconfig() == 0\n    assert conf.config_matches('expected')\n"
FAILS = "    assert conf.alldefconfig() == 1\n    assert conf.stderr_contains('expected')\n"
LOOP_WORDS = (
    "error: recursive dependency detected!\n\tsymbol A is selected by A\n"
    'For a resolution refer to x\nsubsection "y"\n'
)


@pytest.mark.parametrize(
    ("body", "kconfig", "expected", "wrong"),
    [
        (COMPARES, KCONFIG, RIGHT, ""),
        (COMPARES, KCONFIG, RIGHT.replace("# CONFIG_B is not set", "CONFIG_B=y"), "AssertionError"),
        (COMPARES, LOOP, RIGHT, "AssertionError"),
        (FAILS, LOOP, LOOP_WORDS, ""),
        (FAILS, KCONFIG, LOOP_WORDS, "AssertionError"),
        (FAILS, LOOP + "config C\n\tbool\n\tselect C\n", LOOP_WORDS, "AssertionError"),
        (
            FAILS,
            LOOP,
            "Kconfig:1: error: transitional symbols can only have help sections\n",
            "AssertionError",
        ),
        (FAILS, LOOP, "Kconfig:1: error: something new\n", "StrangeTest"),
        ("    assert conf.alldefconfig() == 0\n", KCONFIG, "", "compares nothing"),
        ("    assert conf.stdout_contains('expected')\n", KCONFIG, "", "nothing of it is compared"),
        ("    assert conf.newconfig() == 0\n", KCONFIG, "", "there is no conf.newconfig here"),
        ("    import os\n", KCONFIG, "", "line 2 is not understood"),
        ("    open('x')\n", KCONFIG, "", "NameError"),
    ],
)
def test_a_test_of_conf_fails_where_the_model_differs_or_nothing_is_known(
    tmp_path: Path, body: str, kconfig: str, expected: str, wrong: str
) -> None:
    folder = tmp_path / "scripts/kconfig/tests/one"
    folder.mkdir(parents=True)
    (tmp_path / "Makefile").write_text("VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\n")
    (folder / "__init__.py").write_text(f"def test(conf):\n{body}")
    (folder / "Kconfig").write_text(kconfig)
    (folder / "expected").write_text(expected)
    assert suite.folders(tmp_path) == ["one"]
    found = outcome(tmp_path, "one")
    assert wrong in found and bool(found) == bool(wrong)
