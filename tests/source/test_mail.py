# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches as they come by mail."""

import base64
import quopri
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptlint.errors import PatchError, PtlintError
from ptlint.source.patches import parse_files, parse_series

FROM = "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"


def diff(word: str, path: str = "mm/a.c") -> str:
    return f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-old\n+{word}\n"


def mail(subject: str, body: str, headers: str = "") -> str:
    return f"{FROM}From: A <a@example.org>\nSubject: {subject}\n{headers}\n{body}"


def words(text: str | bytes) -> list[str]:
    """Return what each patch of the text brings."""
    series = parse_series(text if isinstance(text, bytes) else text.encode(), "in")
    return [
        b"".join(hunk.after()).decode().strip()
        for patch in series.patches
        for change in patch.files
        for hunk in change.hunks
    ]


def test_a_format_patch_mail_is_one_patch() -> None:
    body = (
        "Why.\n\nSigned-off-by: A\n---\n mm/a.c | 2 +-\n\n"
        + diff("new")
        + "-- \n2.39.5\n\nbase-commit: 0123456789\n"
    )
    text = mail("[PATCH v3 RFC] mm: do it", body, "Message-ID: <1@x>\nDate: today\n")
    series = parse_series(text.encode(), "0001.patch")
    (patch,) = series.patches
    assert (patch.index, patch.total, patch.subject, patch.message_id) == (1, 1, "mm: do it", "1@x")
    assert (patch.author, patch.date, patch.title) == (
        "A <a@example.org>",
        "today",
        "[PATCH v3 RFC] mm: do it",
    )
    assert patch.log == "Why.\n\nSigned-off-by: A"
    assert series.base_commit == "0123456789"


def test_a_diff_without_mail_is_one_patch_named_after_its_input() -> None:
    (patch,) = parse_series(diff("new").encode(), "x.diff").patches
    assert (patch.subject, patch.title, patch.message_id, patch.log) == ("x.diff", "", None, "")


def test_a_series_may_arrive_in_any_order_with_cover_and_replies() -> None:
    text = (
        mail("[PATCH 2/3] b", "---\n" + diff("two"))
        + mail("Re: [PATCH 1/3] a", "Looks good.\n\n" + diff("reply"))
        + mail("[PATCH 0/3] cover", "Range-diff:\n" + diff("cover"))
        + mail("[PATCH 3/3] c", "---\n" + diff("three"))
        + mail("[PATCH 1/3] a", "---\n" + diff("one"))
        + mail("[PATCH 1/3] a", "---\n" + diff("one"))
        + mail("build report", "no patch here\n")
    )
    series = parse_series(text.encode(), "mbox")
    assert [(patch.index, patch.total, patch.subject) for patch in series.patches] == [
        (1, 3, "a"),
        (2, 3, "b"),
        (3, 3, "c"),
    ]
    assert words(text) == ["one", "two", "three"]


def test_patches_without_numbers_keep_their_order() -> None:
    text = mail("[PATCH] b", diff("one")) + mail("[PATCH] a", diff("two")) + mail("[PATCH] a2", diff("three"))
    series = parse_series(text.encode(), "mbox")
    assert [(patch.index, patch.total) for patch in series.patches] == [(1, 3), (2, 3), (3, 3)]
    assert words(text) == ["one", "two", "three"]


def test_two_whole_series_after_each_other_stay_two() -> None:
    text = "".join(mail(f"[PATCH {n}/2] {w}", diff(w)) for n, w in [(2, "b"), (1, "a"), (1, "c"), (2, "d")])
    assert words(text) == ["a", "b", "c", "d"]
    assert [patch.index for patch in parse_series(text.encode(), "in").patches] == [1, 2, 3, 4]


def test_part_of_a_series_keeps_its_numbers() -> None:
    text = mail("[PATCH 4/7] x", diff("four")) + mail("[PATCH 3/7] y", diff("three"))
    series = parse_series(text.encode(), "in")
    assert [(patch.index, patch.total) for patch in series.patches] == [(3, 7), (4, 7)]


def test_the_last_version_of_a_series_counts() -> None:
    first = mail("[PATCH 1/1] a", diff("first")) + mail("[PATCH] z", diff("z1"))
    second = mail("[PATCH v2 1/1] a", diff("second"))
    assert words(first + second) == ["second"]
    assert words(mail("[PATCH] z", diff("z1")) + mail("[PATCHv2] z", diff("z2"))) == ["z2"]
    with pytest.raises(PatchError, match="v2 is not whole"):
        words(first + mail("[PATCH v2 1/2] a", diff("second")))


def test_two_different_patches_of_one_number_are_an_error() -> None:
    with pytest.raises(PatchError, match="two different patches 1/2"):
        words(mail("[PATCH 1/2] a", diff("x")) + mail("[PATCH 1/2] a", diff("y")))


def test_a_numbered_patch_without_a_diff_is_an_error() -> None:
    with pytest.raises(PatchError, match="holds no diff"):
        words(mail("[PATCH 1/2] a", "nothing\n") + mail("[PATCH 2/2] b", diff("y")))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no patch in it"),
        ("just text\n", "no patch in it"),
        (mail("Re: [PATCH] x", diff("new")), r"passed over: Re: \[PATCH\] x"),
    ],
)
def test_input_without_a_patch_is_an_error(text: str, message: str) -> None:
    with pytest.raises(PatchError, match=message):
        words(text)


