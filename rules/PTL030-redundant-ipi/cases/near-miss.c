// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* No IPI, one that comes before the unlink, or one that is needed. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


void extra_plain(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: redundant-ipi -- there is none */
}
EXPORT_SYMBOL_GPL(extra_plain);

void extra_before(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt;

	tlb_remove_table_sync_one();
	pt = take(mm, pmd);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: redundant-ipi -- it is of no use to this table */
}
EXPORT_SYMBOL_GPL(extra_before);

/* Installed elsewhere: walkers with interrupts off must not meet it in both places. */
void extra_moves(struct mm_struct *mm, pmd_t *from, pmd_t *to)
{
	struct ptdesc *pt = take(mm, from);

	tlb_remove_table_sync_one();
	pmd_populate(mm, to, ptdesc_pgtable(pt));	/* ok: redundant-ipi -- it is used again */
}
EXPORT_SYMBOL_GPL(extra_moves);
