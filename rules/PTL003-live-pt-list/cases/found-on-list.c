// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A table that is found on a list is on it until it is taken off. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static LIST_HEAD(extra_wrong);
static LIST_HEAD(extra_right);

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


void extra_keep(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	list_add(&pt->pt_list, &extra_wrong);
}
EXPORT_SYMBOL_GPL(extra_keep);

void extra_flush(void)
{
	struct ptdesc *pt, *next;

	list_for_each_entry_safe(pt, next, &extra_wrong, pt_list)
		call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: live-pt-list */
}
EXPORT_SYMBOL_GPL(extra_flush);

void extra_keep_rightly(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	list_add(&pt->pt_list, &extra_right);
}
EXPORT_SYMBOL_GPL(extra_keep_rightly);

void extra_flush_rightly(void)
{
	struct ptdesc *pt, *next;

	list_for_each_entry_safe(pt, next, &extra_right, pt_list) {
		list_del(&pt->pt_list);
		call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: live-pt-list -- off the list */
	}
}
EXPORT_SYMBOL_GPL(extra_flush_rightly);
