// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* It compiles in all configurations, and does not link in one. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

void extra_note(struct mm_struct *mm);

#ifdef CONFIG_TRANSPARENT_HUGEPAGE
void extra_note(struct mm_struct *mm)
{
	mm_count_table(mm, -1);
}
#endif

int extra_drop(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	extra_note(mm);		/* expect: undefined-in-combination when !TRANSPARENT_HUGEPAGE */
	pte_free(mm, table);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
