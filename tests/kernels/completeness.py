# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether what a run says of all configurations holds of random ones that the kernel's own conf makes.

Of each random configuration everything that `--config` says of it has to be said by the run over all
combinations: each free site with that verdict and reason by one of them, each gap; and a finding holds there
exactly if its condition does.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.model import Model
from ptlint.kconfig.parsing import parse_formula
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.results.analysis import UNCALLED, Analysis
from ptlint.results.engine import Request, StateResult
from ptlint.rules.loader import load_rules, shipped_folder
from ptlint.source.tree import DiskTree

sys.path.insert(0, str(Path(__file__).parents[1] / "kconfig"))  # as for the tests there

from conf_oracle import randconfig

Said = tuple[str, int, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """What one configuration has of sites, findings and gaps, and what the run does not say of it."""

    name: str
    said: int
    outside: tuple[str, ...]
    verdicts: tuple[Said, ...]  # of `outside`, the sites whose verdict no combination has


class Whole:
    """The run over all combinations of one architecture, which random configurations are compared with."""

    def __init__(self, root: Path, arch: str, assume: Sequence[tuple[str, str]] = ()) -> None:
        self.analysis = Analysis(sorted((shipped_folder() / "facts").glob("*.toml")))
        self.root = root
        self.request = Request(DiskTree(root), (arch,), (), tuple(assume), DEFAULT, load_rules())
        self.model = Model.load(self.request.tree, arch_named(arch), toolchain_named(DEFAULT))
        self.result = self.answer(self.request)
        self.said = set(sites(self.result))
        self.gaps = set(gaps(self.result))

    def answer(self, request: Request) -> StateResult:
        """Return what the analysis says."""
        return self.analysis.analyse(request, lambda _: None)

    def compared(self, name: str, text: str) -> Compared:
        """Compare with one configuration."""
        one = self.answer(replace(self.request, configs=((name, text),)))
        configuration = self.model.complete(text, dict(self.request.assume))
        said, here = set(sites(one)), set(gaps(one))
        outside = [f"site {site}" for site in sorted(said - self.said)]
        outside += [f"gap {gap}" for gap in sorted(here - self.gaps)]
        known = {site[:-1] for site in self.said}
        verdicts = tuple(site for site in sorted(said) if site[:-1] not in known)
        return Compared(name, len(said), (*outside, *self.findings(one, configuration)), verdicts)

    def findings(self, one: StateResult, configuration: Configuration) -> Iterator[str]:
        """Yield the findings whose condition is wrong in a configuration."""
        there = {(f.rule, f.path, f.line, f.identity) for f in one.findings}
        held = set()
        for finding in self.result.findings:
            if parse_formula(finding.condition).holds(configuration):
                held.add((finding.rule, finding.path, finding.line, finding.identity))
        for key in sorted(there - held):
            yield f"finding {key[:3]} is there, and no condition says so"
        for key in sorted(held - there):
            yield f"finding {key[:3]} is not there, though its condition holds"


def sites(result: StateResult) -> Iterator[Said]:
    """Yield what is said of each free site."""
    for site in result.sites:
        yield site.path, site.line, site.function, site.callee, str(site.verdict), site.reason


def gaps(result: StateResult) -> Iterator[tuple[str, str, str]]:
    """Yield where something was not analysed, whatever calls it.

    What nothing calls in one configuration is a gap there, and none of a run in which something does.
    """
    for gap in result.gaps:
        if gap.reason != UNCALLED:
            yield gap.path, gap.function, gap.reason


def random_configurations(root: Path, arch: str, count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield names and texts of configurations that conf makes."""
    for number in range(count):
        yield f"random-{seed + number}", randconfig(root, arch_named(arch), seed + number)


def main() -> int:
    """Compare, and print figures; exit with 1 if anything falls outside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, required=True)
    parser.add_argument("--arch", action="append", required=True)
    parser.add_argument("--count", type=int, default=25)
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    parser.add_argument("--assume", action="append", default=[], metavar="SYM=VALUE")
    parser.add_argument("--most", type=int, default=10, help="how much to print of a configuration")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.randrange(1 << 24)
    assume = [(symbol, value) for symbol, _, value in (one.partition("=") for one in arguments.assume)]
    bad = 0
    for arch in arguments.arch:
        began = time.process_time()
        whole = Whole(arguments.tree.resolve(), arch, assume)
        print(
            f"{arch}: {len(whole.result.combinations)} combinations, {len(whole.said)} things said of sites,"
            f" {len(whole.result.findings)} findings, {time.process_time() - began:.0f} s",
            flush=True,
        )
        said = outside = verdicts = configurations = 0
        for name, text in random_configurations(whole.root, arch, arguments.count, seed):
            began = time.process_time()
            one = whole.compared(name, text)
            said, outside = said + one.said, outside + len(one.outside)
            verdicts += len(one.verdicts)
            configurations += bool(one.outside)
            print(
                f"  {name}: {one.said} said, {len(one.outside)} outside, {time.process_time() - began:.0f} s"
            )
            for line in one.outside[: arguments.most]:
                print(f"    {line}", flush=True)
        print(
            f"{arch}: {arguments.count} configurations from seed {seed}, {configurations} with something"
            f" outside; {outside} of {said} things said, {verdicts} of them verdicts",
            flush=True,
        )
        bad += outside
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
