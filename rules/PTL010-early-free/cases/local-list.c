// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables are gathered on a list of the function's own, and freed before the TLB is flushed for them. */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static int extra_take(pmd_t *pmd, struct list_head *tables)
{
	struct ptdesc *pt;

	if (pmd_none(*pmd))
		return 0;
	pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));
	pmd_clear(pmd);
	list_add(&pt->pt_list, tables);
	return 1;
}

void extra_drop_early(pmd_t *pmd, int count)
{
	LIST_HEAD(tables);
	struct ptdesc *pt, *next;
	int taken = 0;

	flush_tlb_all();
	while (count--)
		taken += extra_take(pmd++, &tables);
	if (!taken)
		return;
	list_for_each_entry_safe(pt, next, &tables, pt_list) {
		list_del(&pt->pt_list);
		ptdesc_retire(pt);	/* expect: early-free */
	}
	flush_tlb_all();
}
EXPORT_SYMBOL_GPL(extra_drop_early);

void extra_drop(pmd_t *pmd, int count)
{
	LIST_HEAD(tables);
	struct ptdesc *pt, *next;
	int taken = 0;

	while (count--)
		taken += extra_take(pmd++, &tables);
	if (taken)
		flush_tlb_all();
	list_for_each_entry_safe(pt, next, &tables, pt_list) {
		list_del(&pt->pt_list);
		ptdesc_retire(pt);	/* ok: early-free -- the flush comes before */
	}
}
EXPORT_SYMBOL_GPL(extra_drop);
