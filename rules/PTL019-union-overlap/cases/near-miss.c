// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* One after the other, or in bytes of their own. */
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
	pt->pt_index = 0;
	atomic_inc(&pt->pt_share_count);	/* ok: union-overlap -- the index is over */
	return pmd;
}
EXPORT_SYMBOL_GPL(extra_make);

pmd_t *extra_own(struct mm_struct *mm, unsigned long at)
{
	pmd_t *pmd = pmd_alloc_one(mm, at);
	struct ptdesc *pt;

	if (!pmd)
		return NULL;
	pt = virt_to_ptdesc(pmd);
	atomic_set(&pt->pt_share_count, 0);
	pt->pt_mm = mm;	/* ok: union-overlap -- a count of nobody */
	return pmd;
}
EXPORT_SYMBOL_GPL(extra_own);

pmd_t *extra_both(struct mm_struct *mm, unsigned long at)
{
	pmd_t *pmd = pmd_alloc_one(mm, at);
	struct ptdesc *pt;

	if (!pmd)
		return NULL;
	pt = virt_to_ptdesc(pmd);
	pt->pt_mm = mm;
	pt->__page_mapping = at;	/* ok: union-overlap -- bytes of its own */
	return pmd;
}
EXPORT_SYMBOL_GPL(extra_both);
