// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Destructed by one function, queued by another. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_put(struct rcu_head *head)
{
	ptdesc_put(container_of(head, struct ptdesc, pt_rcu_head));
}

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


static void extra_end(struct ptdesc *pt)
{
	ptdesc_destruct(pt);	/* ok: dtor-before-grace -- its callers differ */
}

static void extra_queue(struct ptdesc *pt)
{
	call_rcu(&pt->pt_rcu_head, extra_put);
}

void extra_early(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	extra_end(pt);	/* expect: dtor-before-grace */
	extra_queue(pt);
}
EXPORT_SYMBOL_GPL(extra_early);

void extra_late(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	synchronize_rcu();
	extra_end(pt);	/* ok: dtor-before-grace -- has waited */
	ptdesc_put(pt);
}
EXPORT_SYMBOL_GPL(extra_late);
