// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The deposit and the free stand in macros. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static struct ptdesc *take_pmds(struct mm_struct *mm, pud_t *pud)
{
	struct ptdesc *pt = virt_to_ptdesc(pud_pgtable(*pud));

	pud_clear(pud);
	return pt;
}


#define PUT_BY(pt, table)	((pt)->pmd_huge_pte = (table))

#define DROP_PMDS(pt)							\
	do {								\
		synchronize_rcu();					\
		ptdesc_retire(pt);	/* expect: live-deposit */	\
	} while (0)

int extra_drop(struct mm_struct *mm, pud_t *pud)
{
	struct ptdesc *pt = take_pmds(mm, pud);
	pgtable_t spare = pte_alloc_one(mm);

	if (!spare)
		return -1;
	PUT_BY(pt, spare);
	DROP_PMDS(pt);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
