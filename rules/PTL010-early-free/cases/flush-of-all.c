// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables are gathered on a list; one flush serves them all. */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_take(pmd_t *pmd, struct list_head *tables)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	list_add(&pt->pt_list, tables);
}

void extra_drop_all(pmd_t *pmd, pmd_t *end)
{
	struct ptdesc *pt, *next;
	LIST_HEAD(tables);

	for (; pmd < end; pmd++)
		extra_take(pmd, &tables);
	flush_tlb_all();
	list_for_each_entry_safe(pt, next, &tables, pt_list) {
		list_del(&pt->pt_list);
		ptdesc_retire(pt);	/* ok: early-free -- all was flushed */
	}
}
EXPORT_SYMBOL_GPL(extra_drop_all);
