// file: mm/extra.c
// config: PGTABLE_VIRTUAL=n
// SPDX-License-Identifier: GPL-2.0-or-later
/* An architecture may read an entry of one level by the accessors of the last one. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static inline pte_t as_pte(pmd_t pmd)
{
	return __pte(pmd_val(pmd));
}

static inline phys_addr_t pte_address(pte_t pte)
{
	return pte_val(pte) & PAGE_MASK;
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pgtable_t table = pfn_to_page(pte_address(as_pte(*pmd)) >> PAGE_SHIFT);

	pmd_clear(pmd);
	spin_unlock(ptl);
	pte_free(mm, table);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_drop);
