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
from ptlint.lifetime.values import Interner, Reference
from ptlint.program.facts import Facts
from ptlint.program.program import Definition
from ptlint.syntax import ir


def make() -> Recorder:
    interner = Interner()
    types = TableTypes(Facts({}, frozenset(), frozenset()))
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
