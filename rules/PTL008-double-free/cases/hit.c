// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A table is handed over for freeing twice. */
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


void extra_queued_twice(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_rcu);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: double-free */
}
EXPORT_SYMBOL_GPL(extra_queued_twice);

void extra_queued_and_freed(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_rcu);
	synchronize_rcu();
	ptdesc_put(pt);	/* expect: double-free */
}
EXPORT_SYMBOL_GPL(extra_queued_and_freed);

int extra_fresh(struct mm_struct *mm, bool failed)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	if (failed)
		pte_free(mm, table);	/* ok: double-free -- the first */
	pte_free(mm, table);	/* expect: double-free */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_fresh);
