// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The callee frees in one case, the caller in all. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static int extra_try(struct mm_struct *mm, pmd_t *pmd, pgtable_t table)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	bool none = pmd_none(*pmd);

	if (none)
		pmd_populate(mm, pmd, table);
	spin_unlock(ptl);
	if (none)
		return 0;
	pte_free(mm, table);	/* ok: double-free -- the first */
	return -1;
}

int extra_install(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pte_alloc_one(mm);
	int ret;

	if (!table)
		return -1;
	ret = extra_try(mm, pmd, table);
	if (ret)
		pte_free(mm, table);	/* expect: double-free */
	return ret;
}
EXPORT_SYMBOL_GPL(extra_install);
