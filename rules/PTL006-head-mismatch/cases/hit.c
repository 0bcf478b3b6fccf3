// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The callback takes the head for that of something else. */
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


static void extra_free(struct rcu_head *head)
{
	struct extra_table *table = container_of(head, struct extra_table, rcu);	/* expect: head-mismatch */

	ptdesc_retire((struct ptdesc *)table);
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_free);
}
EXPORT_SYMBOL_GPL(extra_drop);

/* The page's descriptor, by a member that lies elsewhere. */
static void extra_free_page(struct rcu_head *head)
{
	struct page *page = container_of((void *)head, struct page, mapping);	/* expect: head-mismatch */

	ptdesc_retire(page_ptdesc(page));
}

void extra_drop_page(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_free_page);
}
EXPORT_SYMBOL_GPL(extra_drop_page);

/* A batch's head, and the callback of a single table. */
struct extra_batch {
	struct rcu_head rcu;
	unsigned int nr;
	void *tables[];
};

struct extra_gather {
	struct extra_batch *batch;
};

static void extra_free_single(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);	/* expect: head-mismatch */

	ptdesc_retire(pt);	/* gap: no table is there */
}

void extra_drop_batch(struct extra_gather *gather, struct mm_struct *mm, pmd_t *pmd)
{
	struct extra_batch *batch = gather->batch;

	batch->tables[batch->nr++] = take(mm, pmd);
	gather->batch = NULL;
	call_rcu(&batch->rcu, extra_free_single);	/* gap: the batch is taken for one */
}
EXPORT_SYMBOL_GPL(extra_drop_batch);

/* A cast takes the head for the descriptor's first member. */
static void extra_free_cast(struct rcu_head *head)
{
	struct ptdesc *pt = (struct ptdesc *)head;	/* expect: head-mismatch */

	ptdesc_retire(pt);
}

void extra_drop_cast(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_free_cast);
}
EXPORT_SYMBOL_GPL(extra_drop_cast);
