// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A function goes, its prototype and one caller stay: no file defines it any more. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

void extra_note(struct mm_struct *mm);

void extra_note(struct mm_struct *mm)
{
	mm_count_table(mm, -1);
}

int extra_drop(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	extra_note(mm);	/* ok: undefined-in-combination -- it is defined above */
	pte_free(mm, table);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
