// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Unlinked, and given back at once. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	spin_unlock(ptl);
	pte_free(mm, table);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_drop);

void extra_drop_page(pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pmd_page(pmdp_get(pmd)));

	pmd_clear(pmd);
	flush_tlb_all();
	__free_page(ptdesc_page(pt));	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_drop_page);
