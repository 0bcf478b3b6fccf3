// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A patch moves the destructor out of the callback: after. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	ptdesc_put(pt);
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

	mm_count_table(mm, -1);
	ptdesc_destruct(pt);	/* expect: dtor-before-grace */
	call_rcu(&pt->pt_rcu_head, extra_rcu);
}
EXPORT_SYMBOL_GPL(extra_drop);
