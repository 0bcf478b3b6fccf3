// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A table goes while its entry still points to it. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}


void extra_frees(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pmd_pgtable(*pmd);

	synchronize_rcu();
	pte_free(mm, table);	/* expect: early-free */
	pmd_clear(pmd);
}
EXPORT_SYMBOL_GPL(extra_frees);

void extra_queues(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: early-free */
	pmd_clear(pmd);
}
EXPORT_SYMBOL_GPL(extra_queues);

/* The clean-up forgets that it was installed. */
int extra_fresh(struct mm_struct *mm, pmd_t *pmd, bool failed)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	pmd_populate(mm, pmd, table);
	if (!failed)
		return 0;
	pte_free(mm, table);	/* expect: early-free */
	return -1;
}
EXPORT_SYMBOL_GPL(extra_fresh);
