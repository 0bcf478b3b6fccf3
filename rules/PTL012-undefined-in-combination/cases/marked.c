// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A macro that only says that there is a function makes none. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>

void extra_note(struct mm_struct *mm, pgtable_t table);
#define extra_note extra_note

#ifdef CONFIG_SMP
void extra_note(struct mm_struct *mm, pgtable_t table)
{
	pte_free(mm, table);
}
#endif

int extra_drop(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	extra_note(mm, table);	/* expect: undefined-in-combination when !SMP */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
