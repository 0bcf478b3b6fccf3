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
from ptlint.reports.text import course, grounds, origin, remains, reproduction, under, usual
from ptlint.results.model import Finding, Status

if TYPE_CHECKING:
    from ptlint.reports.formats import Material
    from ptlint.source.patches import Patch

_WIDTH = 72
_ABOVE = 8  # quoted lines above a comment
_LONGEST_LINE = 998
_ADDRESS = re.compile(r"\s*(?:([^<>]{0,200})<)?\s*([\w.+-]{1,64})@([A-Za-z0-9.-]{1,250})", re.ASCII)
_TRAILER = re.compile(
    r"^(?:Cc|(?:Signed-off|Reviewed|Acked|Tested|Reported|Suggested|Co-developed)-by): *([^\n]{1,500})$",
    re.MULTILINE | re.IGNORECASE,
)
_MOST_HEADER = 20_000
_MOST_PEOPLE = 100
_LONGEST_ADDRESS = 500
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
    author = _addresses(patch.author[:500])[:1]
    if author:
        mail["To"] = author
    others = people(patch)
    if others:
        mail["Cc"] = others
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


def people(patch: Patch) -> list[Address]:
    """Return whom a reply goes to besides the author: of To and Cc, and of the trailers of the log."""
    headers = patch.mail.headers
    texts = [headers.get(name, "")[:_MOST_HEADER] for name in ("to", "cc")]
    texts += [match[1] for match in _TRAILER.finditer(patch.log)]
    author = {one.addr_spec.lower() for one in _addresses(patch.author[:500])}
    found: dict[str, Address] = {}
    for one in (one for text in texts for one in _addresses(text)):
        if one.addr_spec.lower() not in author:
            found.setdefault(one.addr_spec.lower(), one)
    return list(found.values())[:_MOST_PEOPLE]


def _addresses(text: str) -> list[Address]:
    found: list[Address] = []
    for part in text.split(","):
        match = _ADDRESS.match(part[:_LONGEST_ADDRESS])
        if match is None:
            continue
        name, local, domain = neutral(match[1] or "").strip(" \"'"), match[2].strip("."), match[3].strip(".-")
        if local and domain and ".." not in local:
            found.append(Address(name, local, domain))
    return found


def _body(material: Material, index: int, findings: list[Finding]) -> Iterator[str]:
    run = material.run
    assert run.series is not None
    patch, result = run.series.patches[index], run.result
    if patch.author:
        when = f"On {patch.date[:100]}, " if patch.date else ""
        yield from _wrapped(f"{when}{patch.author[:200]} wrote:")
    yield f"> {_quoted(patch.subject.encode())}"
    yield ""
    assumed = ", ".join(f"{one.symbol}={one.value}{' (forced)' * one.forced}" for one in result.assumed)
    yield from _wrapped(
        f"ptlint compared {origin(result)}{', assuming ' + assumed if assumed else ''}, "
        "before and after this patch."
    )
    for note in result.notes:
        if note.startswith(f"patch {result.patches[index].index}:"):
            yield from _wrapped(f"{note[0].upper()}{note[1:]}.")
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
    result = material.run.result
    fixed = "This mends: " if finding.status is Status.FIXED else f"{finding.severity}: "
    yield from _wrapped(f"{fixed}{finding.message} [{finding.rule} {finding.name}]")
    yield from _wrapped(f"When {finding.condition} ({under(result, finding)}).")
    if finding.met_by or finding.not_met_by:
        yield from _wrapped(f"Met by {usual(finding)}.")
    if finding.grounds:
        yield from _wrapped(f"This rests on: {grounds(finding)}.")
    if finding.status is Status.FIXED:
        yield from _wrapped(f"After this patch it remains {remains(finding)}.")
        return
    yield ""
    for step in finding.trace:
        function = f" {step.function}" if step.function else ""
        yield from _wrapped(f"  {step.path}:{step.line}{function}: {step.message}", "    ")
    yield ""
    yield "To compile that code:"
    for command in reproduction(result, finding):
        lines = _wrapped(command, "    ", _WIDTH - 4)
        yield from (f"  {line} \\" for line in lines[:-1])
        yield f"  {lines[-1]}"
    for one in course(result, finding):
        yield ""
        yield from _wrapped(f"{one[0].upper()}{one[1:]}.")


def _wrapped(text: str, indent: str = "", width: int = _WIDTH) -> list[str]:
    return textwrap.wrap(neutral(text), width, subsequent_indent=indent, break_on_hyphens=False)


def _quoted(line: bytes) -> str:
    """Return a line of the patch as it is but for what acts on a terminal; tabs stay."""
    return "\t".join(neutral(part) for part in line.decode("utf-8", "replace").rstrip("\r").split("\t"))
