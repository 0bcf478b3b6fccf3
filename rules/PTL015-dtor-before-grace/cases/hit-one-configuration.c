// file: mm/extra.c
// arch: i386
// SPDX-License-Identifier: GPL-2.0-or-later
/* Early where the lock seems to be part of the descriptor. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_put(struct rcu_head *head)
{
	ptdesc_put(container_of(head, struct ptdesc, pt_rcu_head));
}

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));	/* ok: dtor-before-grace -- after it */
}

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

#ifdef CONFIG_X86_PAE
	ptdesc_destruct(pt);	/* expect: dtor-before-grace when PT_RECLAIM && X86_PAE */
	call_rcu(&pt->pt_rcu_head, extra_put);
#else
	call_rcu(&pt->pt_rcu_head, extra_rcu);
#endif
}
EXPORT_SYMBOL_GPL(extra_drop);
