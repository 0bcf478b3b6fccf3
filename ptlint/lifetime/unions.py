# SPDX-License-Identifier: GPL-2.0-or-later
"""State that code keeps in a table's descriptor, in members that share their bytes with others.

Which members do is computed from the structure in view. What another descriptor of the same page calls these
bytes is not compared: it may be the same state by another name.
"""

from __future__ import annotations

from ptlint.lifetime.frames import Frame
from ptlint.lifetime.monitor import HOLD, OVERLAP, RELEASE, of_member
from ptlint.lifetime.objects import State
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.sites import site_keys
from ptlint.lifetime.storage import Descriptors
from ptlint.lifetime.values import Address, Int, Value
from ptlint.syntax import ir


class Unions:
    """Tells the monitor when such a member is given a value, and when what it held ends."""

    def __init__(self, recorder: Recorder, descriptors: Descriptors) -> None:
        self.recorder = recorder
        self.descriptors = descriptors

    def written(self, at: Value, value: Value, place: ir.Place, state: State, frame: Frame) -> None:
        """A member is written: zero ends what it held, anything else is live from now on."""
        identity = at.base[1] if isinstance(at, Address) and at.base[0] == "object" else None
        if not isinstance(at, Address) or not isinstance(identity, int) or identity not in state.objects:
            return
        others = self.descriptors.overlapped(at, frame)
        if not others:
            return
        member = str(at.path[0])
        sites = site_keys(place, frame.definition.function.name, member)
        if value == Int(0):
            self.recorder.happens(of_member(RELEASE, member), identity, state, frame, sites)
            return
        self.recorder.happens(of_member(HOLD, member), identity, state, frame, sites)
        for other in others:
            self.recorder.happens(of_member(OVERLAP, other), identity, state, frame, sites)
