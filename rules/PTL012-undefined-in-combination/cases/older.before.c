// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* What was missing before is not new, though the base would pass it over: without SMP nothing is freed.
   It does not compile there. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#ifdef CONFIG_SMP
static void extra_now(void *table)
{
	tlb_remove_table_sync_one();
	ptdesc_retire(table);
}
#else
static void extra_now(void *table)
{
}
#endif

static void extra_one(void *table)
{
#ifndef CONFIG_SMP
	extra_note(table);	/* expect: undefined-in-combination existing when !SMP */
#endif
	extra_now(table);
}

int extra_drop(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	extra_one(page_ptdesc(pgtable_page(table)));
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
