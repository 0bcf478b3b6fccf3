# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers what Kconfig files ask a shell, without a shell.

Kconfig files ask through ``$(shell,command)``; the macros of scripts/Kconfig.include (``$(success,...)``,
``$(cc-option,...)``, ``$(as-instr,...)``, ``$(ld-option,...)``) all come down to it. The command is matched
against the forms that kernels use; what it asks about (an option, an instruction, a piece of C) is looked up
in the answers of a toolchain. Whatever is not recognised has no answer: nothing is ever run.

Source: scripts/Kconfig.include of 6.1 to 7.3.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answers:
    """What a toolchain says. All texts have single spaces between words."""

    cc: str
    """The word by which command lines call the compiler: "gcc", "clang"."""

    ld: str
    """The word by which command lines call the linker."""

    flags: frozenset[str]
    """Options that the kernel gives its compiler always (CLANG_FLAGS); answers do not depend on them."""

    versions: Mapping[str, str]
    """What the version scripts of the kernel print, by the name of the script ("cc-version.sh")."""

    options: Mapping[str, bool]
    """Compiler options, alone or several with a space between, and whether they are supported."""

    instructions: Mapping[str, bool]
    """Assembler text as it stands in the Kconfig file, and whether it assembles."""

    link_options: Mapping[str, bool]
    """Linker options and whether they are supported."""

    sources: Mapping[str, bool]
    """C text that is compiled, and whether it compiles without a complaint."""

    scripts: Mapping[str, bool]
    """Scripts of the tree, by name or name and arguments, and whether they succeed."""

    script_needs: Mapping[str, str]
    """Scripts that can only succeed if their own text holds another, because they have asked for something
    else in older kernels; by name."""

    commands: Mapping[str, bool]
    """Other commands, and whether they succeed."""

    outputs: Mapping[str, str]
    """Other commands, and what they print."""


_IF_SUCCESS = re.compile(
    r'\{ (?P<command>.*); \} >/dev/null 2>&1 && echo "(?P<then>[^"]*)" \|\| echo "(?P<other>[^"]*)"',
    re.DOTALL,
)
_CC_OPTION = re.compile(
    r"(?:trap .* EXIT; mkdir \.tmp_\$\$; )?(?P<cc>\S+) -Werror (?P<flags>.*?)"
    r"(?: -c| -S| -E)? -x c /dev/null -o (?:\.tmp_\$\$/tmp\.o|/dev/null)"
)
_AS_INSTR = re.compile(
    r'printf "%b\\n" "(?P<text>.*)" \| (?P<cc>\S+)(?P<flags>(?: \S+)*?)(?: -Wa,--fatal-warnings)? -c'
    r" -x assembler-with-cpp -o /dev/null -",
    re.DOTALL,
)
_SOURCE = re.compile(
    r"echo '(?P<text>[^']*)' \| (?P<cc>\S+)(?P<flags>(?: \S+)*?) -x c - -[cS] -o /dev/null( -Werror)?"
)
_LD_OPTION = re.compile(r"(?P<ld>\S+) -v (?P<flags>.*)")
_TEST_EQUAL = re.compile(r'test "(?P<left>[^"]*)" (?P<op>=|!=) "?(?P<right>[^" ]*)"?')
_TEST_EMPTY = re.compile(r'test -(?P<op>[zn]) "(?P<text>[^"]*)"')
_SCRIPT = re.compile(r"(?:env (?:\S+ )*)?(?P<path>\S*/(?:scripts|tools)/(?P<name>[\w.-]+))(?P<args>.*)")
_SET = re.compile(r"set -- (?P<words>[\w .]*) && echo \$(?P<index>[1-9])")
_DIVIDE = re.compile(r"expr (?P<left>\d+) / (?P<right>\d+)")


def _words(text: str) -> str:
    return " ".join(text.split())


class Prober:
    """Answers commands and remembers which it could not answer."""

    def __init__(self, answers: Answers, find: Callable[[str], bytes | None]) -> None:
        """Answer from *answers*; *find* gives the files of the tree."""
        self._answers = answers
        self._find = find
        self.unknown: dict[str, None] = {}
        """The commands that were not recognised or asked about something unknown, in the order of asking."""

    def output(self, command: str) -> str:
        """Return what *command* would print; "" (or the branch of failure) if that is not known."""
        conditional = _IF_SUCCESS.fullmatch(command)
        if conditional:
            holds = self._succeeds(_words(conditional["command"]))
            if holds is None:
                self.unknown[conditional["command"]] = None
            return conditional["then"] if holds else conditional["other"]
        printed = self._prints(_words(command))
        if printed is None:
            self.unknown[command] = None
            return ""
        return printed

    def _prints(self, command: str) -> str | None:
        if match := _SET.fullmatch(command):
            words = match["words"].split()
            index = int(match["index"])
            return words[index - 1] if index <= len(words) else ""
        if match := _DIVIDE.fullmatch(command):
            divisor = int(match["right"])
            return str(int(match["left"]) // divisor) if divisor else ""
        if match := _SCRIPT.fullmatch(command):
            return self._answers.versions.get(match["name"])
        if command.startswith("false ") or self._answers.commands.get(command) is False:
            return ""
        return self._answers.outputs.get(command)

    def _succeeds(self, command: str) -> bool | None:
        """Return whether a command succeeds, None if that is not known."""
        answers = self._answers
        if match := _CC_OPTION.fullmatch(command):
            return self._supports(match["flags"]) if match["cc"] == answers.cc else _absent(match["cc"])
        if match := _AS_INSTR.fullmatch(command):
            return answers.instructions.get(match["text"].strip()) if match["cc"] == answers.cc else None
        if match := _SOURCE.fullmatch(command):
            return answers.sources.get(match["text"]) if match["cc"] in (answers.cc, "$CC") else None
        if command in answers.commands:
            return answers.commands[command]
        if match := _TEST_EQUAL.fullmatch(command):
            return (match["left"] == match["right"]) == (match["op"] == "=")
        if match := _TEST_EMPTY.fullmatch(command):
            return (not match["text"]) == (match["op"] == "z")
        if command in (f"command -v {answers.cc}", f"command -v {answers.ld}"):
            return True
        if match := _LD_OPTION.fullmatch(command):
            return answers.link_options.get(match["flags"]) if match["ld"] == answers.ld else None
        if match := _SCRIPT.fullmatch(command):
            always = {answers.cc, *answers.flags}
            arguments = (word for word in match["args"].split() if word not in always)
            with_arguments = " ".join((match["name"], *arguments))
            answer = answers.scripts.get(with_arguments, answers.scripts.get(match["name"]))
            return answer and self._still(match)
        if command.startswith("test -e "):
            return False
        return _absent(command.removeprefix('trap "rm -rf .tmp_$$" EXIT; mkdir .tmp_$$; ').split(" ")[0])

    def _still(self, script: re.Match[str]) -> bool:
        """Return whether a script of the tree asks what the profile's answer is about."""
        need = self._answers.script_needs.get(script["name"])
        if need is None:
            return True
        text = self._find(script["path"].removeprefix("./"))
        return text is not None and need.encode() in text

    def _supports(self, flags: str) -> bool | None:
        """Return whether the compiler supports all of *flags*."""
        listed = self._answers.options
        whole = " ".join(word for word in flags.split() if word not in self._answers.flags)
        if whole in listed:
            return listed[whole]
        each = [listed.get(word) for word in whole.split(" ")]
        if all(each):
            return True
        return False if False in each else None


def _absent(program: str) -> bool | None:
    """Return False for a program that a profile does not have, which is then named "false"."""
    return False if program == "false" else None
