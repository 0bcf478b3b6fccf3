# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures what ptlint costs: wall time and memory, cold and warm, beside two reference jobs.

    python bench/measure.py --tree DIR [--ptlint CMD] [--repeat N] [--arch x86_64] [--json FILE]

Nothing is asserted. Times of different machines compare by their ratio to the reference jobs: the start
of the Python interpreter, and gcc preprocessing mm/memory.c with everything configured off (it exits 1,
for #error lines). Cold means an empty cache folder ($XDG_CACHE_HOME of our own); the kernel's files are
in the page cache in both cases. The best of N runs counts for time, the largest for memory.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

INCLUDES = ("arch/x86/include", "include", "arch/x86/include/uapi", "include/uapi")


@dataclass(frozen=True, slots=True)
class Measure:
    """One job: the best wall and CPU seconds, the largest resident set, the exit status of the last run."""

    name: str
    seconds: float
    cpu: float
    megabytes: float
    status: int


def measure(
    name: str,
    command: Sequence[str],
    repeat: int,
    environment: Mapping[str, str],
    cwd: Path | None = None,
    before: Callable[[], None] = lambda: None,
) -> Measure:
    """Run a command `repeat` times, `before` each time, and return what it cost."""
    times, cpus, sizes, status = [], [], [], 0
    for _ in range(repeat):
        before()
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _exec(command, environment, cwd)
        _, raw, usage = os.wait4(child, 0)
        times.append(time.monotonic() - began)
        cpus.append(usage.ru_utime + usage.ru_stime)
        sizes.append(usage.ru_maxrss / 1024)  # Linux counts in KiB; of a job's processes, the largest
        status = os.waitstatus_to_exitcode(raw)
    return Measure(name, min(times), min(cpus), max(sizes), status)


def _exec(command: Sequence[str], environment: Mapping[str, str], cwd: Path | None) -> None:
    """Become the command, its output going nowhere. Does not return."""
    try:
        if cwd:
            os.chdir(cwd)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.execvpe(command[0], list(command), dict(environment))
    except OSError:
        os._exit(127)


def jobs(arguments: argparse.Namespace, cache: Path) -> list[Measure]:
    """Run all jobs and return their measures, the references first."""
    tree = arguments.tree.resolve()
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    ptlint = shlex.split(arguments.ptlint)
    check = [
        *ptlint,
        "check",
        *arguments.paths,
        "--tree",
        str(tree),
        "--arch",
        arguments.arch,
        "--format",
        "json",
    ]

    def run(name: str, command: Sequence[str], cold: bool = False, cwd: Path | None = None) -> Measure:
        def empty() -> None:
            shutil.rmtree(cache, ignore_errors=True)
            cache.mkdir()

        return measure(name, command, arguments.repeat, environment, cwd, empty if cold else lambda: None)

    preprocess = reference(tree, cache.parent / "stubs")
    return [
        run("python -c pass", [sys.executable, "-c", "pass"]),
        run("gcc -E mm/memory.c", preprocess, cwd=tree),
        run("ptlint --help", [*ptlint, "--help"]),
        run("ptlint check, cold", check, cold=True),
        run("ptlint check, warm", check),
    ]


def reference(tree: Path, stubs: Path) -> list[str]:
    """Return a command that preprocesses mm/memory.c of an unbuilt tree with all its includes.

    Headers that only a build makes are stubs: asm/ ones lead to asm-generic/ where there is such a file,
    the others are empty. gcc names one missing header per run.
    """
    includes = [*INCLUDES, str(stubs)]
    command = ["gcc", "-E", "-nostdinc", "-D__KERNEL__", *(f"-I{i}" for i in includes)]
    command += ["-include", "include/linux/kconfig.h", "mm/memory.c"]
    for _ in range(100):
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
        missing = re.search(r"fatal error: (\S+): No such file", done.stderr)
        if missing is None:
            break
        name = missing.group(1)
        generic = name.replace("asm/", "asm-generic/", 1)
        found = any((tree / i / generic).is_file() for i in INCLUDES)
        (stubs / name).parent.mkdir(parents=True, exist_ok=True)
        (stubs / name).write_text(f"#include <{generic}>\n" if found and generic != name else "")
    return command


def table(measures: Sequence[Measure]) -> str:
    """Return the measures as a table; ratios are to the two references."""
    python, gcc = measures[0].seconds, measures[1].seconds
    lines = [f"{'':<22} {'wall s':>8} {'cpu s':>8} {'MiB':>7} {'x python':>9} {'x gcc -E':>9}  exit"]
    lines += [
        f"{m.name:<22} {m.seconds:8.2f} {m.cpu:8.2f} {m.megabytes:7.0f}"
        f" {m.seconds / python:9.1f} {m.seconds / gcc:9.1f}  {m.status}"
        for m in measures
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what ptlint costs.")
    parser.add_argument("--tree", type=Path, required=True, metavar="DIR")
    parser.add_argument("--ptlint", default=f"{sys.executable} -m ptlint.cli.main", metavar="CMD")
    parser.add_argument("--arch", default="x86_64")
    parser.add_argument("--repeat", type=int, default=1, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the measures there")
    parser.add_argument("paths", nargs="*", default=["arch/x86"], metavar="PATH")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measures = jobs(arguments, Path(scratch) / "cache")
    print(table(measures))
    if arguments.json:
        arguments.json.write_text(
            json.dumps([asdict(m) for m in measures], indent=1) + "\n", encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
