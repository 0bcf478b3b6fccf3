// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Queued by one function, taken apart below the callback. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_table {
	unsigned long flags;
	struct mm_struct *mm;
	struct rcu_head rcu;
};

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


static void extra_release(struct rcu_head *head)
{
	struct extra_table *table = container_of(head, struct extra_table, rcu);	/* expect: head-mismatch */

	ptdesc_retire((struct ptdesc *)table);
}

static void extra_free(struct rcu_head *head)
{
	extra_release(head);
}

static void extra_queue(struct ptdesc *pt)
{
	call_rcu(&pt->pt_rcu_head, extra_free);
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	extra_queue(take(mm, pmd));
}
EXPORT_SYMBOL_GPL(extra_drop);
