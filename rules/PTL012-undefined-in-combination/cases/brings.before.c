// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* One side has a stub; without it nothing is linked. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#ifdef CONFIG_PT_RECLAIM
void extra_note(struct mm_struct *mm);
#else
static inline void extra_note(struct mm_struct *mm) { }
#endif

#ifdef CONFIG_PT_RECLAIM
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
	extra_note(mm);	/* ok: undefined-in-combination -- a stub stands in */
	pte_free(mm, table);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
