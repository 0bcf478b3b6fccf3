# SPDX-License-Identifier: GPL-2.0-or-later
"""Rule folders: what is taken, and how clearly the rest is refused."""

import re
from pathlib import Path

import pytest

from ptlint.errors import RuleError, UsageError
from ptlint.rules.conditions import parse_condition
from ptlint.rules.loader import choose_rules, find_rule, load_rule, load_rules
from ptlint.rules.model import Event, Severity

RULE = """\
code = "XYZ001"
name = "own-rule"
title = "a rule of one's own"
severity = "warning"
message = "{callee} is called in {function}"
requires = "PT_RECLAIM && !SMP"

[automaton]
states = ["private", "published", "bad"]
violation = "bad"
transitions = [
  { from = "private", event = "publish", to = "published" },
  { from = "published", event = "free", to = "bad" },
]
"""


def rule_in(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rule.toml").write_text(text)
    return folder


def test_the_shipped_rules_are_found_in_the_order_of_their_codes() -> None:
    rules = load_rules()
    assert [rule.code for rule in rules] == sorted(rule.code for rule in rules)
    assert {"PTL001", "PTL002"} <= {rule.code for rule in rules}
    assert all(rule.readme.startswith(f"# {rule.code} {rule.name}: ") for rule in rules)


def test_every_shipped_page_has_the_fixed_headings() -> None:
    expected = [
        "What it finds",
        "Why it matters",
        "Bad",
        "Good",
        "When it is wrong",
        "How to fix",
        "References",
    ]
    for rule in load_rules():
        assert re.findall(r"^## (.*)$", rule.readme, re.MULTILINE) == expected, rule.code


def test_a_free_without_grace_period_is_the_violation_of_sync_free_only() -> None:
    for word, events, bad in (
        ("sync-free", "publish unlink free", True),
        ("sync-free", "publish free", True),
        ("sync-free", "free", False),
        ("sync-free", "publish unlink grace-period free", False),
        ("sync-free", "publish grace-period unlink free", True),
        ("sync-free", "publish unlink queue callback free", False),
        ("sync-free", "publish unlink queue free", True),
        ("sync-free", "publish unlink ipi-sync free", False),
        ("sync-free", "publish ipi-sync unlink free", True),
        ("sync-free", "publish unlink grace-period publish unlink free", True),
        ("ipi-only-sync", "publish unlink free", False),
        ("ipi-only-sync", "publish unlink ipi-sync free", True),
        ("ipi-only-sync", "publish ipi-sync unlink free", False),
        ("ipi-only-sync", "publish unlink ipi-sync grace-period free", False),
        ("ipi-only-sync", "publish unlink ipi-sync queue callback free", False),
        ("ipi-only-sync", "free", False),
    ):
        automaton = find_rule(load_rules(), word).automaton
        assert automaton is not None
        state = automaton.start
        for event in events.split():
            state = automaton.after(state, Event(event))
        assert (state == automaton.violation) is bad, (word, events)


def test_rules_of_ones_own_join_the_shipped_ones(tmp_path: Path) -> None:
    rule_in(tmp_path / "XYZ001-own-rule", RULE)
    rules = load_rules([tmp_path])
    own = find_rule(rules, "own-rule")
    assert (own.code, own.severity, own.requires) == ("XYZ001", Severity.WARNING, "PT_RECLAIM && !SMP")
    assert rules[-1] is own and own.automaton is not None and own.automaton.start == "private"


def test_a_rule_says_of_which_tables_and_beside_which_rules_it_speaks(tmp_path: Path) -> None:
    plain = load_rule(rule_in(tmp_path / "plain", RULE))
    assert (plain.kernel, plain.walkers, plain.implies, plain.watches) == (None, False, (), False)
    text = RULE.replace(
        "[automaton]",
        'kernel = "note"\nwalkers = true\nimplies = ["PTL007", "PTL009"]\n[automaton]\nover = "path"',
    )
    told = load_rule(rule_in(tmp_path / "told", text))
    assert (told.kernel, told.walkers, told.implies) == (Severity.NOTE, True, ("PTL007", "PTL009"))
    assert told.watches


def test_a_single_rule_folder_can_be_named_itself(tmp_path: Path) -> None:
    assert find_rule(load_rules([rule_in(tmp_path / "own", RULE)]), "xyz001").name == "own-rule"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "', 'titel = "', "unknown key 'titel'; did you mean title?"),
        ("states =", "stats =", "unknown key 'automaton.stats'; did you mean states?"),
        ('event = "free"', 'evnt = "free"', "unknown key 'automaton.transitions.evnt'; did you mean event?"),
        ('event = "free"', 'event = "publsh"', "event: unknown 'publsh'; did you mean publish?"),
        (
            'severity = "warning"',
            'severity = "fatal"',
            "severity: unknown 'fatal'; known are: error, warning",
        ),
        ('to = "bad"', 'to = "bed"', "automaton.transitions.to: unknown state 'bed'; did you mean bad?"),
        ('violation = "bad"', 'violation = "worse"', "automaton.violation: unknown state 'worse'"),
        (
            'violation = "bad"',
            'violation = "bad"\npassing = ["gone"]',
            "automaton.passing: unknown state 'gone'",
        ),
        ('violation = "bad"', 'violation = "bad"\npassing = ["bad"]', "passing: not the first state"),
        ('violation = "bad"', 'violation = "bad"\npassing = ["private"]', "passing: not the first state"),
        (
            '"published", "bad"]',
            '"published", "bad", "lost"]',
            "automaton.states: 'lost' cannot be reached from 'private'",
        ),
        ('event = "free", to = "bad" },', 'event = "free", to = "bad" }, 7,', "Expected"),
        ('{ from = "private", event = "publish"', '{ from = "published", event = "free"', "two for 'free'"),
        ("{callee} is", "{caller} is", "message: unknown placeholder '{caller}'; known are: callee"),
        ('requires = "PT_RECLAIM && !SMP"', 'requires = "PT_RECLAIM &&"', "requires: "),
        ('code = "XYZ001"', 'code = "x1"', "code: 'x1' is no code"),
        ('name = "own-rule"', 'name = "Own Rule"', "name: 'Own Rule' is no kebab-case noun"),
        ('code = "XYZ001"', "code = 7", "Expected `str`, got `int`"),
        ('code = "XYZ001"', "code = ", "no TOML"),
        ('code = "XYZ001"\n', "", "code"),
        (
            'severity = "warning"',
            'severity = "warning"\nkernel = "fatal"',
            "kernel: unknown 'fatal'; known are",
        ),
        (
            'severity = "warning"',
            'severity = "warning"\nkernal = "note"',
            "unknown key 'kernal'; did you mean",
        ),
        ('severity = "warning"', 'severity = "warning"\nwalkers = "yes"', "Expected `bool`, got `str`"),
        ('severity = "warning"', 'severity = "warning"\nimplies = "PTL009"', "Expected `array`, got `str`"),
        ("[automaton]", '[automaton]\nover = "paths"', "over: 'paths' is neither 'verdict' nor 'path'"),
    ],
)
def test_a_wrong_rule_file_is_refused_by_file_and_key(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in RULE
    folder = rule_in(tmp_path, RULE.replace(old, new))
    with pytest.raises(RuleError) as refused:
        load_rule(folder)
    assert str(folder / "rule.toml") in str(refused.value)
    assert message in str(refused.value)


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no rule in it"):
        load_rules([tmp_path])


def test_two_rules_of_one_code_are_refused(tmp_path: Path) -> None:
    rule_in(tmp_path / "a", RULE.replace("XYZ001", "PTL001"))
    with pytest.raises(RuleError, match="PTL001 is already the rule of"):
        load_rules([tmp_path])


def test_rules_are_selected_and_ignored_by_code_or_name() -> None:
    rules = load_rules()
    assert [rule.code for rule in choose_rules(rules, ["ptl002", "sync-free"], [])] == ["PTL001", "PTL002"]
    assert "PTL001" not in [rule.code for rule in choose_rules(rules, [], ["Sync-Free"])]


def test_a_rule_that_is_not_built_is_named_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="no rule 'PTL099' is built"):
        find_rule(load_rules(), "PTL099")
    with pytest.raises(UsageError, match="did you mean sync-free"):
        find_rule(load_rules(), "sync-fre")


