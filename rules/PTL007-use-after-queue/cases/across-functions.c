// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Queued below one call, used below another. */
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


static bool extra_hand_over(struct ptdesc *pt, bool now)
{
	if (!now)
		return false;
	call_rcu(&pt->pt_rcu_head, extra_rcu);
	return true;
}

static void extra_mark(struct ptdesc *pt)
{
	pt->pt_index = 1;	/* ok: use-after-queue -- its callers differ */
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd, bool now)
{
	struct ptdesc *pt = take(mm, pmd);

	if (extra_hand_over(pt, now))
		extra_mark(pt);	/* expect: use-after-queue */
}
EXPORT_SYMBOL_GPL(extra_drop);

void extra_keep(struct mm_struct *mm, pmd_t *pmd, bool now)
{
	struct ptdesc *pt = take(mm, pmd);

	if (extra_hand_over(pt, now))
		return;
	extra_mark(pt);	/* ok: use-after-queue -- not queued on this path */
	call_rcu(&pt->pt_rcu_head, extra_rcu);
}
EXPORT_SYMBOL_GPL(extra_keep);
