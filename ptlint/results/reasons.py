# SPDX-License-Identifier: GPL-2.0-or-later
"""Why code is compiled under no configuration: a minimal core of what its conditions and Kconfig say."""

from __future__ import annotations

from collections.abc import Sequence

from ptlint.kconfig.arch import Arch
from ptlint.kconfig.explaining import Core, Kind, Reason, explain
from ptlint.kconfig.formula import Formula
from ptlint.kconfig.model import Model
from ptlint.kconfig.simplify import conjunction
from ptlint.results.branches import Branches, Dead, needed_by
from ptlint.results.claims import Claim
from ptlint.results.cores import core_step
from ptlint.results.model import Status, Step


class Reasons:
    """Tells of the dead branches of one side."""

    def __init__(self, branches: Branches) -> None:
        self._branches = branches
        self.side = branches.side

    def claim(self, dead: Dead, status: Status) -> Claim:
        """Return what is to be said of something dead, with a minimal core of the reasons."""
        formulas = [dead.listed, *(test.formula for test in dead.tests)]
        arch, model, core = self._core(dead, formulas)
        steps = [Step(dead.path, dead.line, 1, "", "this is compiled under no configuration")]
        reasons: tuple[Reason, ...] = ()
        chosen = range(len(formulas))
        if core is not None:
            reasons, chosen = core.reasons, core.formulas or chosen  # type: ignore[assignment]
        for place in chosen:
            if place == 0:
                if dead.listed.symbols():
                    steps.append(self._listed_step(dead))
            else:
                test = dead.tests[place - 1]
                must = "needs" if test.holds else "needs the opposite of"
                steps.append(Step(dead.path, test.line, 1, "", f"it {must} {test.text}"))
        texts: list[str] = []
        undefined: set[str] = set()
        for reason in reasons:
            step = self._reason(reason, model, arch)
            steps.append(step)
            texts.append(step.message)
            if reason.kind is Kind.UNDEFINED and not self.side.is_defined(reason.symbol):
                undefined.add(reason.symbol)
        what = "the file" if dead.identity[0] == "file" else "the branch"
        conditions = [step.message for step in steps[1:] if step.message not in texts]
        why = "; ".join(texts) or f"its conditions exclude one another: {'; '.join(conditions)}"
        if len({one.srcarch for one in dead.archs}) > 1 and texts and arch is not None:
            why += f" (on {arch.name}; it is dead on all other architectures, too)"
        return Claim(
            path=dead.path,
            line=dead.line,
            column=1,
            fields={"what": what, "why": why},
            trace=tuple(dict.fromkeys(steps)),
            identity=dead.identity,
            status=status,
            symbols=frozenset(undefined),
            archs=tuple(one.name for one in dead.archs),
        )

    def _core(self, dead: Dead, formulas: Sequence[Formula]) -> tuple[Arch | None, Model | None, Core | None]:
        """Return a minimal core, and the architecture whose Kconfig files it is from, None if from none."""
        needed = [(place, name) for place, one in enumerate(formulas) for name in needed_by(one)]
        undefined = [(place, name) for place, name in needed if not self.side.is_defined(name)]
        if undefined:
            place, name = undefined[0]
            return None, None, Core((place,), (Reason(Kind.UNDEFINED, name),))
        arch, model = self._explained(dead)
        return arch, model, explain(model, formulas, self.side.probed) if model is not None else None

    def _explained(self, dead: Dead) -> tuple[Arch | None, Model | None]:
        """Return an architecture that tells why, at best one of the run that defines what is asked for."""
        needed = list(needed_by(conjunction((dead.listed, *(test.formula for test in dead.tests)))))
        asked = sorted(  # what the run asked for comes first anyway
            dead.archs, key=lambda arch: sum(not self._branches.may_define(arch, name) for name in needed)
        )
        for arch in asked:
            model = self.side.model(arch)
            if model is not None:
                return arch, model
        return None, None

    def _listed_step(self, dead: Dead) -> Step:
        """Return the line of a makefile that lists a file."""
        folder, _, name = dead.path.rpartition("/")
        for makefile in ("Kbuild", "Makefile"):
            path = f"{folder}/{makefile}"
            text = self.side.tree.find(path)
            if text is None:
                continue
            wanted = f"{name.rpartition('.')[0]}.o".encode()
            for number, line in enumerate(text.split(b"\n"), 1):
                if wanted in line.split(b"#")[0].split():
                    return Step(path, number, 1, "", f"{dead.path} is compiled where {dead.listed}")
            return Step(path, 1, 1, "", f"{dead.path} is compiled where {dead.listed}")
        return Step(dead.path, dead.line, 1, "", f"it is compiled where {dead.listed}")

    def _reason(self, reason: Reason, model: Model | None, arch: Arch | None) -> Step:
        name = reason.symbol
        if reason.kind is not Kind.UNDEFINED:
            return core_step(reason, model, arch)
        others = list(self.side.definitions.places(name))
        if not others:
            return Step("Kconfig", 1, 1, "", f"no Kconfig file defines {name}")
        first = others[0]
        what = f"{arch} has no {name}, which only {first.path} defines"
        if len(others) > 1:
            what = f"{arch} has no {name}; it is defined by others, as in {first.path}"
        return Step(first.path, first.line, 1, "", what)
