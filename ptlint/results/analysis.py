# SPDX-License-Identifier: GPL-2.0-or-later
"""The analysis of one tree: combinations, free sites with their verdicts, findings, gaps."""

from __future__ import annotations

import functools
import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ptlint.cpp.presence import FileBranches
from ptlint.cpp.unit import Preprocessor
from ptlint.kconfig.arch import Arch, arch_named
from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.formula import Formula
from ptlint.kconfig.kbuild import Kbuild
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.model import Model
from ptlint.kconfig.parsing import parse_formula
from ptlint.kconfig.toolchain import Toolchain, toolchain_named
from ptlint.kconfig.usual import usual_values
from ptlint.lifetime.outcome import Outcome
from ptlint.lifetime.questions import WalkCache
from ptlint.lifetime.search import Search
from ptlint.lifetime.tables import table_names
from ptlint.lifetime.verdicts import verdicts
from ptlint.program.bodies import Sources
from ptlint.program.compiled import compiled_units
from ptlint.program.conditions import Condition, Slice
from ptlint.program.definitions import Definitions, Lacking, conditions_of
from ptlint.program.demands import Demands
from ptlint.program.facts import Facts, load_facts
from ptlint.program.overrides import Override, Overrides
from ptlint.program.program import Program
from ptlint.program.units import Units
from ptlint.results.caches import Caches, Watch
from ptlint.results.covering import MOST_CONFIGURATIONS, Covering
from ptlint.results.engine import Request, StateResult, Usual
from ptlint.results.feasibility import feasibilities
from ptlint.results.findings import findings_of
from ptlint.results.footprint import Footprint, joined
from ptlint.results.gathering import OneCombination, gather
from ptlint.results.model import Finding, Gap, Severity
from ptlint.results.parts import Part, united
from ptlint.results.processes import Progress, can_fork, in_processes
from ptlint.results.proofs import facts_of
from ptlint.results.queries import Asked, asked, overridden, wanted
from ptlint.results.recall import Recall
from ptlint.results.undefined import undefined
from ptlint.results.violations import violations_of, without_implied
from ptlint.rules.conditions import parse_condition
from ptlint.rules.loader import shipped_folder
from ptlint.rules.model import Rule
from ptlint.rules.watching import RuleMonitor
from ptlint.source.tree import NotingTree, RecordingTree, Tree

UNCALLED = "frees its argument, but nothing is seen that calls it"

TOGETHER = 2
"""Architectures that are analysed in one process, whatever the number of jobs: the widths of one kind of
machine share half of their code, and what was found of them is kept for the patches to come."""

KEPT_COMBINATIONS = 96
KEPT_MODELS = 8
"""Of earlier states of a series, answers and Kconfig models that may serve again."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found under one configuration, and what comes of it for the run."""

    one: OneCombination
    conditions: tuple[Condition, ...]  # that decide the code that was analysed
    named: Mapping[str, frozenset[str]]  # what functions name that some of these decide
    present: Mapping[tuple[str, str], Formula]  # where functions are compiled, by file and name
    demands: tuple[Condition, ...]  # to be met besides, but not both ways
    overrides: tuple[Override, ...]  # what an architecture may have in the place of generic code
    footprint: Footprint


@dataclass(frozen=True, slots=True)
class Files:
    """What is known of the code of one tree, whatever the configuration.

    It is read from `tree`, through `searched`, which records texts that were only searched as well. Kconfig
    is not, but through `kconfig`: what it makes of the code is the configuration.
    """

    kconfig: RecordingTree
    searched: RecordingTree
    tree: NotingTree
    branches: FileBranches
    sources: Sources

    def read(self) -> Footprint:
        """Return what was read of the tree, but for what was only searched."""
        code, kconfig = self.tree, self.kconfig
        read = frozenset(code.reads) | code.absent | frozenset(kconfig.reads) | kconfig.absent
        return Footprint(read, frozenset(), frozenset(), frozenset())


def files_of(tree: Tree) -> Files:
    """Return what is known of a tree before it is read."""
    searched = RecordingTree(tree)
    noting = NotingTree(searched)
    return Files(RecordingTree(tree), searched, noting, FileBranches(), Sources(noting))


