# SPDX-License-Identifier: GPL-2.0-or-later
"""What a function may do with its own tables, where what it calls is not named."""

import pytest
from one_unit import PATH, program_of

from ptlint.lifetime.flows import HOLDS, OWN, Flows
from ptlint.lifetime.storage import Storage
from ptlint.lifetime.tables import TableTypes

CODE = """\
typedef struct { unsigned long pmd; } pmd_t;
typedef struct { unsigned long pud; } pud_t;
struct walk;
struct walk_ops { int (*entry)(pmd_t *pmd, unsigned long addr, struct walk *walk); };
struct walk { const struct walk_ops *ops; };
void free_page(unsigned long addr);
pmd_t *pmd_of(pud_t *pud);

static int drops_entry(pmd_t *pmd, unsigned long addr, struct walk *walk)
{
	free_page((unsigned long)pmd);
	return 0;
}

static int drops_buffer(pmd_t *pmd, unsigned long addr, struct walk *walk)
{
	free_page(addr);
	return 0;
}

static const struct walk_ops ops = { .entry = HOOK };

int through_pointer(pud_t *pud, unsigned long addr, struct walk *walk)
{
	return walk->ops->entry(pmd_of(pud), addr, walk);
}

int through_assembler(pud_t *pud, unsigned long addr, struct walk *walk)
{
	pmd_t *pmd = pmd_of(pud);

	asm volatile("call *%0" : : "m" (ops.entry), "r" (pmd), "r" (addr));
	return 0;
}
"""


def acts(function: str, hook: str) -> frozenset[str]:
    """Return what a function may do with tables of its own, where a member points to another one."""
    program = program_of(CODE.replace("HOOK", hook))
    types = TableTypes(program.facts)
    flows = Flows(program, program.facts, types, Storage(program, types))
    definition = program.resolve(function, PATH)
    assert definition is not None
    return flows.flow(definition, OWN).acts


@pytest.mark.parametrize(("hook", "frees"), [("drops_entry", True), ("drops_buffer", False)])
def test_what_a_pointer_leads_to_is_handed_each_argument_in_its_place(hook: str, frees: bool) -> None:
    assert ("free" in acts("through_pointer", hook)) == frees


@pytest.mark.parametrize("hook", ["drops_entry", "drops_buffer"])
def test_assembler_may_hand_on_anything_in_any_place(hook: str) -> None:
    assert "free" in acts("through_assembler", hook)


def test_what_is_loaded_from_an_array_of_tables_is_one() -> None:
    code = """\
typedef struct { unsigned long pmd; } pmd_t;
void free_page(unsigned long addr);
void drops(pmd_t *tables[], int count) { free_page((unsigned long)tables[count]); }
void drops_numbers(unsigned long pages[], int count) { free_page(pages[count]); }
"""
    program = program_of(code)
    types = TableTypes(program.facts)
    flows = Flows(program, program.facts, types, Storage(program, types))
    consumed = {}
    for name in ("drops", "drops_numbers"):
        definition = program.resolve(name, PATH)
        assert definition is not None
        consumed[name] = flows.consuming(flows.flow(definition, 0).acts)
    assert consumed == {"drops": True, "drops_numbers": False}


DESCRIBED = """\
typedef struct { unsigned long pte; } pte_t;
typedef struct { int counter; } atomic_t;
typedef struct { int raw; } spinlock_t;
struct list_head { struct list_head *next, *prev; };
struct mm_struct;
struct page { unsigned long flags; struct list_head lru; };
struct ptdesc { unsigned long flags; union { struct list_head pt_list; spinlock_t *ptl; atomic_t parts; }; };
struct ptdesc *alloc_pages_noprof(unsigned int flags, unsigned int order);
void *page_address(struct ptdesc *pt);
void __folio_set_pgtable(struct ptdesc *pt);
void atomic_inc(atomic_t *v);
spinlock_t *new_lock(void);

static pte_t *one(struct mm_struct *mm)
{
	struct ptdesc *pt = alloc_pages_noprof(0, 0);

	MAKE
	__folio_set_pgtable(pt);
	return page_address(pt);
}

pte_t *outer(struct mm_struct *mm)
{
	return one(mm);
}
"""


@pytest.mark.parametrize("make", ["", "pt->ptl = new_lock();", "atomic_inc(&pt->parts);"])
def test_what_a_wrapper_hands_on_is_its_own_whatever_the_descriptor_keeps(make: str) -> None:
    program = program_of(DESCRIBED.replace("MAKE", make))
    types = TableTypes(program.facts)
    flows = Flows(program, program.facts, types, Storage(program, types))
    inner, outer = program.resolve("one", PATH), program.resolve("outer", PATH)
    assert inner is not None
    assert outer is not None
    assert (HOLDS in flows.flow(inner, OWN).acts) is bool(make)
    assert flows.flow(outer, OWN).returned
