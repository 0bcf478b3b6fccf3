// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A patch keeps the address elsewhere: before. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

pmd_t *extra_make(struct mm_struct *mm, unsigned long at)
{
	pmd_t *pmd = pmd_alloc_one(mm, at);
	struct ptdesc *pt;

	if (!pmd)
		return NULL;
	pt = virt_to_ptdesc(pmd);
	pt->pt_index = at;
	atomic_inc(&pt->pt_share_count);	/* expect: union-overlap */
	return pmd;
}
EXPORT_SYMBOL_GPL(extra_make);
