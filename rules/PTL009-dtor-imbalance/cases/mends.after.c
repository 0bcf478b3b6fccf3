// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A patch destructs it before it frees it: after. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

int extra_drop(struct mm_struct *mm)
{
	pmd_t *pmd = pmd_alloc_one(mm, 0);

	if (!pmd)
		return -1;
	mm_count_table(mm, -1);
	pmd_free(mm, pmd);	/* ok: dtor-imbalance -- destructs it */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
