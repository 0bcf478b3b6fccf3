// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* One function links it, another queues it, rightly elsewhere. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static LIST_HEAD(extra_tables);

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


static void extra_remember(struct ptdesc *pt)
{
	list_add(&pt->pt_list, &extra_tables);
}

static void extra_queue(struct ptdesc *pt)
{
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: live-pt-list -- its callers differ */
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	extra_remember(pt);
	extra_queue(pt);	/* expect: live-pt-list */
}
EXPORT_SYMBOL_GPL(extra_drop);

void extra_drop_plainly(struct mm_struct *mm, pmd_t *pmd)
{
	extra_queue(take(mm, pmd));	/* ok: live-pt-list -- on no list */
}
EXPORT_SYMBOL_GPL(extra_drop_plainly);