def test_files_of_a_directory_are_one_series() -> None:
    files = [
        ("0000-cover.patch", mail("[PATCH 0/2] c", "cover\n").encode()),
        ("0002-b.patch", mail("[PATCH 2/2] b", diff("b")).encode()),
        ("0001-a.patch", mail("[PATCH 1/2] a", diff("a")).encode()),
    ]
    assert [patch.subject for patch in parse_files(files, "dir").patches] == ["a", "b"]


def test_a_diff_quoted_in_the_log_is_none() -> None:
    log = "The change\n\n" + diff("quoted") + "@@ -9,9 +9,9 @@ elided\n ...\nwas wrong.\n"
    assert words(mail("[PATCH] x", log + "---\n mm/a.c | 2 +-\n" + diff("true"))) == ["true"]


def test_a_deleted_line_of_dashes_is_no_separator() -> None:
    text = "--- a/m\n+++ b/m\n@@ -1,2 +1 @@\n---\n-x\n+new\n"
    assert words(text) == ["new"]
    assert words(mail("[PATCH] x", "log\n---\n" + text)) == ["new"]


def test_quoted_printable_and_base64_bodies_are_decoded() -> None:
    body = ("Größe\n---\n" + diff("e = mc²")).encode()
    for encoding, encoded in (
        ("quoted-printable", quopri.encodestring(body)),
        ("base64", base64.encodebytes(body)),
        ("base64", base64.encodebytes(body.replace(b"\n", b"\r\n"))),
    ):
        headers = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n"
        assert words(mail("[PATCH] x", encoded.decode(), headers)) == ["e = mc²"]


def test_attached_patches_are_found() -> None:
    headers = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="=_x"\n'
    body = (
        "preamble\n--=_x\nContent-Type: text/plain\n\nlog\n---\n stat\n\n"
        "--=_x\nContent-Type: text/x-patch; name=1.patch\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(diff("attached").encode()).decode()
        + "--=_x\nContent-Type: text/html\n\n"
        + diff("html")
        + "--=_x\nContent-Type: application/pgp-signature\n\nxx\n--=_x--\n"
    )
    assert words(mail("[PATCH] x", body, headers)) == ["attached"]


def test_mail_with_crlf_is_read_like_any_other() -> None:
    text = mail("[PATCH 1/1] x", "log\n---\n" + diff("new"))
    assert words(text.replace("\n", "\r\n")) == ["new"]


def test_subjects_are_unfolded_and_decoded() -> None:
    subject = "[PATCH\n 1/2] =?utf-8?q?mm=3A_gr=C3=B6?=\n =?UTF-8?B?w59lcg==?= done\x1b[31m"
    (patch,) = parse_series(mail(subject, diff("x")).encode(), "in").patches
    assert (patch.index, patch.subject) == (1, "mm: größer done\ufffd[31m")


def test_tags_of_other_kinds_stay_in_the_subject() -> None:
    (patch,) = parse_series(mail("[RFC PATCH v2 5/7] [media] x: y", diff("x")).encode(), "in").patches
    assert (patch.index, patch.total, patch.subject) == (5, 7, "[media] x: y")


def test_a_page_of_a_list_archive_is_one_mail() -> None:
    page = (
        "[RFC PATCH v2 5/7] x86: mm: free by RCU\n\n[Date Prev][Thread Next]\n\n \n\nNow, if\n\n"
        "Signed-off-by: A <a@xxxxxxx>\n---\n mm/a.c | 2 +-\n\n"
        + diff("page")
        + "-- \n2.20.1\n\n\n[Index of Archives]\n\n  Powered by Linux"
    )
    (patch,) = parse_series(page.encode(), "page.txt").patches
    assert (patch.index, patch.total, patch.subject) == (5, 7, "x86: mm: free by RCU")
    assert words(page) == ["page"]


def test_output_of_git_show_has_its_title() -> None:
    text = (
        "commit 123\nAuthor: A <a@x>\nDate:   now\n\n    mm: the title\n    \n    diff --git a/x b/x\n\n"
        + diff("shown")
    )
    (patch,) = parse_series(text.encode(), "in").patches
    assert patch.subject == "mm: the title"


def test_absurd_input_is_refused() -> None:
    with pytest.raises(PatchError, match="lines are more"):
        parse_series(b"\n" * 2_000_001, "big")
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(50))
    with pytest.raises(PatchError, match="multiparts inside each other"):
        parse_series(f"Subject: x\n{nested}".encode(), "deep")
    with pytest.raises(PatchError, match="base64"):
        words(mail("[PATCH] x", "abcde", "Content-Transfer-Encoding: base64\n"))


PIECES = [
    FROM.encode(),
    b"Subject: [PATCH 1/2] x\n",
    b"Subject: =?utf-8?q?=?= =?x?b?a?=\n",
    b"Subject: =?idna?q?" + b"x" * 30 + b"?=\n",
    b"From: a@b\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"\n",
    b"--b\n",
    b"--b--\n",
    b"---\n",
    b"=\xff=zz=\n",
    b"commit 1\n",
    diff("new").encode(),
    b"@@ -1,3 +1,3 @@\n",
    b"diff --git a/x b/x\n",
    b"rename from x\n",
    b"\0",
    b" \n",
    b"\r\n",
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=20))
def test_any_bytes_are_a_series_or_an_error(pieces: list[bytes]) -> None:
    with suppress(PtlintError):
        assert parse_series(b"".join(pieces), "in").patches
