// file: mm/extra.c
// config: SMP=y
// SPDX-License-Identifier: GPL-2.0-or-later
/* Under one configuration an IPI, under the other a grace period. */
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

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = take(mm, pmd);

#ifdef CONFIG_PGTABLE_VIRTUAL
	tlb_remove_table_sync_one();
#else
	synchronize_rcu();
#endif
	pte_free(mm, table);	/* expect: ipi-only-sync when PGTABLE_VIRTUAL && PT_RECLAIM */
}
EXPORT_SYMBOL_GPL(extra_drop);
