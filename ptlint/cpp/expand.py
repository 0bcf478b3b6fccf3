# SPDX-License-Identifier: GPL-2.0-or-later
"""Macro expansion with a source map: every token of the result says where it is spelled and through which
macros it came.

What C leaves open is done as GCC does it: a macro is off while the tokens of its body are read and on again
when they are used up, even if that happens in search of an opening parenthesis or an argument.

Source: ISO C23 6.10.5; The GNU C Preprocessor, "Macros" (``, ## __VA_ARGS__``) and its internals manual,
"Macro Expansion Algorithm".
"""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Final, NamedTuple

from ptlint.cpp.tokens import CHAR, IDENT, NUMBER, PUNCT, STRING, Expansion, Macro, Token, lex
from ptlint.errors import PtlintError

LARGEST_EXPANSION: Final = 1_000_000
"""Tokens. A kernel source file has 100,000 at most after expansion of all that it uses."""

DEEPEST_NESTING: Final = 100
"""Invocations in arguments of invocations; the kernel has some 20."""

Lookup = Callable[[str], Macro | None]
Operators = Mapping[str, Callable[[Sequence[Token]], str]]

_PAINTED: Final = -IDENT  # an identifier that no later rescan may expand


class ExpansionTooLarge(PtlintError):
    """Macros that expand to more than any real source, or nest deeper."""

    exit_status = 3


class _Step(NamedTuple):
    """One element of a macro body, prepared for substitution."""

    operation: int  # one of the constants below
    token: Token
    parameter: int  # its index, for a parameter
    optional: "tuple[_Step, ...]"  # what stands in __VA_OPT__ ( ... )
    pastes: bool  # a ## follows


_LITERAL: Final = 0
_ARGUMENT: Final = 1  # expanded before it is put in
_RAW: Final = 2  # beside ##: put in as it is written
_STRINGIFY: Final = 3
_OPTIONAL: Final = 4
_COMMA: Final = 5  # the comma of ", ## __VA_ARGS__"
_STRINGIFY_OPTIONAL: Final = 6


COUNTED_PER_LINE: Final = 1000
"""What ``__COUNTER__`` is counted from: the line of the outermost use, times this."""


def expand(
    tokens: Sequence[Token],
    macro_at: Lookup,
    keep: Container[str] = (),
    operators: Operators | None = None,
) -> list[Token]:
    """Return *tokens* with all macros expanded that *macro_at* knows, except the names in *keep*.

    *operators* are names with an unexpanded operand, one token or what stands in parentheses, as ``defined``
    of an #if; each gives the text of a number. ``__LINE__`` and ``__FILE__`` speak of the outermost use that
    they came from. ``__COUNTER__`` gives numbers that no other line of the file gives.

    Raises:
        ExpansionTooLarge: see `LARGEST_EXPANSION` and `DEEPEST_NESTING`.
    """
    return _Run(macro_at, keep, operators or {}).result(tokens)


def template(macro: Macro) -> tuple[_Step, ...]:
    """Return the body of *macro* as steps of a substitution. Kept on the macro."""
    known: tuple[_Step, ...] | None = macro.prepared
    if known is None:
        known = macro.prepared = _prepare(macro, macro.body)
    return known


