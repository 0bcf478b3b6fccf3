# SPDX-License-Identifier: GPL-2.0-or-later
"""What is written to the journal, and what that rests on."""

import pytest

from ptlint.lifetime.callsite import CallSite
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.journal import Journal
from ptlint.lifetime.monitor import NoMonitor
from ptlint.lifetime.objects import Object, Origin, State, Visibility
from ptlint.lifetime.provenance import Provenance
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.tables import TableTypes
from ptlint.lifetime.truths import Truths
from ptlint.lifetime.values import Address, Interner, Reference
from ptlint.program.facts import Fact, Facts
from ptlint.program.program import Definition
from ptlint.syntax import ir

SPACE = Fact("struct mm_struct", "space-type", None, None, None, None, "", "", "")


def make() -> Recorder:
    interner = Interner()
    types = TableTypes(Facts({SPACE.name: SPACE}, frozenset(), frozenset()))
    roots = frozenset({"init_mm"})
    return Recorder(Journal(), Truths(interner), Provenance(interner), roots, NoMonitor(), types)


@pytest.mark.parametrize(
    ("origin", "table", "filled"),
    [(Origin.ENTRY, True, True), (Origin.ENTRY, False, False), (Origin.GLOBAL, True, False)],
)
def test_a_container_holds_tables_if_one_is_put_there_that_can_go(
    origin: Origin, table: bool, filled: bool
) -> None:
    recorder = make()
    recorder.fills("batch.pages", Object(origin, "pmd", Visibility.LIVE, table=table))
    assert recorder.journal.filled == ({"batch.pages"} if filled else set())


def test_whose_table_it_is_and_whether_there_is_one_is_asked_for() -> None:
    recorder = make()
    interner, truths = recorder.interner, recorder.truths
    function = ir.Function("f", "mm/f.c", 1, 3, (), ir.Type("void"), False, False, False, (), ())
    frame = Frame(Definition(function, "mm/f.c"), 1, 0, None)
    call = ir.Call(None, ir.Name("free", ir.Scope.FUNCTION, ir.Type()), (), ir.Place("mm/f.c", 2, 1))
    table = Object(Origin.PARAMETER, "f", Visibility.PARAMETER, space=interner.key("mm"), table=True)
    for null in (True, False):
        path = State(objects={7: table}, truths={interner.number(Reference(7, 0)): not null})
        recorder.freed(7, CallSite(call, "free", (), path, frame), "free")
        assert len(recorder.journal.frees) == (not null)
        assert interner.number(Reference(7, 0)) in truths.asked
    assert len(truths.asked) == 2  # the other is whether the space is the kernel's


@pytest.mark.parametrize(
    ("tag", "offset", "dangling"),
    [("vm_fault", 0, True), ("vm_fault", 2048, False), ("mm_struct", 0, False)],
)
def test_only_a_pointer_to_a_freed_table_that_the_caller_keeps_is_for_the_caller(
    tag: str, offset: int, dangling: bool
) -> None:
    recorder = make()
    base = ("symbol", recorder.interner.key(("parameter", 0, "holder")))
    recorder.provenance.tags[Address(base, ("context",))] = tag
    path = State(
        objects={7: Object(Origin.ALLOCATION, "pmd", Visibility.FRESH, table=True, freed=True)},
        memory={Address(base, ("context", "fragment")): Reference(7, offset)},
    )
    function = ir.Function("f", "mm/f.c", 1, 3, (), ir.Type("void"), False, False, False, (), ())
    recorder.leave_root(path, Frame(Definition(function, "mm/f.c"), 1, 0, None))
    assert recorder.journal.dangling == dangling
