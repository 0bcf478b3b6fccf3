// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* What is no grace period, or none after the unlink. */
#include <linux/srcu.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static pgtable_t take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	spin_unlock(ptl);
	return table;
}

DEFINE_STATIC_SRCU(extra_srcu);

void extra_after_srcu(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = take(mm, pmd);

	synchronize_srcu(&extra_srcu);
	pte_free(mm, table);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_after_srcu);

void extra_after_barrier(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = take(mm, pmd);

	rcu_barrier();
	pte_free(mm, table);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_after_barrier);

void extra_too_early(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table;

	synchronize_rcu();
	table = take(mm, pmd);
	pte_free(mm, table);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_too_early);

void extra_read_side(struct mm_struct *mm, pmd_t *pmd)
{
	scoped_guard(rcu)
		pte_free(mm, take(mm, pmd));	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_read_side);
