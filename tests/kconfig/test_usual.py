# SPDX-License-Identifier: GPL-2.0-or-later
"""The configurations that people build without choosing."""

from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.kconfig.usual import usual_values
from ptlint.source.tree import MemoryTree

KCONFIG = b"""\
mainmenu "x"
config 64BIT
	bool "64 bits"
config MODULES
	bool "modules"
	modules
config A
	bool "a"
config B
	tristate "b"
	depends on A
config C
	def_bool y
	depends on !A
config N
	int "n"
	default 7
choice
	prompt "c"
config ONE
	bool "one"
config TWO
	bool "two"
endchoice
"""
FILES = {
    "Makefile": b"VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\n",
    "Kconfig": KCONFIG,
    "arch/x86/Kconfig": b"",
    "arch/x86/Makefile": b"ifeq ($(ARCH),i386)\nKBUILD_DEFCONFIG := i386_defconfig\nelse\n"
    b"KBUILD_DEFCONFIG := x86_64_defconfig\nendif\n",
    "arch/x86/configs/x86_64_defconfig": b"CONFIG_64BIT=y\nCONFIG_A=y\n",
    "arch/x86/configs/i386_defconfig": b"CONFIG_B=m\n",
    "arch/x86/configs/board/big_defconfig": b"CONFIG_N=9\nCONFIG_TWO=y\n",
    "arch/x86/configs/tiny.config": b"CONFIG_N=1\n",
}
NAMES = ("A", "B", "C", "N", "ONE", "TWO", "ABSENT")


def usual(assume: dict[str, str]) -> dict[str, dict[str, str]]:
    model = Model.load(MemoryTree(FILES), arch_named("x86_64"), toolchain_named(DEFAULT))
    return {name: dict(values) for name, values in usual_values(model, NAMES, assume)}


def test_the_own_defconfig_comes_first_and_those_of_another_arch_not_at_all() -> None:
    assert list(usual({})) == ["x86_64_defconfig", "board/big_defconfig", "allmodconfig", "allnoconfig"]


def test_their_values() -> None:
    found = usual({})
    no = {"A": "n", "N": "7", "ONE": "y", "TWO": "n"}
    assert found["x86_64_defconfig"] == no | {"A": "y", "B": "n"}
    assert found["board/big_defconfig"] == no | {"C": "y", "N": "9", "ONE": "n", "TWO": "y"}
    assert found["allmodconfig"] == no | {"A": "y", "B": "m"}
    assert found["allnoconfig"] == no | {"C": "y"}


def test_what_is_assumed_holds_in_them() -> None:
    found = usual({"A": "n", "ABSENT": "y"})
    assert {values["A"] for values in found.values()} == {"n"}
    assert {values["ABSENT"] for values in found.values()} == {"y"}
    assert all("B" not in values for values in found.values())
