// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A wrapper hands a new table on as a pointer to its entries. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static pte_t *extra_one(struct mm_struct *mm)
{
	struct ptdesc *pt = ptdesc_get_noprof(GFP_PGTABLE_KERNEL, 0);

	if (!pt)
		return NULL;
	if (!ptdesc_construct(mm, pt)) {
		ptdesc_put(pt);	/* ok: dtor-imbalance -- the constructor failed */
		return NULL;
	}
	return ptdesc_address(pt);
}

static pte_t *extra_entries(struct mm_struct *mm)
{
	return extra_one(mm);
}

int extra_lost(struct mm_struct *mm)
{
	pte_t *pte = extra_entries(mm);

	if (!pte)
		return -1;
	free_page((unsigned long)pte);	/* expect: dtor-imbalance */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_lost);

int extra_balanced(struct mm_struct *mm)
{
	pte_t *pte = extra_entries(mm);

	if (!pte)
		return -1;
	ptdesc_retire(virt_to_ptdesc(pte));	/* ok: dtor-imbalance -- destructed first */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_balanced);
