// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the configuration leaves no path to where a callback is named, nobody calls it. */
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

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));	/* ok: sync-free -- only behind call_rcu() */
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	if (IS_ENABLED(CONFIG_PARAVIRT)) {
		synchronize_rcu();
		ptdesc_retire(pt);	/* ok: sync-free -- it waits */
		return;
	}
	call_rcu(&pt->pt_rcu_head, extra_rcu);
}
EXPORT_SYMBOL_GPL(extra_drop);
