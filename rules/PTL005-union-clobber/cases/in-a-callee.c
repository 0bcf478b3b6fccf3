// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A callee that does nothing else to a table uses the member. */
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


static void extra_reset(struct ptdesc *pt)
{
	pt->pmd_huge_pte = NULL;
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: union-clobber -- the first use of these bytes */
	extra_reset(pt);	/* todo-expect: union-clobber -- the callee is not entered; PTL007 finds it */
}
EXPORT_SYMBOL_GPL(extra_drop);
