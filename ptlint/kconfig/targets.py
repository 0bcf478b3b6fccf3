# SPDX-License-Identifier: GPL-2.0-or-later
"""The macros that GCC and clang predefine for a target, as far as kernels test them.

For architectures whose complete list a profile does not hold. Source: the ABI of each target, and the
predefines that the Makefiles of the kernel's architectures rely on.
"""

from collections.abc import Mapping
from types import MappingProxyType

_NAMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "alpha": {"__alpha__": "1", "__alpha": "1"},
        "arc": {"__arc__": "1", "__ARCHS__": "1"},
        "arm": {"__arm__": "1", "__ARM_EABI__": "1", "__ARM_ARCH": "7", "__ARM_ARCH_7A__": "1"},
        "arm64": {"__aarch64__": "1", "__ARM_ARCH": "8", "__ARM_64BIT_STATE": "1"},
        "csky": {"__csky__": "2", "__CSKYABIV2__": "1"},
        "hexagon": {"__hexagon__": "1", "__HEXAGON_ARCH__": "60"},
        "ia64": {"__ia64__": "1", "__ia64": "1"},
        "loongarch": {"__loongarch__": "1"},
        "m68k": {"__m68k__": "1", "__mc68000__": "1", "__mc68020__": "1"},
        "microblaze": {"__microblaze__": "1", "__MICROBLAZE__": "1"},
        "mips": {"__mips__": "1"},
        "nios2": {"__nios2__": "1", "__NIOS2__": "1"},
        "openrisc": {"__or1k__": "1", "__OR1K__": "1"},
        "parisc": {"__hppa__": "1", "__hppa": "1"},
        "powerpc": {"__powerpc__": "1", "__PPC__": "1"},
        "riscv": {"__riscv": "1", "__riscv_atomic": "1", "__riscv_mul": "1"},
        "s390": {"__s390__": "1", "__s390x__": "1"},
        "sh": {"__sh__": "1", "__SH4__": "1"},
        "sparc": {"__sparc__": "1", "__sparc": "1"},
        "x86": {},
        "um": {},
        "xtensa": {"__xtensa__": "1", "__XTENSA__": "1"},
    }
)
"""Names of the target."""


def core_macros(srcarch: str, bits: int, big_endian: bool) -> Mapping[str, str]:
    """Return the macros of a target: its names, word sizes, types and byte order."""
    order = (_BIG if big_endian else _LITTLE).get(srcarch, {})
    names = _NAMES.get(srcarch, {})
    return MappingProxyType(
        {**_sizes(bits), **_byte_order(big_endian), **names, **_sized(srcarch, bits), **order}
    )


_BIG: Mapping[str, Mapping[str, str]] = {
    "arc": {"__BIG_ENDIAN__": "1"},
    "arm": {"__ARMEB__": "1"},
    "arm64": {"__AARCH64EB__": "1"},
    "csky": {"__cskyBE__": "1"},
    "m68k": {},
    "microblaze": {"__BIG_ENDIAN__": "1"},
    "mips": {"__MIPSEB__": "1", "_MIPSEB": "1", "__MIPSEB": "1"},
    "powerpc": {"__BIG_ENDIAN__": "1", "_BIG_ENDIAN": "1"},
    "sh": {"__BIG_ENDIAN__": "1"},
    "xtensa": {"__XTENSA_EB__": "1"},
}
_LITTLE: Mapping[str, Mapping[str, str]] = {
    "arm": {"__ARMEL__": "1"},
    "arm64": {"__AARCH64EL__": "1"},
    "csky": {"__cskyLE__": "1"},
    "microblaze": {"_LITTLE_ENDIAN": "1", "__MICROBLAZEEL__": "1"},
    "mips": {"__MIPSEL__": "1", "_MIPSEL": "1", "__MIPSEL": "1"},
    "powerpc": {"__LITTLE_ENDIAN__": "1", "_LITTLE_ENDIAN": "1"},
    "sh": {"__LITTLE_ENDIAN__": "1"},
    "xtensa": {"__XTENSA_EL__": "1"},
}


