// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Other types and members, at the same offset. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


static void extra_by_page(struct rcu_head *head)
{
	struct page *page = container_of(head, struct page, rcu_head);	/* ok: head-mismatch -- the same bytes */

	ptdesc_retire(page_ptdesc(page));
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_by_page);
}
EXPORT_SYMBOL_GPL(extra_drop);

/* A batch is found by its own head. */
struct extra_batch {
	struct ptdesc *table;
	struct rcu_head rcu;
};

static void extra_by_batch(struct rcu_head *head)
{
	struct extra_batch *batch = container_of(head, struct extra_batch, rcu);	/* ok: head-mismatch -- that was queued */

	ptdesc_retire(batch->table);
	kfree(batch);
}

int extra_drop_batch(struct mm_struct *mm, pmd_t *pmd)
{
	struct extra_batch *batch = kmalloc(sizeof(*batch), GFP_KERNEL);

	if (!batch)
		return -1;
	batch->table = take(mm, pmd);
	call_rcu(&batch->rcu, extra_by_batch);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop_batch);
