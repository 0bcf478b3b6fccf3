# SPDX-License-Identifier: GPL-2.0-or-later
"""A configuration that shows a finding of the last run, as a .config or as what to set over the defconfig."""

from __future__ import annotations

from pathlib import Path

from ptlint.errors import PtlintError, UsageError
from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.model import Model
from ptlint.kconfig.parsing import parse_formula
from ptlint.kconfig.toolchain import toolchain_named
from ptlint.results.fingerprint import fingerprint
from ptlint.results.last import Last
from ptlint.results.making import object_of
from ptlint.results.model import Finding
from ptlint.source.repository import GitTree, Repository
from ptlint.source.tree import DiskTree, Overlay


def witness_of(last: Last, finding: Finding, full: bool) -> str:
    """Return the text: settings, and comments that say what they are and how to compile the code with them.

    A fragment is computed from the Kconfig files of the tree as they are now, with the patches of the last
    run laid over; where the user gave the configurations of the run, the whole .config is all there is.

    Raises:
        UsageError: the finding has no configuration, or the tree is gone or has become another one.
    """
    combination = next(iter(finding.combinations), None)
    config = last.configurations.get(combination) if combination is not None else None
    if combination is None or config is None:
        raise UsageError(f"{fingerprint(finding)}: the last run kept no configuration of this finding")
    arch = next(one.arch for one in last.result.combinations if one.id == combination)
    full = full or last.given
    settings = config if full else _fragment(last, finding, arch)
    lines = [
        f"# {finding.rule} {finding.name} at {finding.path}:{finding.line}, when {finding.condition}",
        f"# {'the whole .config of' if full else 'what to set over the defconfig for'} {combination}",
    ]
    for one in last.result.assumed:
        if one.forced:
            lines.append(
                f"# {one.symbol}={one.value} is forced, against Kconfig: this is no real configuration"
            )
    if full:
        lines.append("#   make this the .config")
    else:
        lines.append(f"#   make ARCH={arch} defconfig")
        lines.append("#   append this to .config" if settings else "#   (that has it already)")
    lines += [f"#   make ARCH={arch} {goal}".rstrip() for goal in ("olddefconfig", object_of(finding))]
    return "\n".join(lines) + "\n" + settings


def _fragment(last: Last, finding: Finding, arch: str) -> str:
    origin = last.origins[last.result.findings.index(finding)]
    if not origin.root or not Path(origin.root).is_dir():
        raise UsageError("the tree of the last run is not there any more; --full gives the whole .config")
    folder = Path(origin.root)
    base = GitTree(Repository(folder), origin.oid) if origin.oid else DiskTree(folder)
    tree = Overlay(base, origin.changes)
    assume = {one.symbol: one.value for one in last.result.assumed}
    try:
        model = Model.load(tree, arch_named(arch), toolchain_named(last.toolchain))
        near = model.defconfig(assume)
        return Logic(model, assume).fragment(parse_formula(finding.condition), near)
    except PtlintError as error:
        raise UsageError(f"{error}; --full gives the whole .config") from error
