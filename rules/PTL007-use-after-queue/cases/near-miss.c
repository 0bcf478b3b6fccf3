// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Used in time, by the callback, or under a lock that the callback waits for. */
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


static void extra_owns(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	pt->pt_mm = NULL;	/* ok: use-after-queue -- the callback owns it */
	ptdesc_retire(pt);
}

void extra_before(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	pt->pt_mm = NULL;	/* ok: use-after-queue -- not queued yet */
	call_rcu(&pt->pt_rcu_head, extra_owns);
}
EXPORT_SYMBOL_GPL(extra_before);

unsigned long extra_reads(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);
	unsigned long flags;

	rcu_read_lock();
	call_rcu(&pt->pt_rcu_head, extra_owns);
	flags = pt->pt_flags;	/* ok: use-after-queue -- its callback waits for this section */
	rcu_read_unlock();
	return flags;
}
EXPORT_SYMBOL_GPL(extra_reads);

/* Its address is no access. */
unsigned long extra_address(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_owns);
	return (unsigned long)&pt->pt_mm;	/* ok: use-after-queue -- nothing is read */
}
EXPORT_SYMBOL_GPL(extra_address);
