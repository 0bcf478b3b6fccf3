// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The table that holds a deposit is queued, or freed. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

static struct ptdesc *take_pmds(struct mm_struct *mm, pud_t *pud)
{
	struct ptdesc *pt = virt_to_ptdesc(pud_pgtable(*pud));

	pud_clear(pud);
	return pt;
}


int extra_queue(struct mm_struct *mm, pud_t *pud)
{
	struct ptdesc *pt = virt_to_ptdesc(pud_pgtable(*pud));
	pgtable_t spare = pte_alloc_one(mm);

	if (!spare)
		return -1;
	pt->pmd_huge_pte = spare;
	pud_clear(pud);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: live-deposit */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_queue);

int extra_free(struct mm_struct *mm, pud_t *pud)
{
	struct ptdesc *pt = take_pmds(mm, pud);
	pgtable_t spare = pte_alloc_one(mm);

	if (!spare)
		return -1;
	pt->pmd_huge_pte = spare;
	synchronize_rcu();
	ptdesc_retire(pt);	/* expect: live-deposit */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_free);