@pytest.mark.parametrize(
    ("text", "assignment", "holds"),
    [
        ("", {}, True),
        ("y", {}, True),
        ("A", {}, False),
        ("A", {"A": "m"}, True),
        ("A=y", {"A": "m"}, False),
        ("A = m", {"A": "m"}, True),
        ("A != y", {}, True),
        ("!A", {}, True),
        ("!(A || B) && C", {"C": "y"}, True),
        ("!(A || B) && C", {"C": "y", "B": "y"}, False),
        ("A && B || C", {"C": "y"}, True),
        ("A && (B || C)", {"C": "y"}, False),
        ("NR_CPUS >= 4", {"NR_CPUS": "16"}, True),
        ("NR_CPUS<4", {"NR_CPUS": "0x10"}, False),
        ('CC_VERSION = "12 x"', {"CC_VERSION": "12 x"}, True),
        ("CONFIG_A", {"A": "y"}, True),
        ("ARCH=powerpc && SMP || ARCH=um", {"ARCH": "x86_64"}, False),
        ("ARCH=powerpc && SMP || ARCH=um", {"ARCH": "um"}, True),
    ],
)
def test_a_condition_holds_as_kconfig_says(text: str, assignment: dict[str, str], holds: bool) -> None:
    assert parse_condition(text).holds(assignment) is holds


