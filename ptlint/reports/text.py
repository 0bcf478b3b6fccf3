# SPDX-License-Identifier: GPL-2.0-or-later
"""`--format text`: for people, in the manner of a compiler. The last line says what was covered."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ptlint.reports.excerpt import Sources, excerpt
from ptlint.reports.overview import overview_lines
from ptlint.reports.spans import Line
from ptlint.results.fingerprint import fingerprint
from ptlint.results.making import object_of
from ptlint.results.model import Finding, Ground, Result, Severity, Site, Status, Verdict
from ptlint.results.status import counts

_GOOD = frozenset({Verdict.RCU, Verdict.UNPUBLISHED, Verdict.KERNEL, Verdict.EXCLUSIVE})


def lines(result: Result, sources: Sources, quiet: bool = False) -> Iterator[Line]:
    """Yield the lines of the report; *quiet* leaves nothing but what decides the exit status."""
    for finding in result.findings:
        if result.mode != "patch" or finding.status is not Status.EXISTING:
            yield from story(result, finding, sources)
            yield []
    if result.ledger:
        yield from _ledger(result)
    if not quiet:
        yield from _verdicts(result)
    yield from _gaps(result)
    if quiet:
        return
    if result.mode == "audit":
        yield from _relied_upon(result)
    for overview in result.overviews:
        yield from overview_lines(overview)
    for note in result.notes:
        yield [("note: ", "note"), (note, "")]
    for assumed in result.assumed:
        note = " (forced: no real configuration has it)" if assumed.forced else ""
        yield [("assumed: ", "dim"), (f"{assumed.symbol}={assumed.value}{note}", "")]
    if result.silent:
        are = "speaks" if len(result.silent) == 1 else "speak"
        yield [
            (
                f"{', '.join(result.silent)} {are} of no combination here: what they require holds in none",
                "note",
            )
        ]
    yield [("base: " if result.mode == "patch" else "tree: ", "dim"), (origin(result), "")]
    yield [(summary(result), "bold"), (f" - {coverage(result)}", "")]


def story(result: Result, finding: Finding, sources: Sources, whole: bool = False) -> Iterator[Line]:
    """Yield one finding; *whole* with every further way that leads to its place."""
    fixed = finding.status is Status.FIXED
    head = f"fixed {finding.severity}" if fixed else str(finding.severity)
    style = "good" if fixed else str(finding.severity)
    yield [(f"{head}[{finding.rule} {finding.name}]", style), (f": {finding.message}", "bold")]
    function = f" in {finding.function}" if finding.function else ""
    yield [("  --> ", "gutter"), (f"{finding.path}:{finding.line}:{finding.column}{function}", "")]
    for patch in result.patches:
        if patch.index == finding.patch:
            of = f"patch {patch.index}/{result.patches[-1].total}"
            yield [("   by ", "gutter"), (f'{of} "{patch.subject}"', "")]
    yield from excerpt(finding, finding.trace, sources)
    for number, way in enumerate(finding.further, 2):
        if whole and way:
            yield [(f"  way {number} to it:", "bold")]
            yield from excerpt(finding, way, sources)
    if finding.further and not whole:
        many = "way leads" if len(finding.further) == 1 else "ways lead"
        yield [("  and: ", "bold"), (f"{len(finding.further)} further {many} here", "")]
    yield [("  when: ", "bold"), (finding.condition, ""), (f"   ({under(result, finding)})", "dim")]
    if finding.met_by or finding.not_met_by:
        yield [("  met by: ", "bold"), (usual(finding), "")]
    if whole:
        for ground in finding.grounds:
            yield [("  rests on: ", "bold"), (ground_text(ground), "")]
    elif finding.grounds:
        yield [("  rests on: ", "bold"), (grounds(finding), "")]
    if fixed:
        yield [("  remains: ", "bold"), (remains(finding), "")]
    for other in course(result, finding):
        yield [("  and: ", "bold"), (other, "")]
    yield [("  id: ", "bold"), (fingerprint(finding), "")]


def under(result: Result, finding: Finding) -> str:
    """Return the combinations of a finding, and whether PT_RECLAIM is on in all there are."""
    ids = ", ".join(finding.combinations)
    chosen = [one for one in result.combinations if one.id in finding.combinations]
    if finding.condition == "y" and all(one.assignment.get("PT_RECLAIM") == "y" for one in chosen):
        return f"PT_RECLAIM is always y here; {ids}"
    return ids


_SHOWN = 8
"""Names in a list before the rest is only counted."""


def usual(finding: Finding) -> str:
    """Return which of the configurations that everybody builds meet a finding's condition."""
    met = _listed(finding.met_by) or "none"
    return f"{met}; not by {_listed(finding.not_met_by)}" if finding.not_met_by else met


def grounds(finding: Finding) -> str:
    """Return what the proof rests on, in one line: names of facts, and what is proved of calls."""
    names = dict.fromkeys(one.name if one.source else f"{one.name} ({one.why})" for one in finding.grounds)
    return ", ".join(names)


def ground_text(ground: Ground) -> str:
    """Return one of the things that the proof rests on, with its reason and where that is written."""
    return f"{ground.name}: {ground.why}" + (f" [{ground.source}]" if ground.source else "")


def remains(finding: Finding) -> str:
    """Return where something that is fixed still holds after the patch."""
    return f"under {', '.join(finding.remains)}" if finding.remains else "under no combination"


