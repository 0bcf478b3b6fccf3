# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel tree in which everything that can be called otherwise is called otherwise.

Functions, macros and file-static variables of the page-table code, and the parameters and local variables
of its functions, get names that mean nothing; consistently, in the whole tree. What a fact names keeps
its name, as do types, Kconfig symbols, names used in assembler and names that `##` may put together.
Lines stay where they are. An analysis that derives meaning from bodies must say the same of this tree.

    python -m tests.kernels.rename --tree ROOT --to DIR [--map FILE]
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from .edits import definitions
from .farm import farm, files

FACTS = Path(__file__).parents[2] / "rules/facts"

DEFINING = (
    "mm/mmu_gather.c",
    "mm/memory.c",
    "mm/huge_memory.c",
    "mm/khugepaged.c",
    "mm/pgtable-generic.c",
    "mm/pt_reclaim.c",
    "mm/migrate_device.c",
    "mm/mremap.c",
    "arch/x86/mm/pgtable.c",
    "arch/x86/include/asm/tlb.h",
    "arch/x86/include/asm/pgalloc.h",
    "include/asm-generic/tlb.h",
    "include/asm-generic/pgalloc.h",
    "include/linux/mm.h",
)
"""Files whose functions, macros and static variables are renamed."""

PARTLY = {"include/linux/mm.h": re.compile(r"pagetable|ptlock|ptdesc|pte_|ptep_|pmd_|pud_|p4d_|lockptr")}
"""Of these files, only names that match."""

TOKEN = re.compile(
    r"""(?P<skip>/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
    r"""|^[ \t]*\#[ \t]*(?:include|error)[^\n]*)"""
    r"""|(?P<word>[A-Za-z_]\w*)""",
    re.S | re.M,
)
WORD = re.compile(rb"[A-Za-z_]\w*")
PASTED_BEFORE = re.compile(rb"(\w+)[ \t]*##")
MEMBER = re.compile(
    rb"container_of\(\(?(\w+)\)?,\s*struct\s+\w+,\s*\1\)"
)  # in a macro, the argument names a member
PASTED_BEHIND = re.compile(rb"##[ \t]*(\w+)")
DEFINITION = re.compile(r"^[A-Za-z_][^\n;{}#=()]*[\s*](\w+)\s*\(", re.M)
MACRO = re.compile(r"^#[ \t]*define[ \t]+(\w+)", re.M)
STATIC = re.compile(r"^static [^\n(){};=]*?\b(\w+)(?:\[[^\n\]]*\])?(?: __\w+)*\s*(?:=|;)", re.M)
DECLARED = re.compile(
    r"^\t+(?:static |const |unsigned |signed )*"
    r"(?:(?:struct|enum|union) \w+|\w+_t|int|long|bool|char|void|u\d+)\s+(?P<names>[^;(){}]*?)\s*[;=]",
    re.M,
)
KEYWORDS = frozenset(
    (
        "if",
        "for",
        "while",
        "switch",
        "return",
        "sizeof",
        "do",
        "else",
        "goto",
        "case",
        "default",
        "break",
        "continue",
        "typeof",
    )
)


@dataclass(frozen=True, slots=True)
class Renaming:
    """The new names of a tree: for the whole tree, and for the inside of single functions."""

    everywhere: Mapping[str, str]
    inside: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)  # (path, function)

    def back(self) -> Mapping[str, str]:
        """Return the old name of every new one. New names are unique in the tree."""
        old = {new: name for name, new in self.everywhere.items()}
        for names in self.inside.values():
            old |= {new: name for name, new in names.items()}
        return old


def fact_names(folder: Path = FACTS) -> frozenset[str]:
    """Return every name that a fact gives a meaning to."""
    found: set[str] = set()

    def collect(value: object, key: str) -> None:
        if isinstance(value, dict):
            for k, v in value.items():
                collect(v, k)
        elif isinstance(value, list):
            for v in value:
                collect(v, key)
        elif (
            isinstance(value, str)
            and key not in ("why", "source")
            and re.fullmatch(r"[A-Za-z_][\w.]*", value)
        ):
            found.update(value.split("."))

    for file in sorted(folder.glob("*.toml")):
        collect(tomllib.loads(file.read_text(encoding="utf-8")), "")
    return frozenset(found)


def plan(root: Path, facts: frozenset[str]) -> Renaming:
    """Choose what is renamed in a tree, and how."""
    texts = {p: (root / p).read_text(errors="surrogateescape") for p in DEFINING if (root / p).is_file()}
    names: set[str] = set()
    for path, text in texts.items():
        only = PARTLY.get(path)
        names |= {n for n in defined(text) if only is None or only.search(n)}
    stay = facts | _foreign_words(root)
    prefixes, suffixes, members = _pasted(root)
    stay |= {n for n in names if n.startswith(prefixes) or n.endswith(suffixes)}
    stay |= {n for n in names if any(n + suffix in names for suffix in suffixes)}
    chosen = sorted(n for n in names if n not in stay and _free(n))
    everywhere = {name: f"qz{number:04d}" for number, name in enumerate(chosen)}
    inside: dict[tuple[str, str], Mapping[str, str]] = {}
    for path, text in texts.items():
        if path.endswith(".c"):
            for function in sorted(set(_functions(text))):
                local = sorted(n for n in _locals(text, function) if n not in KEYWORDS | members)
                inside[path, function] = {n: f"vz{len(inside):04d}_{k}" for k, n in enumerate(local)}
    return Renaming(everywhere, inside)


def defined(text: str) -> Iterator[str]:
    """Yield the functions, macros and static variables that a file defines."""
    yield from _functions(text)
    yield from MACRO.findall(text)
    yield from STATIC.findall(text)


