// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/mm.h>
#include <asm/pgalloc.h>

int extra_reclaim(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	pte_free(mm, table);
	return 0;
}
