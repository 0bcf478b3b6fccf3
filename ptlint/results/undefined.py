# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings of the rules that ask whether what is called is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ptlint.lifetime.sites import enclosing, site_keys
from ptlint.program.definitions import Lack, Lacking
from ptlint.results.model import Finding, Severity, Status, Step
from ptlint.rules.model import Lacks, Rule


def undefined(lacking: Iterable[Lacking], rules: Sequence[Rule], combination: str) -> list[Finding]:
    """Return one finding for each rule and place; what comes there by other ways is further traces."""
    groups: dict[tuple[str, str, int, int, str, Lack], list[Lacking]] = {}
    for one in lacking:
        for rule in rules:
            if rule.lacks is not None and said(rule.lacks, one.lack):
                place = (one.place.path, one.place.line, one.place.column)
                groups.setdefault((rule.code, *place, one.callee, one.lack), []).append(one)
    by_code = {rule.code: rule for rule in rules}
    return [finding_of(by_code[key[0]], group, combination) for key, group in groups.items()]


def missing_callee(finding: Finding) -> str:
    """Return the name of what a finding says to be missing, "" if it says nothing of the kind."""
    return finding.identity[1] if finding.identity[0] in tuple(Lack) else ""


def said(lacks: Lacks, lack: Lack) -> str:
    """Return what a rule says of something that is missing, "" if it does not care."""
    match lack:
        case Lack.DECLARATION:
            return lacks.declaration
        case Lack.DEFINITION:
            return lacks.definition
        case Lack.ARGUMENTS:
            return lacks.arguments


def finding_of(rule: Rule, group: Sequence[Lacking], combination: str) -> Finding:
    """Return the finding of a place."""
    first = group[0]
    place, function = first.place, enclosing(first.place, first.function)
    traces = tuple(dict.fromkeys(tuple(steps_of(one)) for one in group))
    lacks = said(rule.lacks, first.lack) if rule.lacks is not None else ""
    return Finding(
        rule.code,
        rule.name,
        Severity(rule.severity.value),
        Status.EXISTING,
        rule.message.format(callee=first.callee, function=function, lacks=lacks),
        place.path,
        place.line,
        place.column,
        function,
        (combination,),
        "y",
        traces[0],
        (first.lack.value, first.callee, place.path, function),
        None,
        traces[1:8],
    )


def steps_of(lacking: Lacking) -> Iterator[Step]:
    """Yield the macros that a call came out of, the call, and where its callee is defined or declared."""
    for key in site_keys(lacking.place, lacking.function, lacking.callee)[:-1]:
        yield Step(key.path, key.line, key.column, key.function, f"{key.callee} is used here")
    place = lacking.place
    given = f" with {lacking.given} argument{'' if lacking.given == 1 else 's'}"
    called = f"{lacking.callee}() is called here{given if lacking.lack is Lack.ARGUMENTS else ''}"
    yield Step(place.path, place.line, place.column, enclosing(place, lacking.function), called)
    for other in lacking.elsewhere:
        yield Step(other.path, other.line, 1, other.name, other.what)
