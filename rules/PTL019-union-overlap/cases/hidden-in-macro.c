// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Both stand in macros. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#define REMEMBER(pt, at)	((pt)->pt_index = (at))

#define SHARE(pt)							\
	do {								\
		struct ptdesc *__pt = (pt);				\
									\
		atomic_inc(&__pt->pt_share_count);	/* expect: union-overlap */ \
	} while (0)

pmd_t *extra_make(struct mm_struct *mm, unsigned long at)
{
	pmd_t *pmd = pmd_alloc_one(mm, at);
	struct ptdesc *pt;

	if (!pmd)
		return NULL;
	pt = virt_to_ptdesc(pmd);
	REMEMBER(pt, at);
	SHARE(pt);
	return pmd;
}
EXPORT_SYMBOL_GPL(extra_make);
