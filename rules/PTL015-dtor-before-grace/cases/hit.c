// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The destructor runs between the unlink and the end of the grace period. */
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


void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	ptdesc_destruct(pt);	/* expect: dtor-before-grace */
	call_rcu(&pt->pt_rcu_head, extra_put);
}
EXPORT_SYMBOL_GPL(extra_drop);

void extra_waits(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	ptdesc_destruct(pt);	/* expect: dtor-before-grace */
	synchronize_rcu();
	ptdesc_put(pt);
}
EXPORT_SYMBOL_GPL(extra_waits);

/* An IPI waits for other walkers. */
void extra_interrupts(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	tlb_remove_table_sync_one();
	ptdesc_destruct(pt);	/* expect: dtor-before-grace */
	call_rcu(&pt->pt_rcu_head, extra_put);
}
EXPORT_SYMBOL_GPL(extra_interrupts);
