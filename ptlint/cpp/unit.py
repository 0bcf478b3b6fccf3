# SPDX-License-Identifier: GPL-2.0-or-later
"""The preprocessor of one tree under one configuration; gives translation units."""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from ptlint.cpp.capabilities import Capabilities
from ptlint.cpp.directives import Block, File, Step
from ptlint.cpp.flags import CommandLines, UnitFlags
from ptlint.cpp.generated import AUTOCONF, Generated
from ptlint.cpp.includes import IncludeSearch
from ptlint.cpp.running import FILE_OPERATORS, Found, Run
from ptlint.cpp.sources import SourceCache
from ptlint.cpp.tokens import Macro, Token
from ptlint.cpp.view import Complaint, Decision, Missing, Region, Undecided, Unit
from ptlint.errors import TreeError
from ptlint.kconfig.arch import Arch
from ptlint.source.tree import Tree

__all__ = ["Complaint", "Configured", "Decision", "Missing", "Predefining", "Preprocessor", "Region",
           "Undecided", "Unit"]  # fmt: skip

_FORCED: Final = (
    "include/linux/compiler-version.h",
    "include/linux/kconfig.h",
    "include/linux/compiler_types.h",
)
_BUILTIN: Final = ("__LINE__", "__FILE__", "__COUNTER__", "__BASE_FILE__", "__INCLUDE_LEVEL__",
                   "__DATE__", "__TIME__", "__TIMESTAMP__")  # fmt: skip


class Configured(Protocol):
    """The part of a `Configuration` that the preprocessor needs."""

    @property
    def arch(self) -> Arch: ...
    @property
    def values(self) -> Mapping[str, str]: ...
    @property
    def types(self) -> Mapping[str, str]: ...
    def autoconf(self) -> Mapping[str, str]: ...


class Predefining(Protocol):
    """The part of a `Toolchain` that the preprocessor needs."""

    def predefined(self, arch: Arch, bits: int, big_endian: bool | None = None) -> Mapping[str, str]: ...


class Preprocessor:
    """Preprocesses units of one tree under one configuration.

    *sources* may be shared with preprocessors of other trees and configurations: then a file is parsed once
    for all of them. *atoms* gives values to constants of generated headers that cannot be computed; see
    `Unit.undecided`.
    """

    def __init__(
        self,
        tree: Tree,
        configuration: Configured,
        toolchain: Predefining,
        sources: SourceCache | None = None,
        atoms: Mapping[str, int] | None = None,
    ) -> None:
        self.tree = tree
        self.configuration = configuration
        self._sources = sources or SourceCache()
        self._atoms = dict(atoms or {})
        arch, values = configuration.arch, configuration.values
        predefined = toolchain.predefined(arch, word_bits(configuration), big_endian(configuration))
        self._capabilities = Capabilities(predefined)
        self._autoconf = _autoconf_file(configuration.autoconf(), self._sources)
        self.generated = Generated(
            tree, arch, values, word_bits(configuration) // 8, self._making_unit, self.tokens
        )
        self._commands = CommandLines(tree, arch, values)
        self._flags: dict[str, UnitFlags] = {}
        self._searches: dict[tuple[str, ...], tuple[IncludeSearch, dict[Step, Found | None]]] = {}
        self._virtual: dict[str, File] = {}
        self._predefined = predefined
        self._tables: dict[tuple[tuple[str, str], ...], dict[str, Macro]] = {}

    def close(self) -> None:
        """Let go of what refers back to here; nothing can be asked any more."""
        self._searches.clear()
        del self.generated

    def unit(self, path: str, module: bool = False) -> Unit:
        """Return the translation unit of the .c file *path*, compiled as part of a module or of the kernel.

        Raises:
            TreeError: there is no such file.
        """
        return self._unit(path, module)

    def file(self, path: str) -> File | None:
        """Return the program of a file of the tree or of a generated header, None if there is none."""
        if path == AUTOCONF:
            return self._autoconf
        known = self._virtual.get(path)
        if known is not None:
            return known
        found = self._sources.file(self.tree, path)
        if found is None:
            content = self.generated.find(path)
            if content is not None:
                found = self._virtual[path] = self._sources.text_file(content, path)
                free = self.generated.free(path)
                if free:
                    found = self._virtual[path] = _with_free(found, free, self._sources)
        return found

    def tokens(self, path: str) -> list[Token]:
        """Return all tokens of the file, active or not, [] if there is none; not to be changed."""
        return self._sources.tokens(self.tree, path)

    def identifiers(self, path: str) -> frozenset[str]:
        """Return all words of the file, those of comments and strings too."""
        return self._sources.identifiers(self.tree, path)

    def _unit(self, path: str, module: bool) -> Unit:
        main = self.file(path)
        if main is None:
            raise TreeError(f"{path}: no such file in the tree")
        flags = self.flags_of(path)
        base = self._base((*flags.defines, *((("MODULE", "1"),) if module else ())))
        search, resolved = self._search(flags.folders)
        names = _kbuild_names(path, self._sources)
        table: dict[str, Macro | None] = {**base, **names}
        run = Run(table, search, resolved, self.file, self._capabilities, self._atoms)
        if self.tree.find(_FORCED[1]) is None:  # a tree for tests, without the kernel's own headers
            run.enter(self._autoconf, -1)
        for forced in _FORCED:
            file = self.file(forced)
            if file is not None:
                run.files.setdefault(forced)
                run.enter(file, -1)
        run.files.setdefault(path)
        run.enter(main, -1)
        run.finish()
        return Unit(
            path,
            module,
            {**base, **names},
            tuple(run.files),
            run.trace,
            run.met,
            self._sources.definers,
            tuple(run.missing),
            tuple(run.undecided),
            tuple(run.complaints),
            run.sequence,
        )

    def _base(self, defines: tuple[tuple[str, str], ...]) -> dict[str, Macro]:
        known = self._tables.get(defines)
        if known is None:
            given = self._sources.given
            known = {}
            for name, text in (*self._predefined.items(), ("__KERNEL__", "1"), *defines):
                macro = given(name, text)
                known[macro.name] = macro
            for name in (*_BUILTIN, *FILE_OPERATORS, *self._capabilities.operators):
                known[name] = self._sources.builtin(name)
            self._tables[defines] = known
        return known

    def flags_of(self, path: str) -> UnitFlags:
        """Return what the command line of the unit *path* says to the preprocessor."""
        known = self._flags.get(path)
        if known is None:
            known = self._flags[path] = self._commands.flags(path)
        return known

    @property
    def forced(self) -> tuple[str, ...]:
        """The headers that every unit begins with."""
        return _FORCED

    def search(self, path: str) -> IncludeSearch:
        """Return the search for the headers of the unit *path*."""
        return self._search(self.flags_of(path).folders)[0]

    def _search(self, folders: tuple[str, ...]) -> tuple[IncludeSearch, dict[Step, Found | None]]:
        known = self._searches.get(folders)
        if known is None:
            known = self._searches[folders] = (IncludeSearch(self.tree, folders, self.generated.has), {})
        return known

    def _making_unit(self, path: str) -> Unit | None:
        """Return the unit of a C file that makes a generated header, None if there is no such file."""
        return self._unit(path, False) if self.file(path) else None


