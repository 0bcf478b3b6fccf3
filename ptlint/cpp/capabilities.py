# SPDX-License-Identifier: GPL-2.0-or-later
"""What a compiler answers to ``__has_attribute`` and ``__has_builtin``.

Source: GCC 12.2 for x86-64, asked for each name; the release notes of GCC 13 to 15; "Attributes in Clang".
"""

from collections.abc import Mapping
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GCC_12: Final = _words(
    """
    access alias aligned alloc_align alloc_size always_inline artificial assume_aligned cdecl cf_check cleanup
    cold common const constructor copy deprecated designated_init destructor error externally_visible
    fallthrough fastcall fentry_name fentry_section flatten force_align_arg_pointer format format_arg
    function_return gnu_inline hot ifunc indirect_branch interrupt leaf malloc may_alias mode ms_abi naked
    no_caller_saved_registers no_icf no_instrument_function no_profile_instrument_function no_reorder
    no_sanitize no_sanitize_address no_sanitize_coverage no_sanitize_thread no_sanitize_undefined
    no_split_stack no_stack_limit no_stack_protector nocf_check noclone nocommon nodirect_extern_access noinit
    noinline noipa nonnull nonstring noplt noreturn nothrow optimize packed patchable_function_entry
    persistent pure regparm retain returns_nonnull returns_twice scalar_storage_order section sentinel simd
    stack_protect stdcall symver sysv_abi target target_clones tls_model transparent_union unavailable
    uninitialized unused used vector_size visibility warn_if_not_aligned warn_unused_result warning weak
    weakref
    zero_call_used_regs
    """
)
_LATER_GCC: Final = {
    "assume": 13, "fd_arg": 13, "fd_arg_read": 13, "fd_arg_write": 13, "strict_flex_array": 13,
    "hardbool": 14, "null_terminated_string_arg": 14, "strub": 14,
    "counted_by": 15, "musttail": 15, "preserve_none": 15,
}  # fmt: skip
_ONLY_GCC: Final = _words(
    "access designated_init externally_visible fentry_name fentry_section function_return indirect_branch "
    "no_icf no_reorder noclone noipa noplt optimize scalar_storage_order stack_protect symver "
    "warn_if_not_aligned"
)
_ONLY_CLANG: Final = _words(
    "btf_decl_tag btf_type_tag capability counted_by diagnose_as_builtin diagnose_if "
    "disable_sanitizer_instrumentation enable_if guarded_by minsize no_builtin noderef address_space "
    "no_sanitize_memory nodebug optnone overloadable pass_dynamic_object_size pass_object_size preserve_all "
    "preserve_most randomize_layout no_randomize_layout strict_flex_array"
)
_LATER_BUILTINS: Final = {
    "__builtin_counted_by_ref": 15, "__builtin_stdc_bit_ceil": 14, "__builtin_stdc_rotate_left": 15,
    "__builtin_nonstring": 99, "__builtin_isfpclass": 99,
}  # fmt: skip
_CLANG_BUILTINS: Final = _words(
    "__builtin_alloca_uninitialized __builtin_assume __builtin_debugtrap __builtin_bitreverse8 "
    "__builtin_bitreverse16 __builtin_bitreverse32 __builtin_bitreverse64 __builtin_rotateleft32 "
    "__builtin_rotateleft64 __builtin_infer_alloc_token __builtin_dump_struct __builtin_verbose_trap "
    "__builtin_is_within_lifetime __builtin_allow_runtime_check"
)
_BUILTIN_PREFIXES: Final = ("__builtin_", "__sync_", "__atomic_")


class Capabilities:
    """The answers of the compiler that predefines the macros *predefined*."""

    def __init__(self, predefined: Mapping[str, str]) -> None:
        self._clang = "__clang__" in predefined
        major = predefined.get("__clang_major__" if self._clang else "__GNUC__", "12")
        self._major = int(major) if major.isdigit() else 12

    @property
    def operators(self) -> tuple[str, ...]:
        """The names of the form ``__has_…`` that are defined, without those that ask for files."""
        known = ("__has_attribute", "__has_builtin", "__has_c_attribute", "__has_cpp_attribute")
        if self._clang or self._major >= 14:
            return (*known, "__has_feature", "__has_extension")
        return known

    def attribute(self, name: str) -> int:
        """Return the value of ``__has_attribute(name)``."""
        if name.startswith("__") and name.endswith("__") and len(name) > 4:
            name = name[2:-2]
        if self._clang:
            return int((name in _GCC_12 and name not in _ONLY_GCC) or name in _ONLY_CLANG)
        return int(name in _GCC_12 or self._major >= _LATER_GCC.get(name, 1000))

    def builtin(self, name: str) -> int:
        """Return the value of ``__has_builtin(name)``."""
        if name in _CLANG_BUILTINS:
            return int(self._clang)
        if name in _LATER_BUILTINS:
            return int(not self._clang and self._major >= _LATER_BUILTINS[name])
        return int(name.startswith(_BUILTIN_PREFIXES))
