# SPDX-License-Identifier: GPL-2.0-or-later
"""The stable id of a finding."""

from hashlib import sha256

from ptlint.results.model import Finding

LENGTH = 16
"""Hex digits of an id."""


def fingerprint(finding: Finding) -> str:
    """Return the id of a finding: made of its rule and identity, so without lines, helpers and conditions."""
    parts = (finding.rule, *finding.identity)
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]
