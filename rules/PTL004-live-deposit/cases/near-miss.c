// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Withdrawn in time, or deposited elsewhere. */
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


int extra_withdraws(struct mm_struct *mm, pud_t *pud)
{
	struct ptdesc *pt = take_pmds(mm, pud);
	pgtable_t spare = pte_alloc_one(mm);

	if (!spare)
		return -1;
	pt->pmd_huge_pte = spare;
	pt->pmd_huge_pte = NULL;
	pte_free(mm, spare);	/* ok: live-deposit -- the deposit itself, withdrawn */
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: live-deposit -- holds nothing any more */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_withdraws);

int extra_empties(struct mm_struct *mm, pud_t *pud)
{
	struct ptdesc *pt = take_pmds(mm, pud);

	pt->pmd_huge_pte = NULL;
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: live-deposit -- never held anything */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_empties);

int extra_other(struct mm_struct *mm, pud_t *pud, pud_t *next)
{
	struct ptdesc *other = virt_to_ptdesc(pud_pgtable(*next));
	struct ptdesc *pt = take_pmds(mm, pud);
	pgtable_t spare = pte_alloc_one(mm);

	if (spare)
		other->pmd_huge_pte = spare;
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: live-deposit -- another table holds it */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_other);