def _prepare(macro: Macro, body: Sequence[Token], optional_too: bool = True) -> tuple[_Step, ...]:
    """Return *body* as steps; ``__VA_OPT__`` inside another is an ordinary name."""
    optional_too = optional_too and macro.variadic
    parameters = {name: index for index, name in enumerate(macro.parameters or ())}
    functional = macro.parameters is not None
    last = len(parameters) - 1 if macro.variadic else -2
    steps: list[_Step] = []
    after_paste = False
    index, end = 0, len(body)
    while index < end:
        token = body[index]
        index += 1
        operation, parameter = _LITERAL, -1
        optional: tuple[_Step, ...] = ()
        if token.text == "#" and functional and index < end:
            following = body[index]
            if following.text in parameters and following.kind == IDENT:
                operation, parameter = _STRINGIFY, parameters[following.text]
                index += 1
            elif following.text == "__VA_OPT__" and optional_too:
                inside, index = _parenthesized(body, index + 1)
                operation, optional = _STRINGIFY_OPTIONAL, _prepare(macro, inside, False)
        elif token.text == "##" and steps and index < end and not after_paste:
            steps[-1] = steps[-1]._replace(pastes=True)
            if steps[-1].operation == _ARGUMENT:
                steps[-1] = steps[-1]._replace(operation=_RAW)
            after_paste = True
            continue
        elif token.kind == IDENT:
            if token.text in parameters:
                operation, parameter = (_RAW if after_paste else _ARGUMENT), parameters[token.text]
                previous = steps[-1] if after_paste else None
                if previous and parameter == last and previous.token.text == "," and not previous.operation:
                    steps[-1] = previous._replace(operation=_COMMA)
            elif token.text == "__VA_OPT__" and optional_too:
                inside, index = _parenthesized(body, index)
                operation, optional = _OPTIONAL, _prepare(macro, inside, False)
        steps.append(_Step(operation, token, parameter, optional, False))
        after_paste = False
    return tuple(steps)


def _parenthesized(body: Sequence[Token], start: int) -> tuple[Sequence[Token], int]:
    """Return the tokens inside the parentheses that open at *start*, and the index after them."""
    depth = 0
    for index in range(start, len(body)):
        depth += (body[index].text == "(") - (body[index].text == ")")
        if depth <= 0:
            return body[start + 1 : index], index + 1
    return body[start + 1 :], len(body)


