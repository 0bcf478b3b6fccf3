# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading Kconfig files."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import MODULES, completed, model_of, tree_with

from ptlint.errors import KconfigError, TreeError
from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named

MACROS = r"""
if-success = $(shell,{ $(1); } >/dev/null 2>&1 && echo "$(2)" || echo "$(3)")
success = $(if-success,$(1),y,n)
failure = $(if-success,$(1),n,y)
cc-option = $(success,trap "rm -rf .tmp_$$" EXIT; mkdir .tmp_$$; $(CC) -Werror $(CLANG_FLAGS) $(1) -c -x c /dev/null -o .tmp_$$/tmp.o)
ld-option = $(success,$(LD) -v $(1))
cc-info := $(shell,$(srctree)/scripts/cc-version.sh $(CC))
cc-version := $(shell,set -- $(cc-info) && echo $2)
"""  # noqa: E501


def test_no_command_of_a_kconfig_file_is_ever_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(os, "system", refuse)
    monkeypatch.setattr(os, "popen", refuse)
    made = tmp_path / "made"
    touch = f"touch {made}"
    model = model_of(
        MACROS
        + f"""
$(shell,{touch})
X := $(shell,{touch})
$(warning-if,$(success,{touch}),oh)
config A
\tdef_bool $(success,{touch})
config B
\tstring "b `{touch}`"
\tdefault "$(shell,{touch} && echo out)"
config C
\tdef_bool $(cc-option,-O2; {touch};)
config D
\tdef_bool $(success,$(CC) -print-file-name=x | sh -c '{touch}')
"""
    )
    configuration = model.complete("")
    assert not made.exists()
    assert [configuration.get(name) for name in "ACD"] == ["n", "n", "n"]
    assert configuration.get("B") == ""
    assert any(touch in command for command in model.unknown_probes)
    assert len(model.unknown_probes) >= 4


def test_probes_are_answered_by_the_profile() -> None:
    configuration = completed(
        MACROS
        + """
config OPTION
\tdef_bool $(cc-option,-fstack-protector-strong)
config NO_OPTION
\tdef_bool $(cc-option,-fsanitize=kcfi)
config BOTH
\tdef_bool $(cc-option,-fstack-protector -fsanitize=alignment)
config LINK
\tdef_bool $(ld-option,--gc-sections)
config VERSION
\tint
\tdefault $(cc-version)
config TEXT
\tstring
\tdefault "$(CC_VERSION_TEXT)"
config IS_GCC
\tdef_bool $(success,test "$(CC)" = gcc)
config NOT_GCC
\tdef_bool $(failure,test "$(CC)" = gcc)
"""
    )
    assert configuration.get("OPTION") == "y"
    assert configuration.get("NO_OPTION") == "n"
    assert configuration.get("BOTH") == "y"
    assert configuration.get("LINK") == "y"
    assert configuration.get("VERSION") == "120200"
    assert configuration.get("TEXT").startswith("gcc (Debian")
    assert configuration.get("IS_GCC") == "y"
    assert configuration.get("NOT_GCC") == "n"


