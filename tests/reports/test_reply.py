# SPDX-License-Identifier: GPL-2.0-or-later
"""The format reply, read back with Python's own parser of mail."""

import mailbox
from email import message_from_bytes, policy
from pathlib import Path

import fakes
from runs import PLAIN, SOURCE, golden, rendered, run_mails

HEADERS = (
    "From: =?utf-8?q?J=C3=B6rg?= Author <a@b.org>\nDate: Mon, 17 Sep 2001 10:00:00 +0200\n"
    f"Message-Id: <2-{'x' * 90}@b.org>\nReferences: <0@b.org> <1@b.org>\n"
)


def series(texts: list[str]) -> str:
    return fakes.mbox("mm/a.c", texts).replace("From: A <a@b>\n", HEADERS)


def test_an_answer_to_one_patch() -> None:
    text = rendered("reply", run_mails(series([PLAIN, SOURCE]), {"mm/a.c": PLAIN}))
    mail = message_from_bytes(text.encode(), policy=policy.default)
    assert not mail.defects
    assert mail["Subject"] == "Re: [PATCH 1/1] change 1"
    assert mail["To"].addresses[0].display_name == "Jörg Author"
    assert mail["In-Reply-To"].strip() == f"<2-{'x' * 90}@b.org>"
    assert mail["References"].split() == ["<0@b.org>", "<1@b.org>", mail["In-Reply-To"].strip()]
    body = mail.get_content()
    assert golden("reply", body)
    sent = series([PLAIN, SOURCE]).split("\n")
    quotes = [line[2:] for line in body.split("\n") if line.startswith("> ")]
    assert all(line in sent for line in quotes[1:])
    ours = [line for line in body.split("\n") if not line.startswith("> ")]
    assert max(map(len, ours)) <= 72
    lines = body.split("\n")
    assert lines[
        lines.index("error: page-table page reaches the allocator with no grace period") - 2
    ].startswith("> +\t\tpte_free(mm, table);")


def test_answers_to_several_patches_are_an_mbox(tmp_path: Path) -> None:
    text = rendered("reply", run_mails(series([PLAIN, SOURCE, PLAIN]), {"mm/a.c": PLAIN}))
    (tmp_path / "m").write_text(text)
    found = [mail["Subject"] for mail in mailbox.mbox(tmp_path / "m")]
    assert found == ["Re: [PATCH 1/2] change 1", "Re: [PATCH 2/2] change 2"]
    assert golden("reply-series", text)


def test_the_people_of_a_patch_get_a_copy() -> None:
    mails = series([PLAIN, SOURCE]).replace(
        "Message-Id:",
        'To: linux-mm@kvack.org, Jörg <A@b.org>\nCc: "Doe, Jane" <j@d.org>,\n X <x@y.org>\nMessage-Id:',
    )
    mails = mails.replace("\n\n---\n", "\n\nWhy.\n\nReported-by: R P <r@p.org>\nCc: x@y.org\n---\n")
    mail = message_from_bytes(
        rendered("reply", run_mails(mails, {"mm/a.c": PLAIN})).encode(), policy=policy.default
    )
    assert not mail.defects
    assert [one.addr_spec for one in mail["To"].addresses] == ["a@b.org"]
    found = [one.addr_spec for one in mail["Cc"].addresses]
    assert found == ["linux-mm@kvack.org", "j@d.org", "x@y.org", "r@p.org"]


def test_without_a_finding_there_is_no_answer() -> None:
    assert rendered("reply", run_mails(series([SOURCE, SOURCE + "\n"]), {"mm/a.c": SOURCE})) == ""


def test_headers_of_strangers_do_no_harm() -> None:
    bad = (
        "From: "
        + "(" * 3000
        + '"\x1b[2J <x@y>\nSubject: a\x1b[2J\nMessage-Id: <a\x07b>\nDate: never\n\n---\n'
    )
    diff = fakes.diff("mm/a.c", PLAIN, SOURCE, "s", 1, 1).partition("---\n")[2]
    text = rendered("reply", run_mails(bad + diff, {"mm/a.c": PLAIN}))
    mail = message_from_bytes(text.encode(), policy=policy.default)
    assert mail["In-Reply-To"] is None
    assert all(char in "\n\t" or char.isprintable() for char in text)
