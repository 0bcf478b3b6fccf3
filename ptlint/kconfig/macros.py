# SPDX-License-Identifier: GPL-2.0-or-later
"""The preprocessor of Kconfig files: variables, functions, and lines in which they are named.

Kconfiglib's own is kept but for what conf does otherwise:

* ``$FOO`` in a string is text; only ``$(FOO)`` is expanded. A variable set with := is not expanded again; its
  name may have a ``$``.
* What a variable or the shell stands for comes from the caller, never from the environment or a program.

Source: scripts/kconfig/preprocess.c and lexer.l of 6.12 and 7.3.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import kconfiglib as k

_MOST_WORK = 100_000
"""Variables, and 64 characters each of what they give, that the files of a tree expand; a kernel's need a few
thousand. Without it a few lines that refer to themselves twice could go on for ever.
"""

_WORD = re.compile(r"[A-Za-z0-9_$/.-]+")
_VARIABLE = re.compile(r"(?:[A-Za-z0-9_-]|\$(?!\())*")
_ASSIGNED = re.compile(r"\s*(=|:=|\+=)\s*(.*)")
_OPERATORS = (
    ("&&", k._T_AND),
    ("||", k._T_OR),
    ("!=", k._T_UNEQUAL),
    ("<=", k._T_LESS_EQUAL),
    (">=", k._T_GREATER_EQUAL),
    ("=", k._T_EQUAL),
    ("!", k._T_NOT),
    ("(", k._T_OPEN_PAREN),
    (")", k._T_CLOSE_PAREN),
    ("<", k._T_LESS),
    (">", k._T_GREATER),
)


class Macros(k.Kconfig):  # type: ignore[misc]
    """The part of a `Language` that expands macros."""

    def _set_up_macros(self, environment: Mapping[str, str], shell: Callable[[str], str]) -> None:
        """Begin without variables; *environment* and *shell* are those of `Language`."""
        self._environment = environment
        self._shell = shell
        self._work = 0
        self.variables: dict[str, Any] = {}
        self._functions = {
            "info": (_ignored, 1, 1),
            "error-if": (k._error_if_fn, 2, 2),
            "filename": (k._filename_fn, 0, 0),
            "lineno": (k._lineno_fn, 0, 0),
            "shell": (_answered, 1, 1),
            "warning-if": (k._warning_if_fn, 2, 2),
        }

    def _tokenize(self, s: str) -> Any:
        if "$" in s or "\\" in s:
            match = k._command_match(s)
            if match and (token := k._get_keyword(match.group(1))):
                self._line = s
                return self._expanding_tokens(s, match.end(), token)
        return super()._tokenize(s)

    def _expanding_tokens(self, s: str, i: int, token: Any) -> list[Any]:
        """Return the tokens of a line that has macros or backslashes, from its second token on at *i*."""
        tokens = [token]
        while i < len(s):
            char = s[i]
            if char.isspace():
                i += 1
                continue
            match = _WORD.match(s, i)
            if match:
                name = match.group()
                if "$" in name:
                    s, i = self._expand_name_iter(s, i)
                    name = s[match.start() : i]
                    if not name:
                        continue
                    keyword = None
                else:
                    i = match.end()
                    keyword = k._get_keyword(name)
                if keyword:
                    token = keyword
                elif token in k._STRING_LEX:
                    token = name
                elif name in k.STR_TO_TRI:
                    token = self.const_syms[name]
                else:
                    token = self._lookup_sym(name)
            elif char in "\"'":
                s, end = self._expand_str(s, i)
                value = s[i + 1 : end - 1]
                i = end
                token = value if token in k._STRING_LEX else self._lookup_const_sym(value)
            elif char == "#":
                break
            else:
                for text, operator in _OPERATORS:
                    if s.startswith(text, i):
                        token = operator
                        i += len(text)
                        break
                else:
                    self._parse_error("unknown tokens in line")
            tokens.append(token)
        tokens.append(None)
        return tokens

    def _parse_assignment(self, s: str) -> None:
        """Set a variable (``A = b``, ``A := b``, ``A += b``), or expand a macro that gives nothing."""
        s = s.lstrip()
        end = 0
        while True:
            name = _VARIABLE.match(s, end)
            end = name.end() if name else end
            if not s.startswith("$(", end):
                break
            s, end = self._expand_macro(s, end, ())
        if not s.strip():
            return
        assigned = _ASSIGNED.match(s, end)
        if assigned is None:
            self._parse_error("syntax error")  # raises
            return
        variable = self.variables.get(s[:end])
        operator, value = assigned.groups()
        if variable is None:
            variable = self.variables[s[:end]] = k.Variable()
            variable.kconfig = self
            variable.name = s[:end]
            variable._n_expansions = 0
            variable.value = ""
            operator = "=" if operator == "+=" else operator
        if operator != "+=":
            variable.is_recursive = operator == "="
        if not variable.is_recursive:
            value = self._expand_whole(value, ())
        variable.value = f"{variable.value} {value}" if operator == "+=" else value

    def _fn_val(self, args: list[str]) -> str:
        name = args[0]
        variable = self.variables.get(name)
        if variable is not None:
            if not variable.is_recursive:
                return self._counted(name, variable.value)
            if variable._n_expansions > (0 if len(args) == 1 else 100):
                self._parse_error(f"the variable {name} refers to itself")
            variable._n_expansions += 1
            value = self._expand_whole(variable.value, args)
            variable._n_expansions -= 1
            return self._counted(name, value)
        if name in self._functions:
            return str(super()._fn_val(args))
        return self._environment.get(name, "") if len(args) == 1 else ""

    def _counted(self, name: str, value: str) -> str:
        self._work += 1 + len(value) // 64
        if self._work > _MOST_WORK:
            self._parse_error(f"the variable {name} grows too large")
        return value


def _ignored(_macros: Macros, _name: str, _text: str) -> str:
    return ""


def _answered(macros: Macros, _name: str, command: str) -> str:
    return macros._shell(command)