class Analysis:
    """The real engine: see `ptlint.results.engine.Engine`."""

    def __init__(self, fact_files: Sequence[Path]) -> None:
        self.facts: Facts = load_facts(fact_files)
        self.caches = Caches()  # shared by the combinations, and by the states of a series
        self.judged: Recall[Judged] = Recall(KEPT_COMBINATIONS)
        self.models: Recall[Model] = Recall(KEPT_MODELS)

    def analyse(self, request: Request, progress: Progress) -> StateResult:
        """Return what is true of the tree under every configuration asked for."""
        with spared_collector():
            return self._analyse(request, progress)

    def _analyse(self, request: Request, progress: Progress) -> StateResult:
        tree, toolchain = request.tree, toolchain_named(request.toolchain)
        files = files_of(tree)
        request = replace(request, tree=files.kconfig)
        if request.jobs > 1 and len(request.archs) > TOGETHER and can_fork():
            parts = self.apart(request, toolchain, tree, progress)
        else:
            parts = [self.part(request, name, toolchain, files, progress) for name in request.archs]
        models = {name: self.model(request, arch_named(name), toolchain) for name in request.archs}
        logics = {name: Logic(model, dict(request.assume)) for name, model in models.items()}
        whole = united(parts)
        result = gather(
            request,
            toolchain,
            whole.combinations,
            logics,
            {**whole.deciding, "": whole.deciding.get("", set()) | required_symbols(request.rules)},
            whole.named,
            whole.present,
            whole.gaps,
            whole.answers,
        )
        if result.findings and not request.configs:
            result = replace(result, usual=usual_of(models, result.cone, request))
        footprint = joined((files.read(), *whole.footprints))
        return replace(result, feasibility=whole.feasible, footprint=footprint)

    def apart(self, request: Request, toolchain: Toolchain, tree: Tree, progress: Progress) -> list[Part]:
        """Analyse each architecture in a process of its own.

        What one has read is asked of the tree here as well, for those who note what an answer rests on. What
        they have parsed and walked ends with them, and so does the memory that it took.
        """

        def work(name: str, say: Progress) -> tuple[Part, RecordingTree]:
            with spared_collector():
                reading = RecordingTree(tree)
                files = files_of(reading)
                part = self.part(replace(request, tree=files.kconfig), name, toolchain, files, say)
                part.footprints.append(files.read())
            return part, reading.without_base()

        made = in_processes(work, request.archs, request.jobs, progress)
        read = frozenset[str]().union(*(one.reads.keys() | one.absent for _, one in made))
        for path in sorted(read):
            tree.digest(path)
        for folder in sorted(frozenset[str]().union(*(one.listed for _, one in made))):
            tree.entries(folder)
        return [part for part, _ in made]

    def part(
        self, request: Request, name: str, toolchain: Toolchain, files: Files, progress: Progress
    ) -> Part:
        """Return all there is to one architecture."""
        part = Part(name)
        requirements = tuple(dict.fromkeys(parse_formula(r.requires) for r in request.rules if r.requires))
        closed = request.closed or bool(request.configs)
        arch = arch_named(name)
        progress(f"reading the Kconfig of {arch.name}")
        model = self.model(request, arch, toolchain)
        logic = Logic(model, dict(request.assume))
        if len(request.archs) > 1:
            part.feasible = tuple(feasibilities(model, logic, request.rules, dict(request.assume)))
        covering = Covering(logic, model.defconfig(dict(request.assume)), requirements)
        for configuration in given(model, request):
            if all(configuration.values != other.values for other in covering.chosen):
                covering.choose(configuration)
        if not covering.chosen:
            covering.choose(covering.start)
        part.answers.append(asked(model, logic, request.rules, covering.chosen, closed))
        for witness in part.answers[-1].witnesses:
            covering.choose(witness)
        covering.learn(queried(part.answers[-1], arch, request))
        overrides: list[Override] = []
        number, crossing = 0, False
        while number < len(covering.chosen):
            configuration = covering.chosen[number]
            number += 1
            identity = f"{arch.name}/{number}"
            judged = self.one(request, arch, configuration, toolchain, identity, files, progress)
            overrides += judged.overrides
            note(judged, part)
            if closed or crossing:
                continue
            covering.learn(judged.conditions)
            covering.demand((*judged.demands, *wanted(request.rules, judged.overrides)))
            if number == len(covering.chosen) < MOST_CONFIGURATIONS:
                following = covering.next()
                if following is None:
                    crossing = True  # what it shows of other functions is not gone into
                    for key in request.touched:
                        if key in part.present:
                            covering.cross(part.present[key], key[1], sorted(part.named.get(key[1], ())))
                    following = covering.next_crossed()
                if following is not None:
                    covering.choose(following)
        part.answers.append(overridden(model, logic, request.rules, overrides, covering.chosen))
        if not closed:
            part.gaps += [
                Gap(
                    condition.path,
                    condition.line,
                    condition.function,
                    f"{arch.name}: no combination of this run has {logic.text(goal)}",
                )
                for condition, goal in covering.unmet()
            ]
        return part

    def watching(self, rules: Sequence[Rule]) -> Watch:
        """Return the monitor of a choice of rules, with the walks that it has watched."""
        key = tuple(rule.digest for rule in rules)
        known = self.caches.watches.get(key)
        if known is None:
            known = self.caches.watches[key] = Watch(RuleMonitor(rules), WalkCache())
        return known

    def one(
        self,
        request: Request,
        arch: Arch,
        configuration: Configuration,
        toolchain: Toolchain,
        identity: str,
        files: Files,
        progress: Progress,
    ) -> Judged:
        """Return what is true under one configuration, if need be by analysing the tree.

        A symbol that is n, or not there at all, is the same to the code.
        """
        key = (
            arch,
            request.toolchain,
            tuple(rule.digest for rule in request.rules),
            frozenset(configuration.autoconf().items()),
            frozenset(one for one in configuration.types.items() if one[1] != "bool"),
            request.removed,
            request.callers,
        )
        known = self.judged.find(key, files.searched.base)
        if known is None:
            known = self.judge(request, arch, configuration, toolchain, identity, files, progress)
            self.judged.keep(key, files.searched, known)
        findings = tuple(replace(finding, combinations=(identity,)) for finding in known.one.findings)
        one = replace(known.one, id=identity, configuration=configuration, findings=findings)
        return replace(known, one=one)

    def judge(
        self,
        request: Request,
        arch: Arch,
        configuration: Configuration,
        toolchain: Toolchain,
        identity: str,
        files: Files,
        progress: Progress,
    ) -> Judged:
        """Analyse the tree under one configuration."""
        progress(f"{identity}: finding what is compiled")
        program = self.program(files.tree, arch, configuration, toolchain)
        watch = self.watching(request.rules)
        search = Search(
            program, self.facts, lambda text: progress(f"{identity}: {text}"), watch.walks, watch.monitor
        )
        outcome = search.run()
        sites = verdicts(outcome)
        rules = active_rules(request.rules, configuration)
        definitions = [outcome.definitions[key] for key in sorted(outcome.definitions)]
        slice_ = Slice(program, definitions, files.branches, files.sources, search.relevance.wanted)
        conditions = [*slice_.decisive(), *slice_.absent()]
        named = slice_.named()
        lacking: tuple[Lacking, ...] = ()
        passed: list[tuple[str, str]] = []
        demands: tuple[Condition, ...] = ()
        if any(rule.lacks is not None for rule in request.rules):
            missing = Definitions(
                program, slice_, files.sources, self.caches.callees, frozenset(request.removed)
            )
            lacking = missing.lacking(search.speaking, (*request.walked, *request.callers))
            passed = [definition.key for definition in slice_.passed()]
            conditions += conditions_of(lacking)
            demanding = Demands(program.units, self.facts, slice_, files.sources)
            demands = demanding.conditions(missing.callers(), request.removed)
        marks = sorted({query.overrides for rule in request.rules for query in rule.queries} - {""})
        replaced = Overrides(program.units, slice_, files.sources)
        overrides = [override for symbol in marks for override in replaced.of(symbol)]
        one = OneCombination(
            identity,
            configuration,
            sites,
            without_implied(
                (
                    *findings_of(outcome, sites, program, rules, identity),
                    *violations_of(outcome, rules, watch.monitor, identity, self.facts.by_name),
                    *undefined(lacking, rules, identity),
                ),
                rules,
            ),
            gaps_of(outcome),
            unreached_of(outcome),
            facts_of([sites]),
            frozenset(outcome.definitions),
            frozenset({path for path, _ in outcome.definitions} | outcome.units),
            frozenset(passed),
            frozenset((lack.path, lack.function) for lack in lacking),
        )
        conditions += softening(one.findings, rules)
        footprint = Footprint(
            frozenset(files.tree.reads) | files.tree.absent,
            frozenset(program.units.compiled),
            frozenset(program.units.words),
            frozenset(program.units.names),
        )
        search.close()
        program.close()
        return Judged(one, tuple(conditions), named, slice_.present, demands, tuple(overrides), footprint)

    def model(self, request: Request, arch: Arch, toolchain: Toolchain) -> Model:
        """Return the Kconfig model of the tree."""
        key = (arch, request.toolchain)
        known = self.models.find(key, request.tree)
        if known is None:
            read = RecordingTree(request.tree)
            known = Model.load(read, arch, toolchain)
            self.models.keep(key, read, known)
        return known

    def program(self, tree: Tree, arch: Arch, configuration: Configuration, toolchain: Toolchain) -> Program:
        """Return the program of a tree under a configuration."""
        kbuild = Kbuild(tree, configuration)
        units = Units(
            tree,
            kbuild,
            Preprocessor(tree, configuration, toolchain, self.caches.sources),
            compiled_units(tree, kbuild, arch.srcarch),
            self.facts.kept,
            self.facts.noreturn,
            table_names(self.facts),
            self.facts.names("free") | self.facts.names("queue"),
            self.caches.syntax,
            self.caches.texts,
            self.facts.names("none"),
        )
        return Program(units, self.facts)


