# SPDX-License-Identifier: GPL-2.0-or-later
"""Values of symbols, where conf and Kconfiglib differ. The expected values are conf's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import MODULES, completed

from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.configuration import configuration_from_text, quoted, unquoted
from ptlint.kconfig.evaluation import strtoll


def test_a_number_without_default_is_zero_so_that_a_range_may_depend_on_it() -> None:
    kconfig = (
        "config ORDER\n\tint\nconfig BLOCK\n\tint 'block'\n\trange 1 10 if ORDER = 0\n"
        "\tdefault 10 if ORDER = 0\n"
        "\trange 1 ORDER if ORDER != 0\n\tdefault ORDER if ORDER != 0\n"
    )
    assert completed(kconfig).get("BLOCK") == "10"
    assert "CONFIG_ORDER" not in completed(kconfig).text()


def test_a_number_out_of_range_becomes_the_nearest_limit_as_the_file_writes_it() -> None:
    kconfig = "config N\n\tint 'n'\n\trange 2 8\n\tdefault 4\n"
    kconfig += "config H\n\thex 'h'\n\trange 0x00a0 0xff\n\tdefault 0xb0\n"
    assert completed(kconfig, "CONFIG_N=99\nCONFIG_H=0x1\n").values == {"N": "8", "H": "0x00a0"}
    assert completed(kconfig, "CONFIG_N=1\nCONFIG_H=0x1000\n").values == {"N": "2", "H": "0xff"}
    before = completed(kconfig, "CONFIG_N=99\n", version="6.1.0")
    assert before.get("N") == "4"


def test_imply_is_limited_by_dependencies_and_gives_way_to_the_user() -> None:
    kconfig = MODULES + (
        "config BUS\n\ttristate 'bus'\nconfig T\n\ttristate 't'\n\tdepends on BUS\n"
        "config I\n\tbool 'i'\n\timply T\n"
    )
    assert completed(kconfig, "CONFIG_I=y\nCONFIG_BUS=m\n").get("T") == "m"
    assert completed(kconfig, "CONFIG_I=y\nCONFIG_BUS=y\n").get("T") == "y"
    assert completed(kconfig, "CONFIG_I=y\nCONFIG_BUS=y\n# CONFIG_T is not set\n").get("T") == "n"
    assert completed(kconfig, "CONFIG_I=y\nCONFIG_BUS=y\nCONFIG_T=m\n").get("T") == "m"


CHOICE = """
config DEP
\tbool 'dep'
\tdefault y
choice
\tprompt 'one of'
\tdefault B
config A
\tbool 'a'
config B
\tbool 'b'
\tdepends on DEP
config C
\tbool 'c'
\tdepends on DEP
endchoice
"""


@pytest.mark.parametrize(
    ("config", "selected"),
    [
        ("", "B"),
        ("CONFIG_A=y\n", "A"),
        ("CONFIG_A=y\nCONFIG_C=y\n", "C"),
        ("# CONFIG_B is not set\n", "A"),
        ("# CONFIG_B is not set\n# CONFIG_A is not set\n", "C"),
        ("# CONFIG_A is not set\n# CONFIG_DEP is not set\n", "A"),
        ("# CONFIG_C is not set\n# CONFIG_B is not set\n# CONFIG_A is not set\n", "C"),
        ("CONFIG_B=y\n# CONFIG_DEP is not set\n", "A"),
    ],
)
def test_a_choice_has_the_value_that_conf_gives_it(config: str, selected: str) -> None:
    configuration = completed(CHOICE, config)
    assert [name for name in "ABC" if configuration.get(name) == "y"] == [selected]


def test_a_choice_without_visible_prompt_still_has_a_value() -> None:
    kconfig = "config X\n\tbool 'x'\nchoice\n\tprompt 'p' if X\n\tdefault B\nconfig A\n\tbool 'a'\n" + (
        "config B\n\tbool 'b'\nendchoice\n"
    )
    assert completed(kconfig, "CONFIG_A=y\n").get("A") == "y"
    assert completed(kconfig, "CONFIG_A=y\n", version="6.1.0").get("A") == "n"


def test_a_select_wins_over_dependencies_and_the_user() -> None:
    kconfig = "config T\n\tbool 't'\n\tdepends on n\nconfig S\n\tbool 's'\n\tselect T\n"
    assert completed(kconfig, "CONFIG_S=y\n# CONFIG_T is not set\n").get("T") == "y"


def test_comparisons_read_numbers_as_c_does() -> None:
    def holds(condition: str) -> bool:
        kconfig = "config N\n\tint\n\tdefault 010\nconfig H\n\thex\n\tdefault 0x10\n"
        return completed(kconfig + f"config R\n\tdef_bool {condition}\n").get("R") == "y"

    assert holds("N = 10")
    assert holds("H = 16")
    assert holds("H > -1") is False  # unsigned, as conf compares hex
    assert holds("H >= 0xf")
    assert holds('"b" > "a"')
    assert holds("UNKNOWN_SYMBOL = UNKNOWN_SYMBOL")
    assert not holds("UNKNOWN_SYMBOL")


def test_the_text_is_what_conf_writes() -> None:
    configuration = completed(
        'mainmenu "Linux/$(ARCH) $(KERNELVERSION) Kernel Configuration"\n'
        "menu 'outer'\nconfig A\n\tbool 'a'\n\tdefault y\nmenu 'inner'\nconfig S\n\tstring 's'\n"
        "\tdefault 'q\" \\\\b'\nendmenu\nendmenu\ncomment 'seen'\nconfig N\n\tbool 'n'\n"
    )
    assert configuration.text() == (
        "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86_64 7.3.0 Kernel Configuration\n#\n"
        '\n#\n# outer\n#\nCONFIG_A=y\n\n#\n# inner\n#\nCONFIG_S="q\\" \\\\b"\n'
        "# end of inner\n# end of outer\n"
        "\n#\n# seen\n#\n# CONFIG_N is not set\n"
    )


def test_autoconf_has_the_macros_of_the_generated_header() -> None:
    configuration = completed(
        MODULES + "config M\n\ttristate 'm'\n\tdefault m\nconfig H\n\thex 'h'\n\tdefault 10\n"
        "config S\n\tstring 's'\n\tdefault 'a\"b'\nconfig N\n\tbool 'n'\nconfig I\n\tint 'i'\n\tdefault 3\n"
    )
    assert configuration.autoconf() == {
        "CONFIG_MODULES": "1",
        "CONFIG_M_MODULE": "1",
        "CONFIG_H": "0x10",
        "CONFIG_S": '"a\\"b"',
        "CONFIG_I": "3",
    }


def test_a_configuration_can_be_read_without_a_model() -> None:
    text = 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_S="x\\"y"\nCONFIG_H=0x10\nCONFIG_I=-4\n'
    configuration = configuration_from_text(arch_named("x86_64"), text)
    assert configuration.values == {"A": "y", "B": "n", "S": 'x"y', "H": "0x10", "I": "-4"}
    assert configuration.text() == text


@given(st.text().filter(lambda text: "\n" not in text and "\r" not in text))
def test_any_string_survives_quoting(text: str) -> None:
    assert unquoted(quoted(text)) == text


@given(st.integers(-(2**62), 2**62))
def test_whole_numbers_are_read_whole(number: int) -> None:
    assert strtoll(str(number), 10) == (number, True)
    assert strtoll(hex(number), 16) == (number, True)
    assert strtoll(f"{number}x", 10) == (number, False)


@given(st.text(max_size=12), st.sampled_from((0, 10, 16)))
def test_any_text_is_read_as_some_number(text: str, base: int) -> None:
    number, _ = strtoll(text, base)
    assert -(2**63) <= number < 2**63
