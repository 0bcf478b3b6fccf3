// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A macro gives it back without the destructor. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#define GIVE_BACK(table)						\
	do {								\
		ptdesc_put(page_ptdesc(pgtable_page(table)));	/* expect: dtor-imbalance */ \
	} while (0)

int extra_drop(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	GIVE_BACK(table);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
