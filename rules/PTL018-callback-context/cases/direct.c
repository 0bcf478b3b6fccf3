// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A callback is called by its name. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_free(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	flush_tlb_mm(mm);
	return pt;
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd, bool lazy)
{
	struct ptdesc *pt = take(mm, pmd);

	if (lazy)
		call_rcu(&pt->pt_rcu_head, extra_free);	/* ok: callback-context -- queued */
	else
		extra_free(&pt->pt_rcu_head);	/* expect: callback-context */
}
EXPORT_SYMBOL_GPL(extra_drop);

void extra_waits(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	synchronize_rcu();
	extra_free(&pt->pt_rcu_head);	/* ok: callback-context -- has waited */
}
EXPORT_SYMBOL_GPL(extra_waits);

void extra_lost(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return;
	if (pmd_none(*pmd))
		pmd_populate(mm, pmd, table);
	else
		extra_free(&page_ptdesc(pgtable_page(table))->pt_rcu_head);	/* ok: callback-context -- fresh */
}
EXPORT_SYMBOL_GPL(extra_lost);

/* A structure with its own head: what stands in it has to have waited. */
struct extra_pair {
	struct rcu_head rcu;
	struct ptdesc *one;
	struct ptdesc *two;
};

static void extra_free_pair(struct rcu_head *head)
{
	struct extra_pair *pair = container_of(head, struct extra_pair, rcu);

	ptdesc_retire(pair->one);
	ptdesc_retire(pair->two);
	kfree(pair);
}

void extra_drop_pair(struct mm_struct *mm, pmd_t *pmd, struct extra_pair *pair, bool few)
{
	pair->one = take(mm, pmd);
	pair->two = take(mm, pmd + 1);
	if (few)
		extra_free_pair(&pair->rcu);	/* expect: callback-context */
	else
		call_rcu(&pair->rcu, extra_free_pair);	/* ok: callback-context -- queued */
}
EXPORT_SYMBOL_GPL(extra_drop_pair);

void extra_wait_pair(struct mm_struct *mm, pmd_t *pmd, struct extra_pair *pair)
{
	pair->one = take(mm, pmd);
	pair->two = take(mm, pmd + 1);
	synchronize_rcu();
	extra_free_pair(&pair->rcu);	/* ok: callback-context -- both have waited */
}
EXPORT_SYMBOL_GPL(extra_wait_pair);
