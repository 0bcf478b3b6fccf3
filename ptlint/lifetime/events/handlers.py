# SPDX-License-Identifier: GPL-2.0-or-later
"""The handlers of all events, by the names that facts give them."""

from __future__ import annotations

from ptlint.lifetime.activations import Activations
from ptlint.lifetime.callsite import CallSite, Follow, Handler, Outcomes
from ptlint.lifetime.evaluate import Evaluator
from ptlint.lifetime.events.accesses import AccessEvents
from ptlint.lifetime.events.allocation import AllocationEvents
from ptlint.lifetime.events.callbacks import CallbackEvents
from ptlint.lifetime.events.construction import ConstructionEvents
from ptlint.lifetime.events.counters import CounterEvents
from ptlint.lifetime.events.flags import FlagEvents
from ptlint.lifetime.events.levels import LevelEvents
from ptlint.lifetime.events.lists import ListEvents
from ptlint.lifetime.events.synchronisation import SynchronisationEvents
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.storage import Descriptors
from ptlint.lifetime.stores import Stores
from ptlint.program.facts import Fact, Facts
from ptlint.program.program import Program

WITHOUT_EFFECT = ("copy", "none", "flush", "sleep", "opaque", "release-tree")


def event_handlers(
    program: Program,
    facts: Facts,
    relevance: Relevance,
    evaluator: Evaluator,
    stores: Stores,
    recorder: Recorder,
    descriptors: Descriptors,
    activations: Activations,
    skip: Follow,
) -> dict[str, Handler]:
    """Return what each event does to a path; one without effect on tables is a call that is skipped."""
    interner = evaluator.interner

    def skipped(fact: Fact, site: CallSite) -> Outcomes:
        return skip(site)

    return {
        **dict.fromkeys(WITHOUT_EFFECT, skipped),
        **AllocationEvents(interner, recorder, evaluator.memory).handlers(),
        **CallbackEvents(program, relevance, interner, recorder, activations, skip).handlers(),
        **SynchronisationEvents(interner, recorder, stores.unions, skip).handlers(),
        **AccessEvents(evaluator, stores, skip).handlers(),
        **ListEvents(interner, recorder, descriptors).handlers(),
        **ConstructionEvents(recorder).handlers(),
        **LevelEvents(program, evaluator, facts.names("kernel-root"), activations, skip).handlers(),
        **CounterEvents(stores.unions, skip).handlers(),
        **FlagEvents(facts, recorder, skip).handlers(),
    }
