# SPDX-License-Identifier: GPL-2.0-or-later
"""What to make to compile the code of a finding. Cheap to import."""

from ptlint.results.model import Finding


def object_of(finding: Finding) -> str:
    """Return what to make to compile a finding's code: an object; "" is everything."""
    paths = (finding.path, *(step.path for step in reversed(finding.trace)))
    source = next((path for path in paths if path.endswith((".c", ".S"))), None)
    return "" if source is None else f"{source[:-2]}.o"