def course(result: Result, finding: Finding) -> Iterator[str]:
    """Yield, for what one patch brings and a later one mends, what that does to a bisection."""
    if finding.status is not Status.NEW or finding.patch is None or finding.severity is Severity.NOTE:
        return
    total = result.patches[-1].total
    for other in result.findings:
        mends = other.status is Status.FIXED and other.patch is not None and other.patch > finding.patch
        if mends and fingerprint(other) == fingerprint(finding):
            yield (
                f"introduced by {finding.patch}/{total}, fixed by {other.patch}/{total}: "
                "bisection breaks between"
            )


def reproduction(result: Result, finding: Finding) -> list[str]:
    """Return the commands that compile the code of a finding under its condition."""
    witness = f"ptlint witness {fingerprint(finding)}"
    archs = {one.id: one.arch for one in result.combinations}
    arch = next((archs[one] for one in finding.combinations if one in archs), None)
    if arch is None:
        return [witness]
    forced = [one for one in result.assumed if one.forced]
    defined = "".join(f" -DCONFIG_{one.symbol}=1" for one in forced if one.value == "y")
    flags = f" KCFLAGS='{defined[1:]}'" if defined else ""  # olddefconfig undoes what is forced
    return [
        f"make ARCH={arch} defconfig",
        f"{witness} >> .config",
        f"make ARCH={arch} olddefconfig",
        f"make ARCH={arch}{flags} {object_of(finding)}".rstrip(),
        *(f"# {one.symbol}={one.value} is forced: no real configuration has it" for one in forced),
    ]


def origin(result: Result) -> str:
    """Return what was analysed: version and name of the tree, architectures, toolchain profile."""
    base = f" ({result.base})" if result.base else ""
    return f"Linux {result.version}{base}, {', '.join(result.archs)}, toolchain {result.toolchain}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _ledger(result: Result) -> Iterator[Line]:
    for path, group in groupby(result.sites, key=lambda site: site.path):
        yield [(path, "bold")]
        for site in group:
            yield from _site(result, site)
        yield []


def _site(result: Result, site: Site) -> Iterator[Line]:
    style = "good" if site.verdict in _GOOD else "error" if site.verdict is Verdict.UNSAFE else "warning"
    yield [
        (f"  {site.line}:{site.column}", "gutter"),
        (f"  {site.callee}", "bold"),
        (f" of {site.level} in {site.function}: ", ""),
        (site.verdict, style),
    ]
    if len(site.combinations) < len(result.combinations):
        yield [("      under ", "dim"), (", ".join(site.combinations), "")]
    yield [(f"      {site.reason}", "")]


def _verdicts(result: Result) -> Iterator[Line]:
    for change in result.verdicts:
        patch = "" if change.patch is None else f"   (patch {change.patch})"
        yield [
            ("verdict: ", "bold"),
            (f"{change.path}:{change.line} {change.callee} in {change.function}: ", ""),
            (change.before or "no such site", ""),
            (" -> ", "dim"),
            (change.after or "no such site", ""),
            (f" under {', '.join(change.combinations)}", "dim"),
            (patch, "dim"),
        ]
    if result.verdicts:
        yield []


def _gaps(result: Result) -> Iterator[Line]:
    found = False
    for gap in result.unanalyzed:
        if counts(result, gap.status):
            found = True
            function = f" in {gap.function}" if gap.function else ""
            yield [("not analysed: ", "warning"), (f"{gap.path}:{gap.line}{function}: {gap.reason}", "")]
    if found:
        yield []


def _relied_upon(result: Result) -> Iterator[Line]:
    if result.combinations:
        yield [("combinations", "bold")]
        for one in result.combinations:
            yield [(f"  {one.id}", "gutter"), (f"  when {one.condition}", "")]
        yield []
    if result.facts:
        yield [("facts and lock arguments relied upon", "bold")]
        for fact in result.facts:
            yield [(f"  {fact}", "")]
        yield []


def summary(result: Result) -> str:
    """Return how many findings there are of each kind."""
    found = [one for one in result.findings if counts(result, one.status)]
    which = "new " if result.mode == "patch" else ""
    errors = sum(one.severity is Severity.ERROR for one in found)
    warnings = sum(one.severity is Severity.WARNING for one in found)
    notes = sum(one.severity is Severity.NOTE for one in found)
    text = f"{_many(errors, which + 'error')}, {_many(warnings, 'warning')}"
    if notes:
        text += f", {_many(notes, 'note')}"
    if result.mode == "patch":
        existing = sum(one.status is Status.EXISTING for one in result.findings)
        fixed = sum(one.status is Status.FIXED for one in result.findings)
        text += f"; {existing} existing, {fixed} fixed"
    return text


def coverage(result: Result) -> str:
    """Return what was analysed, and how much was not."""
    stats = result.stats
    gaps = sum(counts(result, gap.status) for gap in result.unanalyzed)
    older = len(result.unanalyzed) - gaps
    left = f"{_many(gaps, 'gap')}" if gaps else "no new gap" if result.mode == "patch" and older else "no gap"
    if older:
        left += f" ({older} existing)"
    return (
        f"checked {_many(stats.functions, 'function')} in {_many(stats.files, 'file')} of "
        f"{result.version} ({', '.join(result.archs)}), {_many(stats.sites, 'free site')}, "
        f"{_many(stats.combinations, 'combination')}, {left}"
    )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count or 'no'} {noun}s"
