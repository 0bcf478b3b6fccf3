// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A patch waits no longer in the callback: after. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static struct rw_semaphore extra_sem;

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


static void extra_free(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	ptdesc_retire(pt);	/* ok: callback-context -- does not sleep */
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_free);
}
EXPORT_SYMBOL_GPL(extra_drop);