class _Run:
    """The state of one call of `expand`."""

    def __init__(self, macro_at: Lookup, keep: Container[str], operators: Operators) -> None:
        self._macro_at = macro_at
        self._keep = keep
        self._operators = operators
        self._off: set[str] = set()  # macros whose body is being read
        self._painted = False
        self._left = LARGEST_EXPANSION
        self._depth = 0
        self._counter = 0

    def result(self, tokens: Sequence[Token]) -> list[Token]:
        found = self._expand(tokens)
        if self._painted:
            return [token._replace(kind=IDENT) if token.kind == _PAINTED else token for token in found]
        return found

    def _expand(self, source: Sequence[Token]) -> list[Token]:
        out: list[Token] = []
        append = out.append
        new = tuple.__new__
        macro_at, keep, off, operators = self._macro_at, self._keep, self._off, self._operators
        waiting: list[tuple[Sequence[Token], int, str]] = []  # where to go on when `tokens` is used up
        tokens, index, name = source, 0, ""
        end = len(tokens)
        owed = False  # white space before an expansion that gave nothing
        while True:
            if index >= end:
                if name:
                    off.discard(name)
                if not waiting:
                    return out
                tokens, index, name = waiting.pop()
                end = len(tokens)
                continue
            token = tokens[index]
            index += 1
            if owed:
                owed = False
                if not token.space:
                    token = token._replace(space=True)
            if token.kind != IDENT:
                append(token)
                continue
            text = token.text
            if text in off:
                self._painted = True
                append(new(Token, (_PAINTED, *token[1:])))
                continue
            macro = macro_at(text)
            if macro is None:
                if text in operators:
                    index = self._operate(token, tokens, index, out)
                elif text[:2] == "__" and text in _BUILTIN:
                    append(self._builtin(token))
                else:
                    append(token)
                continue
            if text in keep or macro.marking:
                append(token)
                continue
            if macro.parameters is None:
                body = self._substitute(macro, token, [], False)
            else:
                while index >= end and waiting:
                    if name:
                        off.discard(name)
                    tokens, index, name = waiting.pop()
                    end = len(tokens)
                if index >= end or tokens[index].text != "(" or tokens[index].kind != PUNCT:
                    append(token)
                    continue
                # The arguments may go on where the bodies of other macros end.
                arguments: list[list[Token]] = [[]]
                taken = [tokens[index]]
                index += 1
                depth = 1
                count = len(macro.parameters)
                rest = count if macro.variadic else 0  # the argument that takes commas too, from 1
                while depth:
                    if index >= end:
                        if not waiting:
                            break
                        if name:
                            off.discard(name)
                        tokens, index, name = waiting.pop()
                        end = len(tokens)
                        continue
                    part = tokens[index]
                    index += 1
                    taken.append(part)
                    if part.kind == PUNCT:
                        sign = part.text
                        if sign == "(":
                            depth += 1
                        elif sign == ")":
                            depth -= 1
                            if not depth:
                                break
                        elif sign == "," and depth == 1 and len(arguments) != rest:
                            arguments.append([])
                            continue
                    elif part.kind == IDENT and part.text in off:
                        self._painted = True
                        part = new(Token, (_PAINTED, *part[1:]))
                    arguments[-1].append(part)
                if depth or not _fits(macro, arguments):
                    # No invocation after all: the name stays, and what was read is read again.
                    self._spend(len(taken), token)
                    append(token)
                    waiting.append((tokens, index, name))
                    tokens, index, name, end = taken, 0, "", len(taken)
                    continue
                omitted = macro.variadic and (
                    len(arguments) < count or (len(arguments) == 1 and count == 1 and not arguments[0])
                )
                while len(arguments) < count:
                    arguments.append([])
                body = self._substitute(macro, token, arguments, omitted)
            self._spend(len(body) + 1, token)
            if body:
                if body[0].space != token.space:
                    body[0] = body[0]._replace(space=token.space)
            else:
                owed = token.space
                continue
            if index < end or name:
                waiting.append((tokens, index, name))
            tokens, index, name, end = body, 0, text, len(body)
            off.add(text)

    def _spend(self, tokens: int, use: Token) -> None:
        self._left -= tokens
        if self._left < 0:
            raise ExpansionTooLarge(
                f"{use.path}:{use.line}: macro {use.text} expands to more than {LARGEST_EXPANSION} tokens"
            )

    def _substitute(
        self, macro: Macro, use: Token, arguments: list[list[Token]], omitted: bool
    ) -> list[Token]:
        """Return the body of *macro* with the arguments put in."""
        addresses = tuple([a[-1].text for a in arguments if len(a) == 2 and a[0].text == "&"])
        within = Expansion(macro.name, use.path, use.line, use.column, use.within, macro, addresses)
        steps = template(macro)
        new = tuple.__new__
        if macro.plain:
            return [
                new(Token, (t.kind, t.text, t.path, t.line, t.column, t.space, within)) for t in macro.body
            ]
        expanded: list[list[Token] | None] = [None] * len(arguments)
        return self._put_in(steps, within, arguments, expanded, omitted)

    def _put_in(
        self,
        steps: tuple[_Step, ...],
        within: Expansion,
        arguments: list[list[Token]],
        expanded: list[list[Token] | None],
        omitted: bool,
    ) -> list[Token]:
        out: list[Token] = []
        new = tuple.__new__
        pasting = False  # the last token of `out`, or the nothing after `floor`, is left of a ##
        floor = 0
        owed = False
        for operation, token, parameter, optional, pastes in steps:
            if operation == _LITERAL:
                # As token._replace(within=within), which takes four times as long.
                part = [new(Token, (*token[:6], within))]
            elif operation == _ARGUMENT:
                part = self._argument(parameter, arguments, expanded)
                if part and part[0].space != token.space:
                    part = [part[0]._replace(space=token.space), *part[1:]]
            elif operation == _RAW:
                part = arguments[parameter]
                if part and part[0].space != token.space:
                    part = [part[0]._replace(space=token.space), *part[1:]]
            elif operation == _STRINGIFY:
                text = _stringified(arguments[parameter])
                part = [Token(STRING, text, token.path, token.line, token.column, token.space, within)]
            elif operation == _COMMA:
                # GNU: the comma goes if the rest was left out; else both stand side by side, unpasted.
                if not omitted:
                    out.append(token._replace(within=within))
                floor, pasting = len(out), False
                continue
            else:
                part = []
                if self._argument(len(arguments) - 1, arguments, expanded):
                    part = self._put_in(optional, within, arguments, expanded, omitted)
                if operation == _STRINGIFY_OPTIONAL:
                    text = _stringified(part)
                    part = [Token(STRING, text, token.path, token.line, token.column, token.space, within)]
                elif part and part[0].space != token.space:
                    part[0] = part[0]._replace(space=token.space)
            if pasting and part and len(out) > floor:
                joined = _pasted(out[-1], part[0], within)
                if joined is None:
                    out.extend(part)
                else:
                    out[-1] = joined
                    out.extend(part[1:])
            elif part:
                if owed and not part[0].space:
                    part = [part[0]._replace(space=True), *part[1:]]
                owed = False
                if not pasting:
                    floor = len(out)
                out.extend(part)
            else:
                owed = owed or token.space
                if not pasting:
                    floor = len(out)
            pasting = pastes
        return out

    def _argument(
        self, index: int, arguments: list[list[Token]], expanded: list[list[Token] | None]
    ) -> list[Token]:
        known = expanded[index]
        if known is None:
            argument = arguments[index]
            if any(token.kind == IDENT for token in argument):
                self._depth += 1
                if self._depth > DEEPEST_NESTING:
                    place = argument[0]
                    raise ExpansionTooLarge(
                        f"{place.path}:{place.line}: macros in arguments of macros, "
                        f"more than {DEEPEST_NESTING} deep"
                    )
                known = self._expand(argument)
                self._depth -= 1
            else:
                known = argument
            expanded[index] = known
        self._left -= len(known)
        return known

    def _operate(self, token: Token, tokens: Sequence[Token], index: int, out: list[Token]) -> int:
        """Append the value of an operator with an unexpanded operand; return the index after it."""
        operand: Sequence[Token] = ()
        if index < len(tokens):
            if tokens[index].text == "(":
                operand, index = _parenthesized(tokens, index)
            else:
                operand, index = tokens[index : index + 1], index + 1
        out.append(token._replace(kind=NUMBER, text=self._operators[token.text](operand)))
        return index

    def _builtin(self, token: Token) -> Token:
        outermost: Token | Expansion = token
        within = token.within
        while within is not None:
            outermost, within = within, within.parent
        if token.text == "__LINE__":
            return token._replace(kind=NUMBER, text=str(outermost.line))
        if token.text == "__FILE__":
            return token._replace(kind=STRING, text=_quoted(outermost.path))
        self._counter += 1
        return token._replace(kind=NUMBER, text=f"{outermost.line * COUNTED_PER_LINE + self._counter}")


