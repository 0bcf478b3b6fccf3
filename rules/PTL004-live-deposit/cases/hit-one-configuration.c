// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the deposit stands depends on who has the lock of a table of pmds. */
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


#ifdef CONFIG_TRANSPARENT_HUGEPAGE
int extra_split(struct mm_struct *mm, pud_t *pud)
{
	pmd_t *pmd = pud_pgtable(*pud);
	pgtable_t spare = pte_alloc_one(mm);
	struct ptdesc *pt;

	if (!spare || pmd_leaf(*pmd))
		return -1;
	pmd_huge_pte(mm, pmd) = spare;
	pt = take_pmds(mm, pud);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: live-deposit when SPLIT_PMD_PTLOCKS && TRANSPARENT_HUGEPAGE */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_split);
#else
int extra_plain(struct mm_struct *mm, pud_t *pud)
{
	call_rcu(&take_pmds(mm, pud)->pt_rcu_head, extra_rcu);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_plain);
#endif
