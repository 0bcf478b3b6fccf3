// file: mm/extra.c
// arch: i386
// SPDX-License-Identifier: GPL-2.0-or-later
/* Only one side of an #ifdef is wrong. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	ptdesc_retire(pt);	/* ok: sync-free -- a grace period has ended */
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
	struct ptdesc *pt = page_ptdesc(pgtable_page(take(mm, pmd)));

#ifdef CONFIG_X86_PAE
	ptdesc_retire(pt);	/* expect: sync-free when PT_RECLAIM && X86_PAE */
#else
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: sync-free -- queued */
#endif
}
EXPORT_SYMBOL_GPL(extra_drop);
