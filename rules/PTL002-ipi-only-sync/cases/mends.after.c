// file: mm/extra.c
// config: SMP=y
// SPDX-License-Identifier: GPL-2.0-or-later
/* A patch puts a callback in the place of an IPI: after. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	ptdesc_retire(pt);	/* ok: ipi-only-sync -- a grace period has ended */
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
	pgtable_t table = take(mm, pmd);

	call_rcu(&page_ptdesc(pgtable_page(table))->pt_rcu_head, extra_rcu);	/* ok: ipi-only-sync -- queued */
}
EXPORT_SYMBOL_GPL(extra_drop);
