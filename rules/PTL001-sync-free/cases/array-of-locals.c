// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables wait in an array of the function's own; with a count of zero nothing was ever written there. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#define EXTRA_TABLES 4

static int extra_fill(struct mm_struct *mm, pgtable_t *tables, int count)
{
	if (count > 0)
		tables[1] = pte_alloc_one(mm);
	return 0;
}

static void extra_empty(struct mm_struct *mm, pgtable_t *tables, int count)
{
	if (count >= 1 && tables[1])
		pte_free(mm, tables[1]);	/* ok: sync-free -- allocated here, installed nowhere */
}

void extra_try(struct mm_struct *mm, int count)
{
	pgtable_t tables[EXTRA_TABLES];

	extra_fill(mm, tables, count);
	extra_empty(mm, tables, count);
}
EXPORT_SYMBOL_GPL(extra_try);
