# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the Kconfig files of a tree into Kconfiglib's objects, as the kernel's own conf reads them.

Kconfiglib 14.1.0 is the last release (2020) and asks the machine it runs on: files, the environment,
the shell. `Language` keeps its objects and expressions, and replaces what opens files and parses blocks;
`ptlint.kconfig.macros` is the preprocessor. Nothing here reads the disk, the environment, or runs a program.

What conf does and Kconfiglib does not (the kernel's scripts/kconfig is the reference):

* ``modules`` (5.13), ``transitional`` (6.18; it goes with a help text only), ``depends on A if B`` (7.x).
* ``source`` names one file, relative to the top of the tree; no patterns. Since 7.1 none may be named twice.
* Since 6.11 the members of a choice depend on what the choice depends on, not on the choice itself.
* The type of a symbol that is given twice is the first one.

How values are computed is in `ptlint.kconfig.evaluation`.
"""

from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any

import kconfiglib as k

from ptlint.errors import KconfigError
from ptlint.kconfig.macros import Macros

Expression = Any
"""A Kconfiglib expression: a symbol, a choice, or a tuple of an operator and its operands."""

_T_TRANSITIONAL = 1000
"""A token of ours, beside Kconfiglib's (1 to 50)."""

_END_NAMES = {k._T_ENDCHOICE: "endchoice", k._T_ENDIF: "endif", k._T_ENDMENU: "endmenu"}
_BLOCK_NAMES = {k._T_ENDCHOICE: "choice", k._T_ENDIF: "if", k._T_ENDMENU: "menu"}
_OF_SYMBOLS = frozenset(
    {k._T_SELECT, k._T_IMPLY, k._T_HELP, k._T_DEFAULT, k._T_PROMPT, k._T_RANGE, k._T_MODULES, _T_TRANSITIONAL}
    | k._TYPE_TOKENS
    | k._DEF_TOKEN_TO_TYPE.keys()
)
"""Properties that only symbols and choices have."""


class Language(Macros):
    """The Kconfig files of one architecture as Kconfiglib's objects.

    Raises:
        kconfiglib.KconfigError: the files cannot be read.
    """

    def __init__(
        self,
        find: Callable[[str], bytes | None],
        environment: Mapping[str, str],
        shell: Callable[[str], str],
        *,
        member_choices: bool = True,
        sourced_once: bool = False,
    ) -> None:
        """Read the file "Kconfig" and what it sources.

        Args:
            find: gives the content of a file of the tree.
            environment: the variables that ``$(NAME)`` may name.
            shell: gives the answer to ``$(shell,command)``.
            member_choices: the rules of 6.11 and later for choices.
            sourced_once: the rule of 7.1 and later that no file is sourced twice.
        """
        self.top_node: Any
        self.filename: str
        self._include_path: tuple[tuple[str, int], ...]
        self._find = find
        self._set_up_macros(environment, shell)
        self.member_choices = member_choices
        self._sourced_once = sourced_once
        self._sourced: dict[str, str] = {}
        self.transitional: set[Any] = set()
        self.has_modules = False
        self.selectors: dict[Any, list[tuple[Any, Expression, Expression]]] = {}
        self.impliers: dict[Any, list[tuple[Any, Expression, Expression]]] = {}
        super().__init__(warn=True, warn_to_stderr=False)

    # Reading

    def _init(self, filename: str, warn: bool, warn_to_stderr: bool, encoding: str) -> None:
        self._set_up(filename, warn, warn_to_stderr, encoding)
        self._readline = self._open(filename, "r").readline
        self._parse_block(None, self.top_node, self.top_node).next = None
        self.top_node.list = self.top_node.next
        self.top_node.next = None
        self._parsing_kconfigs = False

        self._finalize_node(self.top_node, self.y)
        for target, terms in self.selectors.items():
            target.rev_dep = self._any_of([self._make_and(source, cond) for source, cond, _ in terms])
        for target, terms in self.impliers.items():
            target.weak_rev_dep = self._any_of([self._make_and(source, cond) for source, cond, _ in terms])
        self.unique_defined_syms = list(dict.fromkeys(self.defined_syms))
        self.unique_choices = list(dict.fromkeys(self.choices))
        self._build_dep()
        for symbol in self.unique_defined_syms:
            k._check_dep_loop_sym(symbol, False)
        for symbol in self.unique_defined_syms:
            if symbol in self.transitional:
                _check_transitional(symbol)
        self._add_choice_deps()

    def _set_up(self, filename: str, warn: bool, warn_to_stderr: bool, encoding: str) -> None:
        """Set the attributes that Kconfiglib's methods need; none of them comes from the environment."""
        self._encoding = encoding
        self.srctree = self._srctree_prefix = ""
        self.warn = warn
        self.warn_to_stderr = warn_to_stderr
        self.warn_assign_undef = False
        self.warn_assign_override = self.warn_assign_redun = False
        self._warn_assign_no_prompt = False
        self.warnings: list[str] = []
        self.config_prefix = "CONFIG_"
        self._set_match = k._re_match(r"CONFIG_([^=]+)=(.*)")
        self._unset_match = k._re_match(r"# CONFIG_([^ ]+) is not set")
        self.config_header = self.header_header = ""
        self.syms: dict[str, Any] = {}
        self.const_syms: dict[str, Any] = {}
        self.defined_syms: list[Any] = []
        self.missing_syms: list[tuple[str, str]] = []
        self.named_choices: dict[str | None, Any] = {}
        self.choices: list[Any] = []
        self.menus: list[Any] = []
        self.comments: list[Any] = []
        for name, value in (("n", 0), ("m", 1), ("y", 2)):
            symbol = k.Symbol()
            symbol.kconfig = self
            symbol.name = name
            symbol.is_constant = True
            symbol.orig_type = k.TRISTATE
            symbol._cached_tri_val = value
            self.const_syms[name] = symbol
        self.n, self.m, self.y = (self.const_syms[name] for name in "nmy")
        for symbol in (self.n, self.m, self.y):
            symbol.rev_dep = symbol.weak_rev_dep = symbol.direct_dep = self.n
        self._parsing_kconfigs = True
        self.modules = self._lookup_sym("MODULES")
        self.defconfig_list = None
        top = self.top_node = k.MenuNode()
        top.kconfig = self
        top.item = k.MENU
        top.is_menuconfig = True
        top.visibility = top.dep = self.y
        top.prompt = ("Main menu", self.y)
        top.parent = None
        top.filename = filename
        top.linenr = 1
        top.include_path = ()
        self.kconfig_filenames = [filename]
        self.env_vars: set[str] = set()
        self._filestack: list[Any] = []
        self._include_path = ()
        self.filename = filename
        self.linenr = 0
        self._reuse_tokens = False
        self._line = ""

    def _open(self, filename: str, mode: str) -> StringIO:
        content = self._find(filename) if mode == "r" else None
        if content is None:
            raise k.KconfigError(f"{self.filename}:{self.linenr}: cannot read '{filename}'")
        return StringIO(content.decode("utf-8", "replace").replace("\r", ""))

    def _enter(self, filename: str) -> None:
        """Go on reading in *filename*; `_leave_file` comes back."""
        self._filestack.append((self._include_path, self._readline))
        self._include_path += ((self.filename, self.linenr),)
        if any(name == filename for name, _ in self._include_path):
            raise k.KconfigError(f"{self.filename}:{self.linenr}: '{filename}' sources itself")
        place = f"{self.filename}:{self.linenr}"
        first = self._sourced.setdefault(filename, place)
        if self._sourced_once and first != place:
            raise k.KconfigError(f"{place}: '{filename}' is sourced again, after {first}")
        self._readline = self._open(filename, "r").readline
        self.kconfig_filenames.append(filename)
        self.filename = filename
        self.linenr = 0

    # Tokens

    def _tokenize(self, s: str) -> Any:
        if "transitional" in s and s.strip() == "transitional":
            return (_T_TRANSITIONAL, None)
        return super()._tokenize(s)

    # Blocks

    def _parse_block(self, end_token: Any, parent: Any, prev: Any) -> Any:
        """Parse a file or the inside of an if, a menu or a choice; return the last node."""
        while self._next_line():
            token = self._tokens[0]
            if token is None:
                continue
            if token is k._T_CONFIG or token is k._T_MENUCONFIG:
                symbol = self._tokens[1]
                if symbol.__class__ is not k.Symbol or symbol.is_constant:
                    self._parse_error("missing or bad symbol name")
                if self._tokens[2] is not None:
                    self._trailing_tokens_error()
                self.defined_syms.append(symbol)
                node = self._new_node(symbol, parent, token is k._T_MENUCONFIG)
                symbol.nodes.append(node)
                self._parse_props(node)
            elif token is k._T_SOURCE:
                self._enter(self._expect_str_and_eol())
                prev = self._parse_block(None, parent, prev)
                self._leave_file()
                continue
            elif token is end_token:
                if self._tokens[1] is not None:
                    self._trailing_tokens_error()
                prev.next = None
                return prev
            elif token is k._T_IF:
                node = k.MenuNode()
                node.item = node.prompt = None
                node.parent = parent
                node.dep = self._expect_expr_and_eol()
                self._parse_block(k._T_ENDIF, node, node)
                node.list = node.next
            elif token is k._T_MENU or token is k._T_COMMENT:
                node = self._new_node(token, parent, token is k._T_MENU)
                node.prompt = (self._expect_str_and_eol(), self.y)
                node.visibility = self.y
                (self.menus if token is k._T_MENU else self.comments).append(node)
                self._parse_props(node)
                if token is k._T_MENU:
                    self._parse_block(k._T_ENDMENU, node, node)
                    node.list = node.next
            elif token is k._T_CHOICE:
                node = self._new_node(self._choice(), parent, True)
                node.item.nodes.append(node)
                self._parse_props(node)
                self._parse_block(k._T_ENDCHOICE, node, node)
                node.list = node.next
            elif token is k._T_MAINMENU:
                self.top_node.prompt = (self._expect_str_and_eol(), self.y)
                continue
            elif token in _BLOCK_NAMES:
                self._parse_error(f"there is no '{_BLOCK_NAMES[token]}' to end here")
            else:
                self._parse_error("unknown statement")
            prev.next = node
            prev = node
        if end_token:
            raise k.KconfigError(f"{self.filename}:{self.linenr}: '{_END_NAMES[end_token]}' is missing")
        return prev

    def _new_node(self, item: Any, parent: Any, is_menu: bool) -> Any:
        node = k.MenuNode()
        node.kconfig = self
        node.item = item
        node.is_menuconfig = is_menu
        node.prompt = node.help = node.list = None
        node.parent = parent
        node.filename = self.filename
        node.linenr = self.linenr
        node.include_path = self._include_path
        return node

    def _choice(self) -> Any:
        """Return the choice that a ``choice`` line begins; a named one (until 6.8) may have begun before."""
        name = None if self._tokens[1] is None else self._expect_str_and_eol()
        choice = self.named_choices.get(name)
        if choice is None:
            choice = k.Choice()
            choice.name = name
            choice.kconfig = self
            choice.direct_dep = self.n
            if self.member_choices:
                choice.orig_type = k.BOOL
            if name is not None:
                self.named_choices[name] = choice
        self.choices.append(choice)
        return choice

    def _parse_props(self, node: Any) -> None:
        """Parse the properties of a node, up to the first line that is none."""
        node.dep = self.y
        item = node.item
        while self._next_line():
            token = self._tokens[0]
            if token is None:
                continue
            if token is k._T_DEPENDS:
                node.dep = self._make_and(node.dep, self._dependency())
            elif token is k._T_VISIBLE:
                condition = self._parse_cond()
                if item is k.MENU:
                    node.visibility = self._make_and(node.visibility, condition)
            elif token in _OF_SYMBOLS and item.__class__ not in (k.Symbol, k.Choice):
                self._parse_error("menus and comments have no such property")
            elif token is k._T_SELECT or token is k._T_IMPLY:
                if item.__class__ is not k.Symbol:
                    self._parse_error("only symbols can select or imply")
                links = node.selects if token is k._T_SELECT else node.implies
                links.append((self._expect_nonconst_sym(), self._parse_cond()))
            elif token is k._T_HELP:
                self._parse_help(node)
            elif token in k._TYPE_TOKENS:
                self._set_type(item, token)
                if self._tokens[1] is not None:
                    self._parse_prompt(node)
            elif token is k._T_DEFAULT or token in k._DEF_TOKEN_TO_TYPE:
                if token is not k._T_DEFAULT:
                    self._set_type(item, k._DEF_TOKEN_TO_TYPE[token])
                node.defaults.append((self._parse_expr(False), self._parse_cond()))
            elif token is k._T_PROMPT:
                self._parse_prompt(node)
            elif token is k._T_RANGE:
                node.ranges.append((self._expect_sym(), self._expect_sym(), self._parse_cond()))
            elif token is k._T_MODULES:
                self.has_modules = True
                if item is not self.modules:
                    self._parse_error("only the symbol MODULES can have the property 'modules'")
            elif token is _T_TRANSITIONAL:
                self.transitional.add(item)
            elif token is k._T_OPTIONAL and item.__class__ is k.Choice:
                item.is_optional = True
            else:
                self._reuse_tokens = True
                return

    def _dependency(self) -> Expression:
        """Return the expression of ``depends on A [if B]``, which is ``A || B = n``."""
        if not self._check_token(k._T_ON):
            self._parse_error("expected 'on' after 'depends'")
        dependency = self._parse_expr(True)
        if self._check_token(k._T_IF):
            dependency = self._make_or(dependency, self._is_no(self._parse_expr(False), True))
        if self._tokens[self._tokens_i] is not None:
            self._trailing_tokens_error()
        return dependency

    def _is_no(self, expr: Expression, no: bool) -> Expression:
        """Return ``expr = n`` (or ``!= n``) in the form that conf gives it (expr_trans_compare).

        For ``!X`` that is ``X != n``, which differs from ``!X = n`` where X is m; conf's form counts.
        """
        if expr.__class__ is not tuple:
            return (k.EQUAL if no else k.UNEQUAL, expr, self.n)
        if expr[0] is k.NOT:
            return self._is_no(expr[1], not no)
        if expr[0] is k.AND or expr[0] is k.OR:
            operator = k.OR if expr[0] is k.AND else k.AND
            both = (operator, self._is_no(expr[1], True), self._is_no(expr[2], True))
            return both if no else (k.NOT, both)
        return (k.NOT, expr) if no else expr

    def _set_type(self, sc: Any, new_type: Any) -> None:
        if sc.orig_type and sc.orig_type is not new_type:
            self._warn(f"the type of {sc.name} is given twice, the first counts", self.filename, self.linenr)
            return
        sc.orig_type = new_type

    # After parsing

    def _finalize_node(self, node: Any, visible_if: Expression) -> None:
        in_choice = node.parent is not None and node.parent.item.__class__ is k.Choice
        if self.member_choices and in_choice and node.item.__class__ is k.Symbol:
            self._add_props_to_sym(node)  # no submenus inside a choice
        else:
            super()._finalize_node(node, visible_if)

    def _propagate_deps(self, node: Any, visible_if: Expression) -> None:
        item = node.item
        if self.member_choices and item.__class__ is k.Choice:
            node.item = None  # members then depend on the node's own dependencies
        super()._propagate_deps(node, visible_if)
        node.item = item

    def _add_props_to_sym(self, node: Any) -> None:
        """Move the properties of a node to its symbol.

        Selects are kept in lists, so that a symbol which hundreds select gets no expression that is
        hundreds of levels deep.
        """
        symbol = node.item
        symbol.direct_dep = self._make_or(symbol.direct_dep, node.dep)
        symbol.defaults += node.defaults
        symbol.ranges += node.ranges
        symbol.selects += node.selects
        symbol.implies += node.implies
        for links, found in ((node.selects, self.selectors), (node.implies, self.impliers)):
            for target, cond in links:
                own = node._strip_dep(cond)
                found.setdefault(target, []).append((symbol, cond, own))

    def _any_of(self, terms: list[Expression]) -> Expression:
        """Return the disjunction of *terms*, as a balanced tree that keeps their order."""
        if not terms:
            return self.n
        if len(terms) == 1:
            return terms[0]
        middle = len(terms) // 2
        return self._make_or(self._any_of(terms[:middle]), self._any_of(terms[middle:]))


def _check_transitional(symbol: Any) -> None:
    """Refuse a transitional symbol that has more than a type and a help text."""
    for node in symbol.nodes:
        has = (node.prompt, node.defaults, node.selects, node.implies, node.ranges)
        if any(has) or node.dep is not symbol.kconfig.y:
            place = f"{node.filename}:{node.linenr}"
            raise k.KconfigError(f"{place}: {symbol.name} is transitional, so it can only have a help text")


def read_language(
    find: Callable[[str], bytes | None],
    environment: Mapping[str, str],
    shell: Callable[[str], str],
    *,
    member_choices: bool,
    sourced_once: bool,
) -> Language:
    """Return the Kconfig files that begin at "Kconfig".

    Raises:
        ptlint.errors.KconfigError: they cannot be read; names file and line.
    """
    try:
        return Language(find, environment, shell, member_choices=member_choices, sourced_once=sourced_once)
    except k.KconfigError as error:
        raise KconfigError(f"Kconfig: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise KconfigError("Kconfig: the files are nested too deeply to be read") from error
