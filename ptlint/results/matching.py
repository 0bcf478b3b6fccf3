# SPDX-License-Identifier: GPL-2.0-or-later
"""Which finding, site or gap after a patch is the one that was there before it."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

from ptlint.results.model import Finding, Gap, Site
from ptlint.source.linemap import LineMap
from ptlint.source.tree import Tree

Place = tuple[str, int]


class PlaceMap:
    """Where a line of the tree before a patch stands after it."""

    def __init__(self, before: Tree, after: Tree, renames: Mapping[str, str]) -> None:
        """*renames* maps the old path of each renamed file to its new one."""
        self._before = before
        self._after = after
        self._renames = renames
        self._maps: dict[str, LineMap | None] = {}

    def path(self, path: str) -> str:
        """Return the path after the patch."""
        return self._renames.get(path, path)

    def place(self, path: str, line: int) -> Place | None:
        """Return path and line after the patch, None if that line was changed or deleted."""
        after = self.path(path)
        if path not in self._maps:
            self._maps[path] = self._compare(path, after)
        lines = self._maps[path]
        if lines is None:
            return after, line
        mapped = lines.forward(line)
        return None if mapped is None else (after, mapped)

    def _compare(self, path: str, after: str) -> LineMap | None:
        """Return the map of the lines of one file, None if nothing moved in it."""
        if self._before.digest(path) == self._after.digest(after):
            return None
        return LineMap(self._before.find(path) or b"", self._after.find(after) or b"")


def match_findings(before: Sequence[Finding], after: Sequence[Finding], places: PlaceMap) -> dict[int, int]:
    """Return pairs, index after -> index before, of findings that are the same one.

    The same rule and identity make the same finding, as often as both sides have it; so does the same rule at
    the same line where code around it was renamed.
    """
    mapped = [places.place(finding.path, finding.line) for finding in before]
    pairs = _Pairs(len(before), len(after))
    pairs.join(
        (
            (one.rule, one.identity, place) if place else None
            for one, place in zip(before, mapped, strict=True)
        ),
        ((one.rule, one.identity, (one.path, one.line)) for one in after),
    )
    pairs.join(((one.rule, one.identity) for one in before), ((one.rule, one.identity) for one in after))
    pairs.join(
        ((one.rule, place) if place else None for one, place in zip(before, mapped, strict=True)),
        ((one.rule, (one.path, one.line)) for one in after),
    )
    return pairs.found


def match_sites(before: Sequence[Site], after: Sequence[Site], places: PlaceMap) -> dict[int, int]:
    """Return pairs, index after -> index before, of sites: one callee in one function, at best one line."""
    mapped = [places.place(site.path, site.line) for site in before]
    pairs = _Pairs(len(before), len(after))
    for with_verdict in (True, False):  # contexts of one site are told apart by what is proved of them
        pairs.join(
            (
                (site.function, site.callee, place, with_verdict and site.verdict) if place else None
                for site, place in zip(before, mapped, strict=True)
            ),
            (
                (site.function, site.callee, (site.path, site.line), with_verdict and site.verdict)
                for site in after
            ),
        )
    for with_verdict in (True, False):
        pairs.join(
            (
                (places.path(site.path), site.function, site.callee, with_verdict and site.verdict)
                for site in before
            ),
            ((site.path, site.function, site.callee, with_verdict and site.verdict) for site in after),
        )
    return pairs.found


def match_gaps(before: Sequence[Gap], after: Sequence[Gap], places: PlaceMap) -> dict[int, int]:
    """Return pairs, index after -> index before, of gaps: the same reason in a function, or the same line."""
    pairs = _Pairs(len(before), len(after))
    pairs.join(
        ((places.path(gap.path), gap.function, gap.reason) for gap in before),
        ((gap.path, gap.function, gap.reason) for gap in after),
    )
    mapped = [places.place(gap.path, gap.line) for gap in before]
    pairs.join(
        ((gap.function, place) if place else None for gap, place in zip(before, mapped, strict=True)),
        ((gap.function, (gap.path, gap.line)) for gap in after),
    )
    return pairs.found


class _Pairs:
    """One-to-one pairs that grow by one kind of key after the other, the strictest first."""

    def __init__(self, before: int, after: int) -> None:
        self._free_before = dict.fromkeys(range(before))
        self._free_after = dict.fromkeys(range(after))
        self.found: dict[int, int] = {}

    def join(self, before: Iterable[Hashable | None], after: Iterable[Hashable]) -> None:
        """Pair what is still free and has the same key, in order. None is the key of nothing."""
        waiting: dict[Hashable, list[int]] = {}
        for index, key in enumerate(before):
            if key is not None and index in self._free_before:
                waiting.setdefault(key, []).append(index)
        for index, key in enumerate(after):
            if index in self._free_after and waiting.get(key):
                old = waiting[key].pop(0)
                self.found[index] = old
                del self._free_before[old], self._free_after[index]
