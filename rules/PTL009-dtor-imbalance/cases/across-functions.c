// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* One function destructs it already, the other does so again. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_prepare(struct ptdesc *pt)
{
	ptdesc_destruct(pt);	/* ok: dtor-imbalance -- the first */
}

static void extra_end(struct ptdesc *pt)
{
	ptdesc_retire(pt);	/* ok: dtor-imbalance -- its callers differ */
}

int extra_twice(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	extra_prepare(page_ptdesc(pgtable_page(table)));
	extra_end(page_ptdesc(pgtable_page(table)));	/* expect: dtor-imbalance */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_twice);

int extra_once(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	extra_end(page_ptdesc(pgtable_page(table)));	/* ok: dtor-imbalance -- once */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_once);
