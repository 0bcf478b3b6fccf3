# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether two audits say the same: of a tree and its renamed copy, of a tree before and after a reshaping."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .edits import Draft, Edit, definitions
from .farm import farm
from .series import Case, invoke

Site = tuple[str, int, str, str, str, str, str, frozenset[str]]


def audit(
    command: Sequence[str],
    root: Path,
    arch: str,
    assume: Sequence[str] = (),
    timeout: float = 900,
    further: Sequence[str] = (),
) -> Any:
    """Return the result of `ptlint audit` over a tree; `further` are more words of the command line."""
    assumed = [part for symbol in assume for part in ("--assume", symbol)]
    words = ["audit", "--tree", str(root), "--arch", arch, "--format", "json", *assumed, *further]
    _, result = invoke([*command, *words], None, timeout)
    return result


def sites(result: Mapping[str, Any], back: Mapping[str, str] | None = None) -> set[Site]:
    """Return the free sites of an audit: path, line, function, callee, level, verdict, reason, conditions.

    `back` maps new names to old ones; it is applied to every word of function, callee and reason.
    """
    conditions = {c["id"]: f"{c['arch']}: {_back(c['condition'], back)}" for c in result["combinations"]}
    return {
        (
            s["path"],
            s["line"],
            _back(s["function"] or "", back),
            _back(s["callee"], back),
            s["level"],
            s["verdict"],
            _back(s["reason"], back),
            frozenset(conditions[i] for i in s["combinations"]),
        )
        for s in result["sites"]
    }


def differences(before: set[Site], after: set[Site], limit: int = 10) -> list[str]:
    """Return what only one of two audits says, as lines for a reader."""
    lines = [f"- {_line(s)}" for s in sorted(before - after, key=repr)]
    lines += [f"+ {_line(s)}" for s in sorted(after - before, key=repr)]
    return lines[:limit] + ([f"and {len(lines) - limit} more"] if len(lines) > limit else [])


def reshaped_differences(
    case: Case,
    root: Path,
    to: Path,
    tree: str,
    command: Sequence[str],
    before: Any,
    assume: Sequence[str],
    further: Sequence[str] = (),
) -> list[str]:
    """Return how the verdicts of a tree differ after a transformation; [] if they do not.

    A site is known by path, function, callee and level; lines and reasons may change. Functions that
    the transformation touches or adds may exchange sites: of them, only the set of verdicts is compared.
    """
    draft = Draft(root)
    edits = [e for e in case.edit if not e.trees or tree in e.trees]
    draft.apply(edits)
    after = audit(command, farm(root, to, draft.changed()), case.arch, assume, further=further)
    touched = {e.inside for e in edits} | _added(draft, edits)
    old, new = _verdicts(sites(before)), _verdicts(sites(after))
    lines = [
        f"{key}: {sorted(old.get(key, ()))} became {sorted(new.get(key, ()))}"
        for key in sorted(old.keys() | new.keys())
        if key[1] not in touched and old.get(key) != new.get(key)
    ]
    ours = [{v for k, vs in d.items() if k[1] in touched for v in vs} - {"caller"} for d in (old, new)]
    if ours[0] != ours[1]:
        lines.append(f"touched functions: {sorted(ours[0])} became {sorted(ours[1])}")
    return lines


def _verdicts(found: set[Site]) -> dict[tuple[str, str, str, str], set[str]]:
    verdicts: dict[tuple[str, str, str, str], set[str]] = {}
    for path, _, function, callee, level, verdict, _, _ in found:
        verdicts.setdefault((path, function, callee, level), set()).add(verdict)
    return verdicts


def _added(draft: Draft, edits: Sequence[Edit]) -> set[str]:
    texts = [t for e in edits for t in (e.before, e.after, e.replace, e.append) if t]
    names = {n for t in texts for n in re.findall(r"\b(\w+)\(", t)}
    paths = {e.path for e in edits}
    new = {p: draft.text(p) for p in paths}
    old = {p: (draft.root / p).read_text(errors="surrogateescape") for p in paths}
    return {
        n
        for n in names
        if any(any(definitions(new[p], n)) and not any(definitions(old[p], n)) for p in paths)
    }


def _back(text: str, back: Mapping[str, str] | None) -> str:
    return re.sub(r"[A-Za-z_]\w*", lambda m: back.get(m.group(), m.group()), text) if back else text


def _line(site: Site) -> str:
    path, line, function, callee, level, verdict, reason, conditions = site
    where = f"{path}:{line} {function} -> {callee} ({level})"
    return f"{where}: {verdict}, {reason} [{'; '.join(sorted(conditions))}]"