@pytest.mark.parametrize(
    "text", ["A &&", "(A", "A B", "A = ", "&& A", "A | B", "!" * 200 + "A", "(" * 200, "A = = B"]
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        parse_condition(text)


def test_a_condition_names_its_symbols() -> None:
    assert parse_condition('A && !B || NR_CPUS >= 4 && C = "x"').symbols() == {"A", "B", "C", "NR_CPUS"}


QUERIES = """\
code = "XYZ002"
name = "own-queries"
title = "queries of one's own"
severity = "error"
message = "{symbol} can be on {lacks}: {why}"
requires = "SMP"

[[query]]
name = "a-thing"
formula = "!MMU && A"
at = ["SMP", "A"]
lacks = "without MMU"
why = "there is none"
"""


def test_a_rule_may_have_queries_instead(tmp_path: Path) -> None:
    rule = load_rule(rule_in(tmp_path, QUERIES))
    assert rule.automaton is None
    (query,) = rule.queries
    assert (query.name, query.formula, query.at, query.symbol) == (
        "a-thing",
        "!MMU && A",
        ("SMP", "A"),
        "SMP",
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('formula = "!MMU && A"', 'formula = "!MMU &&"', "query.formula: "),
        ('formula = "!MMU && A"', 'formula = ""', "query.formula: must be one line of text"),
        ('name = "a-thing"', 'name = "A thing"', "query.name: 'A thing' is no kebab-case noun"),
        ('name = "a-thing"', 'nam = "a-thing"', "unknown key 'query.nam'; did you mean name?"),
        ('at = ["SMP", "A"]', "at = []", "query.at: needs the names of symbols"),
        ('at = ["SMP", "A"]', 'at = ["A B"]', "query.at: needs the names of symbols"),
        ("{lacks}", "{callee}", "unknown placeholder '{callee}'; known are: symbol, lacks, why"),
        (QUERIES, QUERIES + QUERIES[QUERIES.index("[[query]]") :], "query.name: 'a-thing' is given twice"),
        (QUERIES, QUERIES + RULE[RULE.index("[automaton]") :], "either an automaton or queries"),
        (QUERIES, QUERIES[: QUERIES.index("[[query]]")], "either an automaton or queries"),
    ],
)
def test_a_wrong_query_is_refused_by_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = rule_in(tmp_path, QUERIES.replace(old, new))
    with pytest.raises(RuleError) as refused:
        load_rule(folder)
    assert str(folder / "rule.toml") in str(refused.value)
    assert message in str(refused.value)


LACKS = """\
code = "OWN003"
name = "not-there"
title = "what is called is not there"
severity = "error"
message = "{function} calls {callee}(), {lacks}"

[lacks]
declaration = "which nothing declares"
arguments = "which takes others"
"""


def test_a_rule_may_say_what_callees_lack_instead(tmp_path: Path) -> None:
    rule = load_rule(rule_in(tmp_path, LACKS))
    assert rule.automaton is None and rule.queries == ()
    assert rule.lacks is not None
    assert (rule.lacks.declaration, rule.lacks.definition) == ("which nothing declares", "")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("declaration =", "declared =", "unknown key 'lacks.declared'; did you mean declaration?"),
        (LACKS[LACKS.index("declaration") :], "", "lacks: needs one line of text for one of declaration"),
        ("{lacks}", "{level}", "unknown placeholder '{level}'; known are: callee, function, lacks"),
        (LACKS, LACKS + QUERIES[QUERIES.index("[[query]]") :], "either an automaton or queries or lacks"),
    ],
)
def test_wrong_lacks_are_refused_by_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = rule_in(tmp_path, LACKS.replace(old, new))
    with pytest.raises(RuleError) as refused:
        load_rule(folder)
    assert str(folder / "rule.toml") in str(refused.value)
    assert message in str(refused.value)
