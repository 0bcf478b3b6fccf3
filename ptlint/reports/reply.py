# SPDX-License-Identifier: GPL-2.0-or-later
"""`--format reply`: a mail for each patch with a finding, our comments below the lines they are about.

Nothing is sent. From is a placeholder; Date is that of the patch, so that the same input gives the
same bytes.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from ptlint import __version__
from ptlint.reports.plain import neutral
from ptlint.reports.quoting import Spot, file_header, patch_of, spot_of
from ptlint.reports.text import under
from ptlint.results.fingerprint import fingerprint
from ptlint.results.model import Finding, Status

if TYPE_CHECKING:
    from ptlint.reports.formats import Material
    from ptlint.source.patches import Patch

_WIDTH = 72
_ABOVE = 8  # quoted lines above a comment
_LONGEST_LINE = 998
_ADDRESS = re.compile(r"([^<>,@]{0,200})<?\b([\w.+-]{1,64})@([A-Za-z0-9.-]{1,250})>?", re.ASCII)
_ID = re.compile(r"<[!-;=?-~]{1,250}>")


class _Policy(EmailPolicy):
    """Folds message ids between, never inside, them."""

    def fold(self, name: str, value: Any) -> str:
        if name in ("In-Reply-To", "References"):
            return f"{name}: " + "\n ".join(str(value).split()) + "\n"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii", "replace")


def render(material: Material) -> str:
    """Return the mail, or several as an mbox; "" if no patch has a finding."""
    run = material.run
    if run.series is None:
        return ""
    events: dict[int, list[Finding]] = {}
    for finding in run.result.findings:
        if finding.status is not Status.EXISTING:
            events.setdefault(patch_of(run, finding), []).append(finding)
    mails = [
        _mail(run.series.patches[index], "\n".join(_body(material, index, found)) + "\n")
        for index, found in sorted(events.items())
    ]
    if len(mails) == 1:
        return mails[0]
    start = "From ptlint Thu Jan  1 00:00:00 1970\n"
    escaped = [re.sub("^(>*From )", r">\1", mail, flags=re.MULTILINE) for mail in mails]
    return "".join(f"{start}{mail}\n" for mail in escaped)


def _mail(patch: Patch, body: str) -> str:
    mail = EmailMessage(_Policy(linesep="\n"))
    mail["From"] = "Your Name <you@example.org>"
    found = _ADDRESS.search(patch.author[:500])
    if found is not None:
        name = neutral(found[1]).strip(' "')
        mail["To"] = Address(name, found[2].strip("."), found[3].strip(".-"))
    mail["Subject"] = neutral(f"Re: {patch.title or patch.subject}")
    try:
        mail["Date"] = format_datetime(parsedate_to_datetime(patch.date[:100]))
    except (ValueError, OverflowError):
        mail["Date"] = "Thu, 01 Jan 1970 00:00:00 +0000"
    if patch.message_id is not None and _ID.fullmatch(f"<{patch.message_id}>"):
        older = _ID.findall(patch.mail.headers.get("references", ""))[-20:]
        mail["In-Reply-To"] = f"<{patch.message_id}>"
        mail["References"] = " ".join([*older, f"<{patch.message_id}>"])
    long = any(len(line.encode("utf-8", "replace")) > _LONGEST_LINE for line in body.split("\n"))
    mail.set_content(body, charset="utf-8", cte="quoted-printable" if long else "8bit")
    return mail.as_bytes().decode("utf-8")


def _body(material: Material, index: int, findings: list[Finding]) -> Iterator[str]:
    run = material.run
    assert run.series is not None
    patch, result = run.series.patches[index], run.result
    if patch.author:
        when = f"On {patch.date[:100]}, " if patch.date else ""
        yield from _wrapped(f"{when}{patch.author[:200]} wrote:")
    yield f"> {_quoted(patch.subject.encode())}"
    yield ""
    assumed = ", ".join(f"{one.symbol}={one.value}" for one in result.assumed)
    yield from _wrapped(
        f"ptlint compared Linux {result.version} ({', '.join(result.archs)}, toolchain {result.toolchain}"
        f"{', assuming ' + assumed if assumed else ''}) before and after this patch."
    )
    comments: dict[Spot, list[Finding]] = {}
    for finding in findings:
        spot = spot_of(run, finding)
        if spot is None:
            yield ""
            yield from _comment(material, finding)
        else:
            comments.setdefault(spot, []).append(finding)
    last = -1
    lines = patch.mail.lines
    for spot, found in sorted(comments.items()):
        top = max(spot.hunk + 1, last + 1, spot.line - _ABOVE)
        if spot.hunk > last:
            yield ""
            header = file_header(patch, spot.hunk)
            yield from (f"> {_quoted(lines[at])}" for at in header if at > last)
            yield f"> {_quoted(lines[spot.hunk])}"
        if top > max(spot.hunk, last) + 1:
            yield "[...]"
        yield from (f"> {_quoted(lines[at])}" for at in range(top, spot.line + 1))
        for finding in found:
            yield ""
            yield from _comment(material, finding)
        last = spot.line
    yield ""
    yield "-- "
    yield f"ptlint {__version__}"


def _comment(material: Material, finding: Finding) -> Iterator[str]:
    result, identity = material.run.result, fingerprint(finding)
    fixed = "This mends: " if finding.status is Status.FIXED else f"{finding.severity}: "
    yield from _wrapped(f"{fixed}{finding.message} [{finding.rule} {finding.name}]")
    yield from _wrapped(f"When {finding.condition} ({under(result, finding)}).")
    if finding.status is Status.FIXED:
        return
    yield ""
    for step in finding.trace:
        function = f" {step.function}" if step.function else ""
        yield from _wrapped(f"  {step.path}:{step.line}{function}: {step.message}", "    ")
    yield ""
    yield from _wrapped(f"To see it: ptlint witness {identity}")
    for other in result.findings:
        mended = other.status is Status.FIXED and fingerprint(other) == identity
        if mended and other.patch != finding.patch:
            yield from _wrapped(f"Patch {other.patch} mends it: a bisection breaks in between.")


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(neutral(text), _WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def _quoted(line: bytes) -> str:
    """Return a line of the patch as it is but for what acts on a terminal; tabs stay."""
    return "\t".join(neutral(part) for part in line.decode("utf-8", "replace").rstrip("\r").split("\t"))