def _functions(text: str) -> Iterator[str]:
    for name in dict.fromkeys(DEFINITION.findall(text)):
        if not name.isupper() and any(True for _ in definitions(text, name)):
            yield name


def _free(name: str) -> bool:
    return not name.endswith("_t") and not name.startswith("CONFIG_") and name not in KEYWORDS


def _locals(text: str, function: str) -> Iterator[str]:
    for start, end in definitions(text, function):
        part = text[start:end]
        head, _, body = part.partition("\n{")
        declared = [
            re.findall(r"(\w+)\s*(?:\[[^\]]*\])?\s*$", p)
            for p in re.split(r"[,)]", head[head.index("(") + 1 :])
        ]
        found = {n for names in declared for n in names}
        for match in DECLARED.finditer(body):
            for item in match.group("names").split(","):
                found |= set(re.findall(r"(\w+)(?:\[[^\]]*\])?$", re.sub(r"\b__\w+", "", item).strip()))
        for name in found:
            called = re.search(rf"\b{name}\s*\(", part)
            typed = re.search(rf"\b(?:struct|enum|union)\s+{name}\b", part)
            member = re.search(rf"\bstruct\s+\w+\s*,\s*{name}\b", text)  # container_of(p, struct s, name)
            if not called and not typed and not member and name != "void" and not name[0].isdigit():
                yield name


def _foreign_words(root: Path) -> frozenset[str]:
    """Return every word of assembler, of linker scripts and of trace events: names that more than C sees."""
    words: set[bytes] = set()
    for path in (
        *(root / "arch/x86").rglob("*.S"),
        *(root / "include").rglob("*.lds.h"),
        *(root / "include/trace").rglob("*.h"),
    ):
        words |= set(WORD.findall(path.read_bytes()))
    return frozenset(w.decode() for w in words)


def _pasted(root: Path) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str]]:
    """Return beginnings and ends of names that macros put together with ##, and members they name."""
    before: set[bytes] = set()
    behind: set[bytes] = set()
    members: set[bytes] = set()
    for folder in ("arch/x86", "include", "mm"):
        for path in (root / folder).rglob("*.[ch]"):
            data = path.read_bytes()
            members |= set(MEMBER.findall(data))
            if b"##" in data:
                before |= set(PASTED_BEFORE.findall(data))
                behind |= set(PASTED_BEHIND.findall(data))
    return (
        tuple(sorted(w.decode() for w in before if len(w) > 6 and b"_" in w)),
        tuple(sorted(w.decode() for w in behind if len(w) > 3 and w.startswith(b"_"))),
        frozenset(w.decode() for w in members),
    )


def renamed(text: str, path: str, renaming: Renaming) -> str:
    """Return a file's text under the new names. Comments, strings and #include lines stay."""
    spans = sorted(
        (start, end, names)
        for (file, function), names in renaming.inside.items()
        if file == path and names
        for start, end in definitions(text, function)
    )
    out: list[str] = []
    done = 0
    for start, end, names in spans:
        if start >= done:
            out += [_words(text[done:start], {}, renaming), _words(text[start:end], names, renaming)]
            done = end
    return "".join([*out, _words(text[done:], {}, renaming)])


def _words(text: str, local: Mapping[str, str], renaming: Renaming) -> str:
    def new(match: re.Match[str]) -> str:
        word = match.group("word")
        if word is None:
            return match.group()
        if word in local and not re.search(r"(?:\.|->)\s*$", text[max(match.start() - 4, 0) : match.start()]):
            return local[word]
        return renaming.everywhere.get(word, word)

    return TOKEN.sub(new, text)


def rewritten(root: Path, renaming: Renaming, jobs: int = 2) -> dict[str, str]:
    """Return the files of the tree that the renaming changes, with their new text.

    Other architectures are left alone: they define functions of the same names.
    """
    paths = [
        p
        for p in files(root)
        if p.endswith((".c", ".h")) and (not p.startswith("arch/") or p.startswith("arch/x86/"))
    ]
    chunks = [paths[i : i + 2000] for i in range(0, len(paths), 2000)]
    changed: dict[str, str] = {}
    with ProcessPoolExecutor(jobs) as pool:
        for part in pool.map(_rewrite, [root] * len(chunks), chunks, [renaming] * len(chunks)):
            changed |= part
    return changed


def _rewrite(root: Path, paths: Iterable[str], renaming: Renaming) -> dict[str, str]:
    words = frozenset(n.encode() for n in renaming.everywhere)
    changed = {}
    for path in paths:
        data = (root / path).read_bytes()
        if path in DEFINING or not words.isdisjoint(WORD.findall(data)):
            text = data.decode("utf-8", "surrogateescape")
            new = renamed(text, path, renaming)
            if new != text:
                changed[path] = new
    return changed


def make(root: Path, to: Path, facts: frozenset[str] | None = None) -> Renaming:
    """Write the renamed copy of a tree to a new directory and return what was renamed."""
    renaming = plan(root, fact_names() if facts is None else facts)
    farm(root, to, rewritten(root, renaming))
    return renaming


def main() -> int:
    parser = argparse.ArgumentParser(description="Copy a kernel tree under other names.")
    parser.add_argument("--tree", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True, help="a directory that does not exist yet")
    parser.add_argument("--map", type=Path, help="where to write new name -> old name, as JSON")
    arguments = parser.parse_args()
    renaming = make(arguments.tree.resolve(), arguments.to)
    if arguments.map:
        arguments.map.write_text(json.dumps(renaming.back(), indent=1) + "\n", encoding="utf-8")
    local = sum(map(len, renaming.inside.values()))
    print(f"{len(renaming.everywhere)} names in the whole tree, {local} inside functions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
