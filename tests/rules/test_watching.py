# SPDX-License-Identifier: GPL-2.0-or-later
"""All automata at once: what a status remembers, and which starts a violation needs."""

from pathlib import Path

import pytest

from ptlint.lifetime.monitor import UNCHANGED, Broken
from ptlint.rules.loader import find_rule, load_rule, load_rules
from ptlint.rules.model import Rule
from ptlint.rules.watching import RuleMonitor

SHIPPED = load_rules()


def rule(folder: Path, code: str, body: str) -> Rule:
    """Return a rule whose automaton reads paths."""
    folder = folder / code
    folder.mkdir()
    (folder / "rule.toml").write_text(
        f'code = "{code}"\nname = "own-{code.lower()}"\ntitle = "t"\nseverity = "error"\n'
        'message = "{callee}"\n'
        f'[automaton]\nover = "path"\n{body}'
    )
    return load_rule(folder)


TWICE = """\
states = ["owned", "handed", "twice"]
violation = "twice"
transitions = [
  { from = "owned", event = "free", to = "handed" },
  { from = "handed", event = "free", to = "twice" },
  { from = "handed", event = "callback", to = "owned" },
]
"""
EARLY = """\
states = ["away", "installed", "early"]
violation = "early"
transitions = [
  { from = "away", event = "publish", to = "installed" },
  { from = "installed", event = "unlink", to = "away" },
  { from = "installed", event = "free", to = "early" },
]
"""


def after(monitor: RuleMonitor, events: str, status: int = UNCHANGED) -> tuple[int, tuple[Broken, ...]]:
    """Return the status after some events, and what the last of them broke."""
    broken: tuple[Broken, ...] = ()
    for event in events.split():
        status, broken = monitor.after(status, event)
    return status, broken


def test_an_event_violates_a_rule_from_those_states_only_that_lead_there(tmp_path: Path) -> None:
    monitor = RuleMonitor([rule(tmp_path, "XYZ001", TWICE)])
    assert after(monitor, "free")[1] == (Broken("XYZ001", frozenset({"handed"})),)
    assert after(monitor, "free free")[1] == (Broken("XYZ001", frozenset({"owned"})),)
    assert after(monitor, "free callback free")[1] == ()
    assert after(monitor, "callback free free")[1] == (Broken("XYZ001", frozenset({"owned", "handed"})),)


def test_a_violation_is_told_once(tmp_path: Path) -> None:
    monitor = RuleMonitor([rule(tmp_path, "XYZ001", TWICE)])
    assert after(monitor, "free free free")[1] == ()


def test_automata_run_beside_each_other(tmp_path: Path) -> None:
    monitor = RuleMonitor([rule(tmp_path, "XYZ001", TWICE), rule(tmp_path, "XYZ002", EARLY)])
    status, broken = after(monitor, "publish free")
    assert {one.rule: set(one.starts) for one in broken} == {
        "XYZ001": {"handed"},
        "XYZ002": {"away", "installed"},
    }
    assert monitor.states(status, "XYZ001", "owned") == "handed"
    assert monitor.states(status, "XYZ002", "away") == "early"


def test_what_changes_no_automaton_changes_no_status(tmp_path: Path) -> None:
    monitor = RuleMonitor([rule(tmp_path, "XYZ001", TWICE)])
    assert after(monitor, "publish unlink link flush")[0] == UNCHANGED
    assert after(monitor, "callback free callback") == (after(monitor, "callback")[0], ())
    assert after(monitor, "free")[0] not in (UNCHANGED, after(monitor, "free free")[0])


def test_statuses_with_the_same_meaning_are_the_same_number(tmp_path: Path) -> None:
    monitor = RuleMonitor([rule(tmp_path, "XYZ002", EARLY)])
    assert after(monitor, "publish")[0] == after(monitor, "unlink publish")[0]
    assert after(monitor, "publish unlink")[0] == after(monitor, "unlink")[0]


def test_a_fresh_page_is_in_the_first_state_and_no_table_is_found_in_a_violation(tmp_path: Path) -> None:
    monitor = RuleMonitor([rule(tmp_path, "XYZ002", EARLY)])
    assert monitor.start("XYZ002") == "away"
    assert monitor.harmless("XYZ002") == {"away", "installed"}
    assert monitor.states(UNCHANGED, "XYZ002", "installed") == "installed"


def test_rules_that_do_not_read_paths_are_not_watched() -> None:
    monitor = RuleMonitor([find_rule(SHIPPED, "PTL001"), find_rule(SHIPPED, "PTL011")])
    assert after(monitor, "publish free") == (UNCHANGED, ())


