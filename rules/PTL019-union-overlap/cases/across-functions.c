// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Each is kept in a function of its own. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_remember(struct ptdesc *pt, unsigned long at)
{
	pt->pt_index = at;
}

static void extra_count(struct ptdesc *pt)
{
	atomic_inc(&pt->pt_share_count);	/* ok: union-overlap -- its callers differ */
}

pmd_t *extra_make(struct mm_struct *mm, unsigned long at)
{
	pmd_t *pmd = pmd_alloc_one(mm, at);
	struct ptdesc *pt;

	if (!pmd)
		return NULL;
	pt = virt_to_ptdesc(pmd);
	extra_remember(pt, at);
	extra_count(pt);	/* expect: union-overlap */
	return pmd;
}
EXPORT_SYMBOL_GPL(extra_make);

pmd_t *extra_shared(struct mm_struct *mm, unsigned long at)
{
	pmd_t *pmd = pmd_alloc_one(mm, at);
	struct ptdesc *pt;

	if (!pmd)
		return NULL;
	pt = virt_to_ptdesc(pmd);
	extra_count(pt);	/* ok: union-overlap -- only this */
	return pmd;
}
EXPORT_SYMBOL_GPL(extra_shared);
