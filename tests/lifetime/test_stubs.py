# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions that a configuration always answers alike: of a number, by what the number decides."""

import pytest
from one_unit import PATH, program_of

from ptlint.lifetime.stubs import Stubs
from ptlint.lifetime.tables import TableTypes

CODE = """
typedef _Bool bool;
enum { POSSIBLE = 0x7, ALWAYS = 0x1 };
int machine(int bit);
void flush_all(int bit);
bool has(unsigned long feature)
{
	int i;

	BUILD_BUG_ON(__builtin_popcountl(feature) > 1);
	if (ALWAYS & feature)
		return 1;
	if (!(POSSIBLE & feature))
		return 0;
	i = __builtin_ctzl(feature);
	return machine(i);
}
bool has_eight(void)
{
	return has(8);
}
bool flushes(unsigned long feature)
{
	flush_all(3);
	return feature & 1;
}
"""


@pytest.mark.parametrize(
    ("name", "number", "answer"),
    [
        ("has", 1, 1),
        ("has", 8, 0),
        ("has", 2, None),
        ("has_eight", None, 0),
        ("flushes", 1, None),
        ("flushes", 2, None),
    ],
)
def test_a_feature_is_decided_where_its_number_decides_it(
    name: str, number: int | None, answer: int | None
) -> None:
    program = program_of(CODE)
    definition = program.resolve(name, PATH)
    assert definition is not None
    stubs = Stubs(TableTypes(program.facts), program.facts.names("none"), program.resolve)
    assert stubs.feature(definition, () if number is None else (number,)) == answer
