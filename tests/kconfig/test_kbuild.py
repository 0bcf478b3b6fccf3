# SPDX-License-Identifier: GPL-2.0-or-later
"""Makefiles, and what Kbuild compiles."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.configuration import configuration_from_text
from ptlint.kconfig.kbuild import Kbuild
from ptlint.kconfig.makefile import Makefile
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.source.tree import DiskTree, MemoryTree


def evaluated(text: str, config: dict[str, str] | None = None, **files: str) -> Makefile:
    tree = MemoryTree({name.replace("__", "/"): content.encode() for name, content in files.items()})
    make = Makefile(tree.find, tree.entries, {"srctree": "."}, config or {})
    make.evaluate(text)
    return make


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("V := a \\\n  b\n", "a b"),
        ("V = $(W)\nW = late\n", "late"),
        ("V := $(W)\nW = late\n", ""),
        ("W = 1\nV := $(W)\nV += 2 # note\n", "1 2"),
        ("V ?= a\nV ?= b\n", "a"),
        ("V := $(CONFIG_A:m=y) $(subst m,y,$(CONFIG_B)) $(CONFIG_C)\n", "y y "),
        ("V := $(if $(CONFIG_A),yes,no) $(or $(CONFIG_C),$(CONFIG_A)) $(and $(CONFIG_A),x)\n", "yes m x"),
        ("ifeq ($(CONFIG_A),m)\nV := 1\nelse ifdef CONFIG_B\nV := 2\nelse\nV := 3\nendif\n", "1"),
        ("ifneq ($(CONFIG_A),m)\nV := 1\nelse ifdef CONFIG_B\nV := 2\nelse\nV := 3\nendif\n", "2"),
        ("ifdef CONFIG_C\nV := 1\nifdef CONFIG_A\nV := 2\nendif\nelse\nV := 3\nendif\n", "3"),
        ("ifeq \"$(CONFIG_A)\" 'm'\nV := 1\nendif\n", "1"),
        (
            "L := a.o b.c c.o\nV := $(filter %.o,$(L)) $(filter-out %.o,$(L)) $(L:.o=.x)\n",
            "a.o c.o b.c a.x b.c c.x",
        ),
        ("V := $(patsubst %.c,%.o,a.c b.h) $(addprefix d/,x y) $(addsuffix .o,x)\n", "a.o b.h d/x d/y x.o"),
        ("V := $(sort b a b) $(words a b c) $(word 2,a b) $(firstword a b) $(lastword a b)\n", "a b 3 b a b"),
        ("V := $(notdir a/b c) $(dir a/b c) $(basename a.c d/b.x.o) $(suffix a.c)\n", "b c a/ ./ a d/b.x .c"),
        ("V := $(foreach w,a b,<$(w)>)\n", "<a> <b>"),
        ("f = [$(2)-$(1)]\nV := $(call f,a,b)\n", "[b-a]"),
        ("define f\nV += $(1)\n\nendef\n$(eval $(foreach w,a b,$(call f,$(w))))\n", "a b"),
        ("target: x\n\tV := recipe\nV := real\n", "real"),
        ("ifdef CONFIG_A\n\tV := tabbed\nendif\n", "tabbed"),
        ("V := $(shell touch /tmp/x) $(shell uname -m)$$\n", " x86_64$"),
        ("V = $(V)\n", ""),
        ("include $(srctree)/sub/file.mk\n", "included"),
        ("V := $(wildcard sub/*.mk) $(wildcard none)\n", "sub/file.mk "),
        ("export V := out\n", "out"),
        ("x-$(subst m,y,$(CONFIG_A)) += 1\nV := $(x-y)\n", "1"),
    ],
)
def test_makefiles_are_evaluated_as_make_evaluates_them(text: str, value: str) -> None:
    make = evaluated(
        text, {"A": "m", "B": "y", "C": "n"}, sub__file_mk="", **{"sub__file.mk": "V := included\n"}
    )
    assert make.value("V") == value


PIECES = [
    "ifeq (",
    "a,b)",
    "\nelse\n",
    "\nendif\n",
    "define V\n",
    "endef\n",
    "$(V)",
    "$(",
    ")",
    "V := ",
    "V += ",
    "V = ",
    "$(eval ",
    "$(call V,",
    "$(if ",
    "\t",
    ":",
    "#",
    "\n",
    "$(foreach V,a b,",
    "$(word 0,",
    "\\\n",
    "include x\n",
    "$(value V)",
    "${V:a=b}",
    "$(patsubst %,",
    "$(wordlist 2,1,",
]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=30,
    ).map("".join)
    | st.text(max_size=40)
)
def test_any_makefile_can_be_evaluated(text: str) -> None:
    evaluated(text).value("V")


def test_a_makefile_that_doubles_itself_comes_to_an_end() -> None:
    make = evaluated("V = $(call V,)$(call V,)\nW = $(V)\nX = " + "x" * 1000 + "\n")
    assert make.value("W") == ""
    doubled = "".join(f"D{i} = $(D{i + 1})$(D{i + 1})\n" for i in range(60)) + "D60 = text\n"
    evaluated(doubled).value("D0")


TREE = {
    "Makefile": b"VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\n",
    "Kbuild": b"obj-y += mm/ arch/$(SRCARCH)/ $(ARCH_LIB)\nobj-$(CONFIG_NET) += net/\n",
    "arch/x86/Makefile": b"BITS := 64\nexport BITS\nlibs-y += arch/x86/lib/\n",
    "arch/x86/Kbuild": b"obj-y += mm/ platform/deep/\nobj-$(subst m,y,$(CONFIG_HYPER)) += hyper/\n",
    "arch/x86/mm/Makefile": (
        b"obj-y := init_$(BITS).o pgtable.o\nobj-$(CONFIG_XEN) += xen.o\nobj-y += ../lib/odd.o\n"
    ),
    "arch/x86/platform/deep/Makefile": b"obj-y += deep.o\n",
    "arch/x86/hyper/Makefile": b"obj-y += mmu.o\n",
    "arch/x86/lib/Makefile": b"lib-y := delay.o\n",
    "arch/x86/kvm/Makefile": b"include $(srctree)/virt/kvm/Makefile.kvm\n",
    "mm/Makefile": (
        b"mmu-y := nommu.o\nmmu-$(CONFIG_MMU) := memory.o mmu_gather.o\nobj-y := util.o\nobj-y += $(mmu-y)\n"
        b"obj-$(CONFIG_DRV) += drv.o\ndrv-y := one.o\ndrv-$(CONFIG_XEN) += two.o\ndrv-objs += three.o\n"
        b"obj-m += both.o\nobj-y += both.o\n"
    ),
    "net/Makefile": b"obj-y += core.o\nobj-m += extra.o\nobj-y += sub/\n",
    "net/sub/Makefile": b"obj-m += deep.o\nobj-y += never.o\n",
}


@pytest.mark.parametrize(
    ("config", "path", "built"),
    [
        ("", "mm/util.c", "y"),
        ("", "mm/nommu.c", "y"),
        ("CONFIG_MMU=y\n", "mm/nommu.c", None),
        ("CONFIG_MMU=y\n", "mm/mmu_gather.c", "y"),
        ("", "mm/mmu_gather.c", None),
        ("CONFIG_DRV=m\n", "mm/one.c", "m"),
        ("CONFIG_DRV=m\n", "mm/two.c", None),
        ("CONFIG_DRV=y\nCONFIG_XEN=y\n", "mm/two.c", "y"),
        ("CONFIG_DRV=m\n", "mm/three.c", "m"),
        ("CONFIG_DRV=m\n", "mm/drv.c", None),
        ("", "mm/both.c", "y"),
        ("", "arch/x86/mm/init_64.c", "y"),
        ("", "arch/x86/mm/init_32.c", None),
        ("", "arch/x86/mm/xen.c", None),
        ("", "arch/x86/platform/deep/deep.c", "y"),
        ("CONFIG_HYPER=m\n", "arch/x86/hyper/mmu.c", "y"),
        ("", "arch/x86/hyper/mmu.c", None),
        ("", "arch/x86/lib/delay.c", "y"),
        ("", "arch/x86/lib/odd.c", "y"),
        ("", "arch/arm/mm/mmu.c", None),
        ("CONFIG_NET=y\n", "net/core.c", "y"),
        ("CONFIG_NET=m\n", "net/core.c", None),
        ("CONFIG_NET=m\n", "net/extra.c", "m"),
        ("CONFIG_NET=m\n", "net/sub/deep.c", "m"),
        ("CONFIG_NET=m\n", "net/sub/never.c", None),
        ("", "mm/util.h", None),
        ("", "none/x.c", None),
    ],
)
def test_a_file_is_built_as_its_makefiles_say(config: str, path: str, built: str | None) -> None:
    kbuild = Kbuild(MemoryTree(TREE), configuration_from_text(arch_named("x86_64"), config))
    assert kbuild.built(path) == built


@pytest.mark.kernel
@pytest.mark.parametrize("version", ["6.12", "latest"])
def test_real_kernels_build_what_their_default_configuration_asks_for(
    version: str, kernel_tree: Callable[[str], Path]
) -> None:
    tree = DiskTree(kernel_tree(version))
    expected = {
        "mm/mmu_gather.c": "y",
        "mm/nommu.c": None,
        "mm/kasan/init.c": None,
        "arch/x86/mm/pgtable.c": "y",
        "arch/x86/mm/init_64.c": "y",
        "arch/x86/mm/init_32.c": None,
        "arch/x86/xen/mmu_pv.c": None,
        "arch/x86/kernel/head64.c": "y",
        "arch/x86/lib/delay.c": "y",
        "arch/arm/mm/mmu.c": None,
        "virt/kvm/kvm_main.c": None,
        "net/netfilter/nf_log_syslog.c": "m",
        "drivers/net/ethernet/intel/e1000/e1000_main.c": "y",
    }
    model = Model.load(tree, arch_named("x86_64"), toolchain_named(DEFAULT))
    kbuild = Kbuild(tree, model.defconfig())
    assert {path: kbuild.built(path) for path in expected} == expected
    guest = Kbuild(tree, model.defconfig({"XEN_PV": "y", "KVM_INTEL": "m"}))
    assert guest.built("arch/x86/xen/mmu_pv.c") == "y"
    assert guest.built("virt/kvm/kvm_main.c") == "m"


@pytest.mark.kernel
def test_the_makefiles_name_the_default_configurations(kernel_tree: Callable[[str], Path]) -> None:
    tree = DiskTree(kernel_tree("latest"))
    named = {"i386": "i386_defconfig", "x86": "x86_64_defconfig", "um": "x86_64_defconfig"}
    named |= {
        "powerpc": "ppc64le_defconfig",
        "sparc": "sparc32_defconfig",
        "parisc64": "generic-64bit_defconfig",
    }
    for arch, name in named.items():
        model = Model.load(tree, arch_named(arch), toolchain_named(DEFAULT))
        assert model.defconfig_name() == name
        assert model.defconfig_text()
