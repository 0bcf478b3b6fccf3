// file: mm/extra.c
// config: TRANSPARENT_HUGEPAGE=y
// SPDX-License-Identifier: GPL-2.0-or-later
/* Deposited tables, unused and used. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

/* Never installed before it was deposited, nor after. */
void extra_spare(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pte_alloc_one(mm);
	spinlock_t *ptl;

	if (!table)
		return;
	ptl = pmd_lock(mm, pmd);
	pgtable_trans_huge_deposit(mm, pmd, table);
	table = pgtable_trans_huge_withdraw(mm, pmd);
	spin_unlock(ptl);
	pte_free(mm, table);	/* ok: sync-free -- a deposit is in no entry */
}
EXPORT_SYMBOL_GPL(extra_spare);

/* Withdrawn, installed, unlinked: no deposit any more. */
void extra_used(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pgtable_t table = pgtable_trans_huge_withdraw(mm, pmd);

	pmd_populate(mm, pmd, table);
	spin_unlock(ptl);

	ptl = pmd_lock(mm, pmd);
	pmd_clear(pmd);
	spin_unlock(ptl);
	pte_free(mm, table);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_used);