_BUILTIN: Final = frozenset(("__LINE__", "__FILE__", "__COUNTER__"))


def _fits(macro: Macro, arguments: list[list[Token]]) -> bool:
    """Tell whether the number of arguments is one that *macro* takes."""
    parameters = macro.parameters or ()
    count = len(arguments)
    if count == len(parameters):
        return True
    if not parameters:
        return count == 1 and not arguments[0]
    if macro.variadic:
        return count == len(parameters) - 1 or count > len(parameters)
    return False


def _pasted(left: Token, right: Token, within: Expansion) -> Token | None:
    """Return the one token that *left* ## *right* makes, None if they make none."""
    text = left.text + right.text
    made = lex(text.encode("utf-8", "surrogateescape"), "")
    if len(made) != 1 or made[0].text != text:
        return None
    return Token(made[0].kind, text, left.path, left.line, left.column, left.space, within)


def _stringified(argument: Sequence[Token]) -> str:
    parts: list[str] = []
    for token in argument:
        if token.space and parts:
            parts.append(" ")
        text = token.text
        if token.kind == STRING or token.kind == CHAR:
            text = text.replace("\\", "\\\\").replace('"', '\\"')
        parts.append(text)
    text = "".join(parts)
    if (len(text) - len(text.rstrip("\\"))) % 2:  # GCC: a lone backslash at the end is dropped
        text = text[:-1]
    return f'"{text}"'


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
