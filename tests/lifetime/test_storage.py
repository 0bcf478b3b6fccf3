# SPDX-License-Identifier: GPL-2.0-or-later
"""Which members of a page's descriptor share the bytes of its rcu_head, on 64 and on 32 bits."""

import pytest
from one_unit import program_of

from ptlint.lifetime.storage import Storage
from ptlint.lifetime.tables import TableTypes
from ptlint.program.program import Answers

TYPES = """\
struct list_head { struct list_head *next, *prev; };
struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *head);
} __attribute__((aligned(sizeof(void *))));
#define rcu_head callback_head
typedef struct { long v; } pte_t;
typedef struct page *pgtable_t;

struct page {
	unsigned long flags;
	union {
		struct {
			union {
				struct list_head lru;
				void *pcp;
			};
			void *mapping;
			unsigned long index;
		};
		struct rcu_head rcu_head;
	};
	unsigned int page_type;
};

struct ptdesc {
	unsigned long pt_flags;
	union {
		struct rcu_head pt_rcu_head;
		struct list_head pt_list;
		struct {
			unsigned long _pt_pad_1;
			pgtable_t pmd_huge_pte;
		};
	};
	unsigned long __page_mapping;
	unsigned int pt_index;
};

struct batch {
	unsigned int nr;
	struct rcu_head rcu;
};

struct timed {
	unsigned long long time;
	struct rcu_head rcu;
};
"""


def storage(arch: str) -> Storage:
    """Return the storage that a unit with these types has on an architecture."""
    program = program_of(TYPES, arch)
    return Storage(program, TableTypes(program.facts))


@pytest.mark.parametrize("arch", ["x86_64", "i386"])
@pytest.mark.parametrize(
    ("tag", "member", "shares"),
    [
        ("ptdesc", "pt_rcu_head", True),
        ("ptdesc", "pt_list", True),
        ("ptdesc", "pmd_huge_pte", True),
        ("ptdesc", "_pt_pad_1", True),
        ("page", "lru", True),
        ("page", "pcp", True),
        ("page", "callback_head", True),  # what the preprocessor makes of page.rcu_head
        ("ptdesc", "pt_flags", False),
        ("ptdesc", "__page_mapping", False),
        ("ptdesc", "pt_index", False),
        ("page", "mapping", False),
        ("page", "page_type", False),
        ("page", "no_such_member", False),
        ("no_such_type", "lru", False),
    ],
)
def test_a_member_shares_the_bytes_of_a_head_if_they_overlap(
    arch: str, tag: str, member: str, shares: bool
) -> None:
    assert storage(arch).shares("mm/a.c", tag, member) is shares


@pytest.mark.parametrize(("arch", "word"), [("x86_64", 8), ("i386", 4)])
def test_offsets_are_those_of_the_width(arch: str, word: int) -> None:
    found = storage(arch)
    starts = {member: found.starts("mm/a.c", "ptdesc", member) for member in ("pt_rcu_head", "pmd_huge_pte")}
    assert starts == {"pt_rcu_head": word, "pmd_huge_pte": 2 * word}
    assert found.starts("mm/a.c", "page", "callback_head") == word
    assert found.starts("mm/a.c", "batch", "rcu") == word


def test_an_offset_that_is_not_certain_is_none() -> None:
    assert storage("x86_64").starts("mm/a.c", "timed", "rcu") == 8
    assert storage("i386").starts("mm/a.c", "timed", "rcu") is None


def test_what_is_asked_is_noted_for_who_keeps_the_answer() -> None:
    found = storage("x86_64")
    found.shares("mm/a.c", "page", "mapping")
    found.program.noted = Answers()
    found.shares("mm/a.c", "page", "lru")
    found.shares("mm/a.c", "page", "mapping")  # known already, and noted all the same
    assert found.program.noted.shared == {
        ("mm/a.c", "page", "lru"): True,
        ("mm/a.c", "page", "mapping"): False,
    }


PAGES = """\
struct list_head { struct list_head *next, *prev; };
struct rcu_head { struct rcu_head *next; void (*func)(struct rcu_head *head); };
typedef struct { long v; } pte_t;

struct page {
	unsigned long flags;
	union {
		struct {
			struct list_head lru;
			void *mapping;
			union {
				unsigned long index;
				unsigned long share;
			};
			unsigned long private;
		};
		struct {
			unsigned long pads[3];
			union {
				void *pt_mm;
				int pt_frag_refcount;
			};
			void *ptl;
		};
		struct rcu_head rcu_head;
	};
	union {
		unsigned int page_type;
		int _mapcount;
	};
};
"""


@pytest.mark.parametrize(
    ("member", "others"),
    [
        ("pt_mm", ("pt_frag_refcount",)),
        ("pt_frag_refcount", ("pt_mm",)),
        ("index", ("share",)),  # not what a table has there
        ("ptl", ()),  # `private` is of pages that are no tables
        ("page_type", ()),
        ("lru", ()),
    ],
)
def test_where_tables_are_pages_what_one_kind_of_page_may_keep_overlaps(
    member: str, others: tuple[str, ...]
) -> None:
    program = program_of(PAGES)
    storage = Storage(program, TableTypes(program.facts))
    assert storage.overlapped("mm/a.c", "page", member) == others


def test_where_tables_have_a_descriptor_pages_are_not_asked() -> None:
    program = program_of(PAGES + "struct ptdesc { unsigned long pt_flags; };\n")
    assert Storage(program, TableTypes(program.facts)).overlapped("mm/a.c", "page", "pt_mm") == ()
