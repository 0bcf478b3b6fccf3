// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The destructor is left out where it seems to have nothing to do. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

int extra_drop(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
#ifdef CONFIG_SPLIT_PTE_PTLOCKS
	ptdesc_destruct(page_ptdesc(pgtable_page(table)));
#endif
	ptdesc_put(page_ptdesc(pgtable_page(table)));	/* expect: dtor-imbalance when !SPLIT_PTE_PTLOCKS */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
