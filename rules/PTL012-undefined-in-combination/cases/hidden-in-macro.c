// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* What is missing is called by a macro; and a macro gets one argument too many. This does not compile. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#ifdef CONFIG_SMP
static void extra_note(struct mm_struct *mm)
{
	mm_count_table(mm, -1);
}
#define extra_tell(mm, tables) mm_count_table(mm, tables)
#else
#define extra_tell(mm) do { } while (0)
#endif

#define extra_free(mm, table)				\
do {							\
	extra_note(mm);	/* expect: undefined-in-combination when !SMP */ \
	pte_free(mm, table);				\
} while (0)

int extra_drop(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	extra_tell(mm, -1);	/* expect: undefined-in-combination when !SMP */
	extra_free(mm, table);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