def word_bits(configuration: Configured) -> int:
    """Return 64 or 32: the size of a word under the configuration."""
    bits = configuration.arch.bits
    if bits is None:
        bits = 64 if configuration.values.get("64BIT") == "y" else 32
    return bits


def big_endian(configuration: Configured) -> bool | None:
    """Return whether the machine is big-endian, None if the architecture alone says it."""
    values = configuration.values
    if values.get("CPU_BIG_ENDIAN") == "y":
        return True
    return False if values.get("CPU_LITTLE_ENDIAN") == "y" else None


def _kbuild_names(path: str, sources: SourceCache) -> dict[str, Macro]:
    """Return the macros by which a unit knows its own name. The module's name is taken for the file's."""
    stem = path.rpartition("/")[2].rpartition(".")[0].replace("-", "_").replace(",", "_")
    texts = {
        "KBUILD_BASENAME": f'"{stem}"',
        "KBUILD_MODNAME": f'"{stem}"',
        "KBUILD_MODFILE": f'"{path.removesuffix(".c")}"',
        "__KBUILD_MODNAME": stem,
    }
    return {name: sources.given(name, text) for name, text in texts.items()}


def _autoconf_file(macros: Mapping[str, str], sources: SourceCache) -> File:
    """Return generated/autoconf.h. Equal definitions under other configurations are the same objects."""
    return _made_of(AUTOCONF, (sources.given(name, text, AUTOCONF) for name, text in macros.items()), sources)


def _with_free(file: File, names: Iterable[str], sources: SourceCache) -> File:
    """Return *file* with macros added whose values are not known."""
    block = Block(file.path)
    for name in names:
        _add(block, sources.free(name, file.path))
    step = Step(0, 0)
    step.block = block
    made = File(file.path, [*file.steps, step], [*file.blocks, block], None)
    sources.index_block(block)
    return made


def _made_of(path: str, macros: Iterable[Macro], sources: SourceCache) -> File:
    block = Block(path)
    for macro in macros:
        _add(block, macro)
    step = Step(0, 0)
    step.block = block
    sources.index_block(block)
    return File(path, [step], [block], None)


def _add(block: Block, macro: Macro) -> None:
    block.history.append((block.length, macro.name, macro))
    block.final[macro.name] = macro
    block.length += 1