def test_the_environment_of_the_process_is_not_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "kconfigfunctions.py").write_text("raise AssertionError('imported')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("SECRET", "ARCH", "srctree", "CONFIG_", "KCONFIG_CONFIG_HEADER", "KCONFIG_WARN_UNDEF"):
        monkeypatch.setenv(name, "leak")
    configuration = completed(
        'config A\n\tstring\n\tdefault "$(SECRET) $SECRET ${SECRET} $UNAME_RELEASE $(ARCH) $(SRCARCH)"\n'
    )
    assert configuration.get("A") == " $SECRET ${SECRET} $UNAME_RELEASE x86_64 x86"
    assert "leak" not in configuration.text()


def test_variables_are_expanded_as_conf_expands_them() -> None:
    configuration = completed(
        """
dollar := $
comma := ,
greeting = $(1)$(comma) I am $(2).
late = $(name)
name := one
early := $(name)
name += more
literal := $(dollar)(name)
config A
\tstring
\tdefault "$(greeting,Hello,$(name)) $(late) $(early) $(literal)"
config $(name)_B
\tdef_bool y
""".replace("$(name)_B", "$(early)_B")
    )
    assert configuration.get("A") == "Hello, I am one more. one more one $(name)"
    assert configuration.get("one_B") == "y"


def test_the_name_of_a_variable_may_be_a_dollar() -> None:
    lines = ["$ := 1", "A$B = 2", "A$B += 3", "open := $", "late += $(open)(", "config A", "\tstring"]
    configuration = completed("\n".join([*lines, '\tdefault "$($) $(A$B) $(late)"', ""]))
    assert configuration.get("A") == "1 2 3 $("
    with pytest.raises(KconfigError, match=r"Kconfig:1: .*syntax error"):
        model_of("A$B 2\n")


@pytest.mark.parametrize(
    ("driver", "bus", "gadget", "expected"),
    [
        ("y", "y", "n", "y"),
        ("y", "m", "n", "y"),
        ("y", "m", "y", "m"),
        ("y", "n", "y", "n"),
        ("y", "n", "n", "y"),
    ],
)
def test_a_conditional_dependency_counts_only_under_its_condition(
    driver: str, bus: str, gadget: str, expected: str
) -> None:
    kconfig = MODULES + (
        "config BUS\n\ttristate 'bus'\nconfig GADGET\n\tbool 'gadget'\n"
        "config DRIVER\n\ttristate 'driver'\n\tdepends on BUS if GADGET\n"
    )
    text = f"CONFIG_BUS={bus}\nCONFIG_GADGET={gadget}\nCONFIG_DRIVER={driver}\n"
    assert completed(kconfig, text).get("DRIVER") == expected


def test_a_transitional_symbol_hands_its_old_value_on_and_is_not_written() -> None:
    kconfig = "config OLD\n\tbool\n\ttransitional\nconfig NEW\n\tbool 'new'\n\tdefault OLD\n"
    configuration = completed(kconfig, "CONFIG_OLD=y\n")
    assert configuration.get("NEW") == "y"
    assert "CONFIG_OLD" not in configuration.text()
    assert completed(kconfig).get("NEW") == "n"


@pytest.mark.parametrize(
    "more", ["default y", "prompt 'p'", "select OTHER", "imply OTHER", "depends on OTHER"]
)
def test_a_transitional_symbol_with_more_than_a_help_text_is_an_error(more: str) -> None:
    kconfig = f"config OTHER\n\tbool\nconfig OLD\n\tbool\n\ttransitional\n\t{more}\n"
    with pytest.raises(KconfigError, match="Kconfig:3: OLD is transitional"):
        model_of(kconfig)
    with pytest.raises(KconfigError, match="Kconfig:4: OLD is transitional"):
        model_of("config OTHER\n\tbool\nif OTHER\nconfig OLD\n\tbool\n\ttransitional\nendif\n")
    assert model_of("config OLD\n\tbool\n\ttransitional\n\thelp\n\t  of old\n").symbols


def test_modules_decides_whether_tristates_can_be_m() -> None:
    kconfig = MODULES + "config A\n\ttristate 'a'\n\tdefault m\nconfig B\n\tbool 'b'\n\tdepends on m\n"
    with_modules = completed(kconfig)
    assert (with_modules.get("A"), "B" in with_modules.values) == ("m", True)
    without = completed(kconfig, "# CONFIG_MODULES is not set\n")
    assert (without.get("A"), "B" in without.values) == ("y", False)


def test_source_reads_from_the_tree_and_errors_name_file_and_line() -> None:
    model = model_of('source "mm/Kconfig"\n', mm__Kconfig="config A\n\tdef_bool y\n")
    assert model.complete("").get("A") == "y"
    assert model.files == ("Kconfig", "mm/Kconfig")
    with pytest.raises(KconfigError, match="Kconfig:2: cannot read 'mm/None'"):
        model_of('\nsource "mm/None"\n')
    with pytest.raises(KconfigError, match="cannot read '/etc/passwd'"):
        model_of('source "/etc/passwd"\n')
    with pytest.raises(KconfigError, match=r"mm/Kconfig:1: 'mm/Kconfig' sources itself"):
        model_of('source "mm/Kconfig"\n', mm__Kconfig='source "mm/Kconfig"\n')
    with pytest.raises(KconfigError, match="'endmenu' is missing"):
        model_of("menu 'x'\nconfig A\n\tbool\n")
    with pytest.raises(KconfigError, match=r"Kconfig:2.*nonsense"):
        model_of("config A\nnonsense here\n")


def test_no_file_is_sourced_twice_since_7_1() -> None:
    top, inner = 'source "a"\nsource "b"\n', 'source "b"\n'
    with pytest.raises(KconfigError, match=r"Kconfig:2: 'b' is sourced again, after a:1"):
        model_of(top, "7.1.0", a=inner, b="config A\n\tbool\n")
    assert list(model_of(top, "7.0.0", a=inner, b="config A\n\tbool\n").symbols) == ["A"]


def test_a_tree_without_the_architecture_is_refused() -> None:
    with pytest.raises(TreeError, match="no architecture arm64"):
        Model.load(tree_with(""), arch_named("arm64"), toolchain_named(DEFAULT))


def test_what_a_kconfig_file_calls_an_error_is_one() -> None:
    with pytest.raises(KconfigError, match="Kconfig:1: too old"):
        model_of("$(error-if,y,too old)\n")


def test_nesting_without_end_is_an_error_and_no_crash() -> None:
    with pytest.raises(KconfigError):
        model_of("config A\n\tbool\n\tdepends on " + "(" * 5000 + "B" + ")" * 5000 + "\n")
    chain = "".join(f"config S{i}\n\tdef_bool S{i + 1}\n" for i in range(5000))
    with pytest.raises(KconfigError):
        model_of(chain).complete("")


def test_a_symbol_that_a_thousand_others_select_can_be_read() -> None:
    text = "config T\n\tbool\n" + "".join(f"config S{i}\n\tbool 's'\n\tselect T\n" for i in range(3000))
    assert completed(text, "CONFIG_S2999=y\n").get("T") == "y"


@pytest.mark.parametrize(
    "text",
    [
        "f = $(f,$(1))$(f,$(1))\nconfig A\n\tdef_bool $(f,x)\n",
        "".join(f"D{i} = $(D{i + 1})$(D{i + 1})\n" for i in range(60)) + "D60 = text\n$(info,$(D0))\n",
        "D := 12345678\n" + "D := $(D)$(D)\n" * 60,
    ],
)
def test_macros_that_double_themselves_are_an_error(text: str) -> None:
    with pytest.raises(KconfigError):
        model_of(text)


def test_symbols_that_depend_on_each_other_are_an_error() -> None:
    with pytest.raises(KconfigError):
        model_of("config A\n\tbool 'a'\n\tdepends on B\nconfig B\n\tbool 'b'\n\tdepends on A\n")


PIECES = (
    "config A\n",
    "config B\n",
    "menuconfig C\n",
    "choice\n",
    "endchoice\n",
    "menu 'm'\n",
    "endmenu\n",
    "if A\n",
    "if A && !B || C=y\n",
    "endif\n",
    "\tbool 'p'\n",
    "\ttristate 't' if B\n",
    "\tint\n",
    "\thex\n",
    "\tstring 's'\n",
    "\tdefault y if A\n",
    "\tdefault 0x10\n",
    "\tdefault 17\n",
    '\tdefault "x$(CC)"\n',
    "\tselect B if C\n",
    "\timply A\n",
    "\trange 1 B if C\n",
    "\tdepends on A if !B\n",
    "\tdepends on A && (B || C>=3)\n",
    "\tmodules\n",
    "\ttransitional\n",
    "\thelp\n",
    "\t  text\n",
    "\tvisible if A\n",
    "\toption env=HOME\n",
    "X := $(shell,ls)\n",
    "$(X)\n",
    "$(",
    "\\\n",
    '"',
    "'",
    "#",
    "\x00",
    "\xff",
    "source 'x'\n",
    "\toptional\n",
    "mainmenu 'x'\n",
    "comment 'c'\n",
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60))
def test_any_text_is_a_model_or_an_error(text: str) -> None:
    try:
        model = model_of(text.encode("utf-8", "replace"), version="7.3.0")
    except KconfigError:
        return
    configuration = model.complete("CONFIG_A=y\nCONFIG_B=m\nCONFIG_C=17\n")
    again = model.complete(configuration.text())
    assert again.arch == configuration.arch
    configuration.autoconf()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_model_or_an_error(content: bytes) -> None:
    try:
        model_of(content).complete("")
    except KconfigError:
        return
