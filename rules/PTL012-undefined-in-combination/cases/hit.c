// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A helper and a stub that are not there, or take too little, where one option is off: does not compile. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#ifdef CONFIG_TRANSPARENT_HUGEPAGE
static void extra_note(struct mm_struct *mm)
{
	mm_count_table(mm, -1);
}

static void extra_tell(struct mm_struct *mm, int tables)
{
	mm_count_table(mm, tables);
}
#else
static void extra_tell(struct mm_struct *mm)
{
}
#endif

int extra_drop(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	extra_note(mm);		/* expect: undefined-in-combination when !TRANSPARENT_HUGEPAGE */
	extra_tell(mm, -1);	/* expect: undefined-in-combination when !TRANSPARENT_HUGEPAGE */
	pte_free(mm, table);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);

int extra_drop_later(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	if (IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))	/* a compiler reads dead code, too */
		extra_note(mm);	/* expect: undefined-in-combination when !TRANSPARENT_HUGEPAGE */
	pte_free(mm, table);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop_later);
