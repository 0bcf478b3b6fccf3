# SPDX-License-Identifier: GPL-2.0-or-later
"""What a path concludes from asking for the kernel's mark of a table."""

import pytest

from ptlint.lifetime.events.flags import either
from ptlint.lifetime.objects import Object, Origin, Owner, State, Visibility
from ptlint.lifetime.values import Int


@pytest.mark.parametrize(
    ("owner", "supposed"), [(Owner.UNKNOWN, True), (Owner.PARAMETER, True), (Owner.KERNEL, False)]
)
def test_a_mark_is_supposed_where_the_owner_is_not_known(owner: Owner, supposed: bool) -> None:
    state = State(objects={1: Object(Origin.ENTRY, "pmd", Visibility.LIVE, owner=owner, table=True)})
    (marked, yes), (plain, no) = either(1, state)
    assert (yes, no) == (Int(1), Int(0))
    assert marked.objects[1].flagged
    assert marked.objects[1].supposed is supposed
    assert not plain.objects[1].flagged
    assert not plain.objects[1].supposed
