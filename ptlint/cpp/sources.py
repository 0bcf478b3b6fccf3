# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known of the content of source files, whatever the configuration. May serve many trees at once."""

import re
from typing import Final

from ptlint.cpp.directives import Block, File, parse
from ptlint.cpp.tokens import Macro, Token, lex
from ptlint.source.tree import Tree, content_digest

_IDENTIFIERS: Final = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")

_Key = tuple[str, str]  # path, digest of the content


class SourceCache:
    """Files parsed and lexed once, by path and content. Grows with what it is asked for and never forgets."""

    def __init__(self) -> None:
        self._files: dict[_Key, File] = {}
        self._tokens: dict[_Key, list[Token]] = {}
        self._identifiers: dict[str, frozenset[str]] = {}
        self._given: dict[tuple[str, str, str], Macro] = {}
        self.definers: dict[str, list[Block]] = {}
        """For each name the blocks of all files that define or undefine it."""

    def file(self, tree: Tree, path: str) -> File | None:
        """Return the program of the file, None if the tree has none there."""
        digest = tree.digest(path)
        if digest is None:
            return None
        known = self._files.get((path, digest))
        if known is None:
            content = tree.find(path)
            if content is None:
                return None
            known = self._parsed(content, path, digest)
        return known

    def text_file(self, content: bytes, path: str) -> File:
        """Return the program of a file that lies in no tree."""
        digest = content_digest(content)
        known = self._files.get((path, digest))
        return self._parsed(content, path, digest) if known is None else known

    def _parsed(self, content: bytes, path: str, digest: str) -> File:
        file = self._files[path, digest] = parse(content, path)
        for block in file.blocks:
            if block.final:
                self.index_block(block)
        return file

    def index_block(self, block: Block) -> None:
        """Note what a block defines. Once for a block that was not parsed here."""
        definers = self.definers
        for name in block.final:
            found = definers.get(name)
            if found is None:
                definers[name] = [block]
            else:
                found.append(block)

    def given(self, name: str, text: str, path: str = "") -> Macro:
        """Return the macro that ``-D name=text`` defines; *name* may hold parameters. Equal ones are one."""
        known = self._given.get((name, text, path))
        if known is None:
            head, bracket, rest = name.partition("(")
            parameters = None
            if bracket:
                parameters = tuple(part.strip() for part in rest.rstrip(") ").split(",") if part.strip())
            source = text.encode("utf-8", "surrogateescape")
            known = Macro(head, parameters, False, source, path, 0)
            self._given[name, text, path] = known
        return known

    def builtin(self, name: str) -> Macro:
        """Return the macro for a name whose value the preprocessor itself gives."""
        known = self._given.get((name, "", "<built-in>"))
        if known is None:
            known = Macro(name, None, False, b"", "", 0, builtin=True)
            self._given[name, "", "<built-in>"] = known
        return known

    def free(self, name: str, path: str) -> Macro:
        """Return the macro for a constant of the generated header *path* that is not known."""
        known = self._given.get((name, "<free>", path))
        if known is None:
            known = self._given[name, "<free>", path] = Macro(name, None, False, b"", path, 0, free=True)
        return known

    def tokens(self, tree: Tree, path: str) -> list[Token]:
        """Return the tokens of the whole file, [] if there is none; not to be changed."""
        digest = tree.digest(path)
        if digest is None:
            return []
        known = self._tokens.get((path, digest))
        if known is None:
            known = self._tokens[path, digest] = lex(tree.find(path) or b"", path)
        return known

    def identifiers(self, tree: Tree, path: str) -> frozenset[str]:
        """Return all words of the file, those of comments and strings too; empty if there is none."""
        digest = tree.digest(path)
        if digest is None:
            return frozenset()
        known = self._identifiers.get(digest)
        if known is None:
            words = set(_IDENTIFIERS.findall(tree.find(path) or b""))
            known = self._identifiers[digest] = frozenset(word.decode("ascii") for word in words)
        return known