def _sized(srcarch: str, bits: int) -> dict[str, str]:
    """Return the macros of the target that tell its word size."""
    wide = bits == 64
    if srcarch == "loongarch":
        return {"__loongarch_grlen": str(bits), "__loongarch64" if wide else "__loongarch32": "1"}
    if srcarch == "mips":
        return {
            "__mips": "64" if wide else "32",
            "_MIPS_SIM": "_ABI64" if wide else "_ABIO32",
            "_ABI64": "3",
            "_ABIN32": "2",
            "_ABIO32": "1",
            "_MIPS_SZPTR": str(bits),
            "_MIPS_SZLONG": str(bits),
            "_MIPS_SZINT": "32",
            "_MIPS_ISA": "_MIPS_ISA_MIPS64" if wide else "_MIPS_ISA_MIPS32",
            **({"__mips64": "1"} if wide else {}),
        }
    if srcarch == "parisc":
        return {"_PA_RISC2_0": "1", "__LP64__": "1"} if wide else {"_PA_RISC1_1": "1"}
    if srcarch == "powerpc":
        return {"__powerpc64__": "1", "__PPC64__": "1"} if wide else {}
    if srcarch == "riscv":
        return {"__riscv_xlen": str(bits)}
    if srcarch == "sparc":
        return {"__arch64__": "1", "__sparc_v9__": "1"} if wide else {"__sparc_v8__": "1"}
    if srcarch in ("x86", "um"):
        return {"__x86_64__": "1", "__x86_64": "1"} if wide else {"__i386__": "1", "__i386": "1"}
    return {}


def _byte_order(big_endian: bool) -> dict[str, str]:
    order = "__ORDER_BIG_ENDIAN__" if big_endian else "__ORDER_LITTLE_ENDIAN__"
    return {
        "__ORDER_LITTLE_ENDIAN__": "1234",
        "__ORDER_BIG_ENDIAN__": "4321",
        "__ORDER_PDP_ENDIAN__": "3412",
        "__BYTE_ORDER__": order,
        "__FLOAT_WORD_ORDER__": order,
    }


def _sizes(bits: int) -> dict[str, str]:
    """Return the macros of sizes, limits and types that all targets share, for the ABIs of Linux."""
    wide = bits == 64
    word = "long int" if wide else "int"
    long_max = "0x7fffffffffffffffL" if wide else "0x7fffffffL"
    int64 = "long int" if wide else "long long int"
    suffix = "L" if wide else "LL"
    size = "long unsigned int" if wide else "unsigned int"
    return {
        "__STDC__": "1",
        "__STDC_HOSTED__": "1",
        "__STDC_VERSION__": "201112L",
        "__ELF__": "1",
        "__linux__": "1",
        "__linux": "1",
        "linux": "1",
        "__unix__": "1",
        "__unix": "1",
        "unix": "1",
        "__gnu_linux__": "1",
        "__CHAR_BIT__": "8",
        "__CHAR_UNSIGNED__": "1",
        "__OPTIMIZE__": "1",
        "__SIZEOF_SHORT__": "2",
        "__SIZEOF_INT__": "4",
        "__SIZEOF_LONG__": "8" if wide else "4",
        "__SIZEOF_LONG_LONG__": "8",
        "__SIZEOF_POINTER__": "8" if wide else "4",
        "__SIZEOF_SIZE_T__": "8" if wide else "4",
        "__SIZEOF_PTRDIFF_T__": "8" if wide else "4",
        "__SIZEOF_WCHAR_T__": "2",
        "__SIZEOF_WINT_T__": "4",
        **({"__SIZEOF_INT128__": "16", "__LP64__": "1", "_LP64": "1"} if wide else {}),
        "__SCHAR_MAX__": "0x7f",
        "__SHRT_MAX__": "0x7fff",
        "__INT_MAX__": "0x7fffffff",
        "__LONG_MAX__": long_max,
        "__LONG_LONG_MAX__": "0x7fffffffffffffffLL",
        "__INT_WIDTH__": "32",
        "__LONG_WIDTH__": str(bits),
        "__LONG_LONG_WIDTH__": "64",
        "__SIZE_TYPE__": size,
        "__SIZE_MAX__": "0xffffffffffffffffUL" if wide else "0xffffffffU",
        "__PTRDIFF_TYPE__": word,
        "__INTPTR_TYPE__": word,
        "__UINTPTR_TYPE__": size,
        "__WCHAR_TYPE__": "short unsigned int",
        "__WINT_TYPE__": "unsigned int",
        "__INT8_TYPE__": "signed char",
        "__INT16_TYPE__": "short int",
        "__INT32_TYPE__": "int",
        "__INT64_TYPE__": int64,
        "__UINT8_TYPE__": "unsigned char",
        "__UINT16_TYPE__": "short unsigned int",
        "__UINT32_TYPE__": "unsigned int",
        "__UINT64_TYPE__": int64.replace("int", "unsigned int"),
        "__INT64_C(c)": f"c ## {suffix}",
        "__UINT64_C(c)": f"c ## U{suffix}",
        "__INT64_MAX__": f"0x7fffffffffffffff{suffix}",
        "__UINT64_MAX__": f"0xffffffffffffffffU{suffix}",
    }
