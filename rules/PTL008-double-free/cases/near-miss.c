// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Once on each path. */
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


void extra_either(struct mm_struct *mm, pmd_t *pmd, bool wait)
{
	struct ptdesc *pt = take(mm, pmd);

	if (!wait) {
		call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: double-free -- returns */
		return;
	}
	synchronize_rcu();
	ptdesc_retire(pt);	/* ok: double-free -- the other path */
}
EXPORT_SYMBOL_GPL(extra_either);

/* A flag tells the paths apart. */
void extra_flag(struct mm_struct *mm, pmd_t *pmd, bool wait)
{
	struct ptdesc *pt = take(mm, pmd);
	bool done = false;

	if (wait) {
		synchronize_rcu();
		ptdesc_retire(pt);
		done = true;
	}
	if (!done)
		call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: double-free -- not where it was freed */
}
EXPORT_SYMBOL_GPL(extra_flag);

/* Two tables. */
void extra_two(struct mm_struct *mm, pmd_t *pmd, pmd_t *next)
{
	struct ptdesc *one = take(mm, pmd), *two = take(mm, next);

	call_rcu(&one->pt_rcu_head, extra_rcu);
	call_rcu(&two->pt_rcu_head, extra_rcu);	/* ok: double-free -- another one */
}
EXPORT_SYMBOL_GPL(extra_two);

/* NULL tells that it was freed. */
int extra_null(struct mm_struct *mm, bool failed)
{
	pgtable_t table = pte_alloc_one(mm);

	if (table && failed) {
		pte_free(mm, table);
		table = NULL;
	}
	if (table)
		pte_free(mm, table);	/* ok: double-free -- not where it failed */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_null);
