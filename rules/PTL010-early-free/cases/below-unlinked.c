// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* With a table all that hangs below it is out of reach, though its own entries are still set. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

void extra_drop(pud_t *pud)
{
	pmd_t *pmd = pud_pgtable(*pud);
	int i;

	pud_clear(pud);
	flush_tlb_all();
	for (i = 0; i < PTRS_PER_PMD; i++)
		if (!pmd_none(pmd[i]))
			call_rcu(&page_ptdesc(pmd_page(pmd[i]))->pt_rcu_head, extra_rcu);	/* ok: early-free -- its parent has gone */
	call_rcu(&virt_to_ptdesc(pmd)->pt_rcu_head, extra_rcu);
}
EXPORT_SYMBOL_GPL(extra_drop);

void extra_drop_too_early(pud_t *pud)
{
	pmd_t *pmd = pud_pgtable(*pud);
	int i;

	for (i = 0; i < PTRS_PER_PMD; i++)
		if (!pmd_none(pmd[i]))
			call_rcu(&page_ptdesc(pmd_page(pmd[i]))->pt_rcu_head, extra_rcu);	/* expect: early-free */
	pud_clear(pud);
	flush_tlb_all();
	call_rcu(&virt_to_ptdesc(pmd)->pt_rcu_head, extra_rcu);
}
EXPORT_SYMBOL_GPL(extra_drop_too_early);