@pytest.mark.parametrize(
    ("code", "events", "bad"),
    [
        ("PTL003", "link queue", True),
        ("PTL003", "link unlink-member queue", False),
        ("PTL003", "queue link", False),
        ("PTL004", "deposit free", True),
        ("PTL004", "deposit queue", True),
        ("PTL004", "deposit batch", True),
        ("PTL004", "deposit withdraw free", False),
        ("PTL005", "queue access", True),
        ("PTL005", "queue callback access", True),
        ("PTL005", "queue callback unlink-member", True),
        ("PTL005", "queue callback link unlink-member", False),
        ("PTL005", "access queue", False),
        ("PTL006", "queue mismatch", True),
        ("PTL007", "queue use", True),
        ("PTL007", "batch publish", True),
        ("PTL007", "free destruct", True),
        ("PTL007", "queue callback use", False),
        ("PTL008", "queue queue", True),
        ("PTL008", "batch free", True),
        ("PTL008", "queue callback free", False),
        ("PTL009", "alloc construct free", True),
        ("PTL009", "construct destruct destruct", True),
        ("PTL009", "destruct", True),
        ("PTL009", "construct destruct free", False),
        ("PTL009", "alloc free", False),
        ("PTL010", "publish queue", True),
        ("PTL010", "publish unlink queue", True),
        ("PTL010", "publish unlink flush queue", False),
        ("PTL010", "publish unlink flush publish unlink free", True),
        ("PTL010", "publish unlink batch", False),
        ("PTL010", "publish unlink publish batch", True),
        ("PTL010", "alloc free", False),
        ("PTL010", "alloc put-by free", True),
        ("PTL010", "alloc put-by taken-back free", False),
        ("PTL010", "publish unlink flush put-by queue", True),
        ("PTL010", "put-by publish unlink flush free", False),
        ("PTL015", "publish unlink destruct", True),
        ("PTL015", "publish unlink ipi-sync destruct", True),
        ("PTL015", "publish unlink queue destruct", True),
        ("PTL015", "publish unlink queue callback destruct", False),
        ("PTL015", "publish unlink grace-period destruct", False),
        ("PTL015", "publish unlink grace-period publish unlink destruct", True),
        ("PTL016", "slab queue", True),
        ("PTL016", "alloc queue", False),
        ("PTL017", "share queue", True),
        ("PTL017", "share last-reference queue", False),
        ("PTL017", "share last-reference share queue", True),
        ("PTL017", "alloc queue", False),
        ("PTL018", "queue callback sleep", True),
        ("PTL018", "publish unlink direct", True),
        ("PTL018", "publish unlink queue callback free", False),
        ("PTL030", "publish unlink ipi-sync queue", True),
        ("PTL030", "publish ipi-sync unlink queue", False),
        ("PTL030", "publish unlink ipi-sync publish unlink queue", False),
    ],
)
def test_what_a_shipped_rule_says_of_the_life_of_a_fresh_page(code: str, events: str, bad: bool) -> None:
    monitor = RuleMonitor([find_rule(SHIPPED, code)])
    broken = []
    status = UNCHANGED
    for event in events.split():
        status, found = monitor.after(status, event)
        broken += [one for one in found if monitor.start(code) in one.starts]
    assert bool(broken) is bad


def test_an_automaton_for_each_member_reads_the_events_of_its_member_only() -> None:
    monitor = RuleMonitor([find_rule(SHIPPED, "PTL019")])
    one, broken = monitor.after(UNCHANGED, "hold pt_mm")
    assert broken == ()
    _, broken = monitor.after(one, "overlap pt_index")
    assert broken == (Broken("PTL019 pt_index", frozenset({"live"})),)
    _, broken = monitor.after(one, "overlap pt_mm")
    assert broken == (Broken("PTL019 pt_mm", frozenset({"vacant", "live"})),)
    over, _ = monitor.after(one, "release pt_mm")
    assert monitor.states(over, "PTL019 pt_mm", "live") == "vacant"


def test_a_table_that_is_left_in_a_passing_state_is_found_in_the_first_one() -> None:
    monitor = RuleMonitor([find_rule(SHIPPED, "PTL010")])
    assert monitor.settled("PTL010", "unflushed") == "away"
    assert monitor.settled("PTL010", "put-by") == "away"
    assert monitor.settled("PTL010", "installed") == "installed"
