# SPDX-License-Identifier: GPL-2.0-or-later
"""Toolchain profiles and the answers they give."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptlint.errors import ConfigurationError, UsageError
from ptlint.kconfig.arch import ARCHES, arch_named
from ptlint.kconfig.probes import Prober
from ptlint.kconfig.toolchain import DEFAULT, profile_names, toolchain_named


def prober(name: str = DEFAULT, script: bytes | None = None) -> Prober:
    return Prober(toolchain_named(name).answers, lambda _path: script)


def asked(command: str) -> str:
    return f'{{ {command}; }} >/dev/null 2>&1 && echo "y" || echo "n"'


def test_all_profiles_can_be_loaded_and_carry_their_name() -> None:
    assert {"gcc-12", "clang-19"} <= set(profile_names())
    assert [toolchain_named(name).name for name in profile_names()] == list(profile_names())


def test_an_unknown_toolchain_names_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"unknown toolchain 'gcc-99'.*gcc-12"):
        toolchain_named("gcc-99")
    with pytest.raises(UsageError, match="cannot read"):
        toolchain_named("./none.toml")


def test_a_profile_in_a_file_is_laid_over_the_one_it_is_based_on(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\nbased_on = "gcc-12"\n'
        '[options]\nyes = ["-fsanitize=kcfi"]\nno = ["-fstack-protector"]\n'
        '[versions]\n"cc-version.sh" = "GCC 150100"\n'
    )
    toolchain = toolchain_named(str(path))
    assert toolchain.name == "mine"
    assert toolchain.answers.versions["cc-version.sh"] == "GCC 150100"
    assert toolchain.answers.versions["as-version.sh"] == "GNU 24000"
    options = toolchain.answers.options
    assert (options["-fsanitize=kcfi"], options["-fstack-protector"], options["-gz=zlib"]) == (
        True,
        False,
        True,
    )


@pytest.mark.parametrize(
    "text", ['name = "x"\nunknown = 1\n', "name = 1\n", "][", 'name = "x"\nbased_on = "y"\n']
)
def test_a_file_that_is_no_profile_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"bad\.toml"):
        toolchain_named(str(path))


def test_what_is_not_known_is_answered_with_no_and_remembered() -> None:
    probe = prober()
    assert probe.output(asked("rm -rf /")) == "n"
    assert probe.output("rm -rf ~") == ""
    assert probe.output(asked("gcc -Werror -fnew-option -c -x c /dev/null -o .tmp_$$/tmp.o")) == "n"
    assert probe.output(asked("gcc -Werror -gz=zlib -fnew -c -x c /dev/null -o /dev/null; touch x")) == "n"
    assert len(probe.unknown) == 4


def test_what_is_known_is_not_remembered_as_unknown() -> None:
    probe = prober()
    assert probe.output(asked("gcc -Werror  -gz=zlib -c -x c /dev/null -o .tmp_$$/tmp.o")) == "y"
    assert probe.output(asked('test "GCC" = GCC')) == "y"
    assert probe.output(asked('test -z ""')) == "y"
    assert probe.output(asked("command -v gcc")) == "y"
    assert probe.output("expr 120200 / 10000") == "12"
    assert probe.output("expr 1 / 0") == ""
    assert probe.output("set -- GCC 120200 && echo $2") == "120200"
    assert not probe.unknown


def test_a_script_that_asked_something_else_in_older_kernels_fails_there() -> None:
    command = asked('env "CC=gcc" "LD=ld" ./scripts/tools-support-relr.sh')
    assert prober(script=b"... -z pack-relative-relocs ...").output(command) == "y"
    assert prober(script=b"... --pack-dyn-relocs=relr ...").output(command) == "n"


def test_the_options_that_clang_always_gets_do_not_change_answers() -> None:
    command = "clang -Werror -fintegrated-as -fsanitize=kcfi -c -x c /dev/null -o .tmp_$$/tmp.o"
    assert prober("clang-19").output(asked(command)) == "y"
    assert toolchain_named("clang-19").is_clang
    assert not toolchain_named(DEFAULT).is_clang


@given(st.text(max_size=80))
def test_any_command_has_an_answer(command: str) -> None:
    assert prober().output(asked(command)) in ("y", "n")
    prober().output(command)


def test_predefined_macros_follow_architecture_and_word_size() -> None:
    toolchain = toolchain_named(DEFAULT)
    wide = toolchain.predefined(arch_named("x86_64"), 64)
    assert wide["__x86_64__"] == "1"
    assert wide["__LP64__"] == "1"
    assert wide["__INT64_C(c)"] == "c ## L"
    assert "__SSE__" not in wide
    narrow = toolchain.predefined(arch_named("x86"), 32)
    assert narrow["__i386__"] == "1"
    assert "__LP64__" not in narrow
    assert toolchain.predefined(arch_named("powerpc"), 64, big_endian=False)["__LITTLE_ENDIAN__"] == "1"
    assert toolchain.predefined(arch_named("powerpc"), 32, big_endian=True)["__BIG_ENDIAN__"] == "1"
    assert toolchain_named("clang-19").predefined(arch_named("x86_64"), 64)["__clang_major__"] == "19"


def test_every_architecture_has_the_macros_that_all_code_needs() -> None:
    toolchain = toolchain_named(DEFAULT)
    for arch in ARCHES.values():
        macros = toolchain.predefined(arch, arch.bits or 64)
        for name in ("__GNUC__", "__SIZEOF_POINTER__", "__BYTE_ORDER__", "__INT_MAX__", "__SIZE_TYPE__"):
            assert macros.get(name), (arch.name, name)
        assert int(macros["__SIZEOF_POINTER__"]) * 8 == (arch.bits or 64), arch.name


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc is installed")
def test_the_installed_compiler_answers_for_itself() -> None:
    toolchain = toolchain_named("host")
    assert toolchain.name == "host"
    assert toolchain.answers.versions["cc-version.sh"].split()[1].isdigit()
    assert toolchain.answers.options.keys() == toolchain_named(DEFAULT).answers.options.keys()
    if toolchain.environment["CC_VERSION_TEXT"] == toolchain_named(DEFAULT).environment["CC_VERSION_TEXT"]:
        assert toolchain.answers.options == toolchain_named(DEFAULT).answers.options
