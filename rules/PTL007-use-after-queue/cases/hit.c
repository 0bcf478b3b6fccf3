// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A table is used although it belongs to RCU, or to the allocator. */
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


void extra_queued(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_rcu);
	pt->pt_mm = NULL;	/* expect: use-after-queue */
}
EXPORT_SYMBOL_GPL(extra_queued);

unsigned long extra_freed(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	synchronize_rcu();
	ptdesc_retire(pt);
	return pt->pt_flags;	/* expect: use-after-queue */
}
EXPORT_SYMBOL_GPL(extra_freed);

/* Taken off a list that it has been on all along. */
void extra_listed(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	synchronize_rcu();
	ptdesc_retire(pt);
	list_del(&pt->pt_list);	/* expect: use-after-queue */
}
EXPORT_SYMBOL_GPL(extra_listed);

/* Linked for whoever counts them. */
static LIST_HEAD(extra_tables);

void extra_counted(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	synchronize_rcu();
	ptdesc_retire(pt);
	list_add(&pt->pt_list, &extra_tables);	/* expect: use-after-queue */
}
EXPORT_SYMBOL_GPL(extra_counted);

/* An entry of it. */
int extra_entry(struct mm_struct *mm, pmd_t *pmd)
{
	pte_t *pte = (pte_t *)pmd_page_vaddr(*pmd);
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_rcu);
	return pte_none(*pte);	/* expect: use-after-queue */
}
EXPORT_SYMBOL_GPL(extra_entry);

/* Installed again. */
void extra_again(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pmd_pgtable(*pmd);

	call_rcu(&take(mm, pmd)->pt_rcu_head, extra_rcu);
	pmd_populate(mm, pmd, table);	/* expect: use-after-queue */
}
EXPORT_SYMBOL_GPL(extra_again);
