// file: mm/extra.c
// config: SMP=y
// SPDX-License-Identifier: GPL-2.0-or-later
/* Unlink, IPI and free each have a function of their own. */
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

static void settle(struct mm_struct *mm)
{
	flush_tlb_mm(mm);
	tlb_remove_table_sync_one();
}

static void finish(struct mm_struct *mm, pgtable_t table)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(table));

	ptdesc_retire(pt);	/* expect: ipi-only-sync */
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = take(mm, pmd);

	settle(mm);
	finish(mm, table);
}
EXPORT_SYMBOL_GPL(extra_drop);
