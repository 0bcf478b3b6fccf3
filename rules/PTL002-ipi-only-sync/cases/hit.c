// file: mm/extra.c
// config: SMP=y
// SPDX-License-Identifier: GPL-2.0-or-later
/* An interrupt on every processor, and then the free. */
#include <linux/smp.h>
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

	tlb_remove_table_sync_one();
	pte_free(mm, table);	/* expect: ipi-only-sync */
}
EXPORT_SYMBOL_GPL(extra_drop);

static void extra_nothing(void *info)
{
}

void extra_drop_own(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = take(mm, pmd);

	smp_call_function(extra_nothing, NULL, 1);
	pte_free(mm, table);	/* expect: ipi-only-sync */
}
EXPORT_SYMBOL_GPL(extra_drop_own);
