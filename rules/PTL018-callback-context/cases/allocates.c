// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* An RCU callback that frees a table allocates memory: one of them may wait for it. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
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

static void extra_free(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);
	void *note = kmalloc(64, GFP_KERNEL);	/* expect: callback-context */

	ptdesc_retire(pt);
	kfree(note);
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_free);
}
EXPORT_SYMBOL_GPL(extra_drop);

static void extra_free_nowait(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);
	void *note = kmalloc(64, GFP_NOWAIT);

	ptdesc_retire(pt);
	kfree(note);
}

void extra_drop_nowait(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_free_nowait);
}
EXPORT_SYMBOL_GPL(extra_drop_nowait);

/* Not in a callback. */
void extra_renew(struct mm_struct *mm, pmd_t *pmd)
{
	void *note = kmalloc(64, GFP_KERNEL);

	extra_drop_nowait(mm, pmd);
	kfree(note);
}
EXPORT_SYMBOL_GPL(extra_renew);
