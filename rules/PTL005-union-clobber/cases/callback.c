// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A check in the callback reads what the queue has overwritten. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


static void extra_checks(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	BUG_ON(pt->pmd_huge_pte);	/* expect: union-clobber */
	ptdesc_retire(pt);	/* ok: union-clobber -- touches other members only */
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_checks);	/* ok: union-clobber -- the first use of these bytes */
}
EXPORT_SYMBOL_GPL(extra_drop);