def required_symbols(rules: Iterable[Rule]) -> set[str]:
    """Return the symbols of what rules require of a configuration."""
    return {symbol for rule in rules for symbol in parse_condition(rule.requires).symbols()}


def softening(findings: Iterable[Finding], rules: Iterable[Rule]) -> list[Condition]:
    """Return where rules that errors are of are no more than warnings: it decides the functions, too."""
    warns = {rule.code: parse_condition(rule.warns).formula for rule in rules if rule.warns}
    return [
        Condition(one.path, one.line, warns[one.rule], one.function or "")
        for one in findings
        if one.rule in warns and one.severity is Severity.ERROR
    ]


def note(judged: Judged, part: Part) -> None:
    """Take down what one configuration has added to what is known of its architecture."""
    part.combinations.append(judged.one)
    part.footprints.append(judged.footprint)
    for condition in judged.conditions:
        part.deciding.setdefault(condition.function, set()).update(condition.formula.symbols())
    part.present.update(judged.present)
    for function, names in judged.named.items():
        part.named.setdefault(function, set()).update(names)


def queried(answer: Asked, arch: Arch, request: Request) -> list[Condition]:
    """Return where queries to Kconfig are violated, here and in other states: met together, both ways."""
    texts = [violation.condition for violation in answer.violations]
    texts += [text for name, text in request.goals if name == arch.name]
    return [Condition("Kconfig", 1, parse_formula(text), "") for text in texts if text != "y"]


