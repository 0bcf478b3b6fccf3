# SPDX-License-Identifier: GPL-2.0-or-later
"""Fact files: what is taken, and how clearly the rest is refused."""

from pathlib import Path

import pytest

from ptlint.errors import RuleError
from ptlint.program.facts import Facts, load_facts
from ptlint.rules.loader import shipped_folder

FILES = sorted((shipped_folder() / "facts").glob("*.toml"))
FACT = '[[fact]]\nnames = ["end_it"]\nevent = "free"\nargument = 0\nwhy = "it ends"\nsource = "mm/x.c"\n'


def loaded(folder: Path, *texts: str) -> Facts:
    files = [folder / f"{number}.toml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return load_facts(files)


def test_the_shipped_facts_load() -> None:
    facts = load_facts(FILES)
    assert FILES
    assert facts.by_name["call_rcu"].event == "queue"
    assert facts.names("grace-period") and facts.names("free") and facts.names("alloc")
    assert facts.names("noreturn") == facts.noreturn


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_every_shipped_fact_says_why_and_where_it_is_from(file: Path) -> None:
    facts = load_facts([file]).by_name.values()
    assert facts
    assert not [fact.name for fact in facts if not fact.why.strip() or not fact.source.strip()]


def test_srcu_and_rcu_barrier_are_no_grace_period() -> None:
    facts = load_facts(FILES)
    for name in ("synchronize_srcu", "synchronize_rcu_tasks", "rcu_barrier"):
        assert name not in facts.names("grace-period"), name


def test_a_fact_is_read_with_all_its_keys(tmp_path: Path) -> None:
    fact = loaded(tmp_path, FACT).by_name["end_it"]
    assert (fact.event, fact.argument, fact.value, fact.why) == ("free", 0, None, "it ends")


def test_a_kept_name_is_a_macro_that_stays(tmp_path: Path) -> None:
    assert loaded(tmp_path, FACT + "keep = true\n").kept == {"end_it"}
    assert loaded(tmp_path, FACT).kept == frozenset()


def test_an_unknown_key_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"0\.toml.*colour"):
        loaded(tmp_path, FACT + 'colour = "red"\n')


@pytest.mark.parametrize("key", ["names", "event", "why", "source"])
def test_a_fact_without_a_needed_key_is_refused(tmp_path: Path, key: str) -> None:
    text = "".join(line for line in FACT.splitlines(keepends=True) if not line.startswith(key))
    with pytest.raises(RuleError, match=key):
        loaded(tmp_path, text)


def test_an_unknown_event_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"0\.toml: end_it: unknown event 'vanish'"):
        loaded(tmp_path, FACT.replace('"free"', '"vanish"'))


def test_a_second_fact_of_a_name_is_refused_across_files_too(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="end_it: a second fact"):
        loaded(tmp_path, FACT + FACT)
    with pytest.raises(RuleError, match=r"1\.toml: end_it: a second fact"):
        loaded(tmp_path, FACT, FACT)


@pytest.mark.parametrize("text", ["[[fact]\n", "fact = 3\n"])
def test_a_file_that_is_no_fact_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(RuleError, match=r"0\.toml"):
        loaded(tmp_path, text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "facts.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(RuleError, match=r"facts\.toml"):
        load_facts([file])
