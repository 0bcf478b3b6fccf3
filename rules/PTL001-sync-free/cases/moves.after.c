// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A patch moves an old fault about; it stays one and the same: after. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void gone(struct mm_struct *mm, pgtable_t table)
{
	flush_tlb_mm(mm);
	pte_free(mm, table);	/* expect: sync-free */
}

static pgtable_t take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	spin_unlock(ptl);
	return table;
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	gone(mm, take(mm, pmd));
}
EXPORT_SYMBOL_GPL(extra_drop);