def usual_of(models: Mapping[str, Model], cone: Iterable[str], request: Request) -> tuple[Usual, ...]:
    """Return the defconfigs, allmodconfig and allnoconfig of each architecture."""
    return tuple(
        Usual(arch, name, dict(values))
        for arch, model in models.items()
        for name, values in usual_values(model, sorted(cone), dict(request.assume))
    )


def gaps_of(outcome: Outcome) -> tuple[Gap, ...]:
    """Return what was not followed."""
    return tuple(Gap(path, line, function, reason) for path, line, function, reason in outcome.gaps)


def unreached_of(outcome: Outcome) -> tuple[Gap, ...]:
    """Return the functions that free what their callers hand them, and that nobody is seen to call."""
    return tuple(Gap(path, line, name, UNCALLED) for (path, name), line in outcome.unreached.items())


def given(model: Model, request: Request) -> list[Configuration]:
    """Return the configurations that are asked for by text: the user's, or those of the states before."""
    assume = dict(request.assume)
    mine = [text for arch, text in request.also if arch == model.arch.name]
    return [model.complete(text, assume) for text in (*(text for _, text in request.configs), *mine)]


def analyse(request: Request, progress: Progress) -> StateResult:
    """Return what is true of the tree, judged by the facts that ptlint ships."""
    return shipped_analysis().analyse(request, progress)


@functools.cache
def shipped_analysis() -> Analysis:
    """Return the analysis with the shipped facts; the states of a series share what it has parsed."""
    return Analysis(sorted((shipped_folder() / "facts").glob("*.toml")))


@contextmanager
def spared_collector() -> Iterator[None]:
    """Keep the garbage collector out: an analysis makes millions of small values and no cycles that stay.

    What would be one is taken apart (`close`) when a walk or a combination is done. What is left is frozen:
    it stays for the life of the process, and going over a gigabyte of it takes seconds.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()


def active_rules(rules: Sequence[Rule], configuration: Configuration) -> tuple[Rule, ...]:
    """Return the rules that speak of a configuration, as severe as they are there."""
    return tuple(
        replace(rule, severity=Severity.WARNING)
        if rule.severity is Severity.ERROR and rule.warns and _holds(rule.warns, configuration)
        else rule
        for rule in rules
        if _holds(rule.requires, configuration)
    )


def _holds(condition: str, configuration: Configuration) -> bool:
    return parse_condition(condition).formula.holds(configuration)
