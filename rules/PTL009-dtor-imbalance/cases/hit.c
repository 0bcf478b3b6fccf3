// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Freed without the destructor, destructed twice, or destructed without a constructor. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

int extra_leaks(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	ptdesc_put(page_ptdesc(pgtable_page(table)));	/* expect: dtor-imbalance */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_leaks);

int extra_twice(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	ptdesc_destruct(page_ptdesc(pgtable_page(table)));
	pte_free(mm, table);	/* expect: dtor-imbalance */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_twice);

int extra_never(struct mm_struct *mm)
{
	struct ptdesc *pt = ptdesc_get_noprof(GFP_PGTABLE_USER, 0);

	if (!pt)
		return -1;
	if (!ptdesc_construct(mm, pt))
		ptdesc_destruct(pt);	/* expect: dtor-imbalance */
	ptdesc_put(pt);	/* expect: dtor-imbalance */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_never);
