// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Used before the queue, or beside its bytes. */
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


void extra_before(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	pt->pmd_huge_pte = NULL;	/* ok: union-clobber -- not queued yet */
	call_rcu(&pt->pt_rcu_head, extra_rcu);
}
EXPORT_SYMBOL_GPL(extra_before);

void extra_beside(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_rcu);
	pt->pt_mm = NULL;	/* ok: union-clobber -- other bytes; PTL007 speaks of it */
}
EXPORT_SYMBOL_GPL(extra_beside);

static void extra_owns(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	pt->pt_index = 0;	/* ok: union-clobber -- other bytes */
	ptdesc_retire(pt);
}

void extra_callback(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_owns);
}
EXPORT_SYMBOL_GPL(extra_callback);
