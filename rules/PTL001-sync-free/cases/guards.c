// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks that the end of a scope drops. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = NULL;

	scoped_guard(spinlock, pmd_lockptr(mm, pmd)) {
		if (pmd_none(*pmd))
			return;
		table = pmd_pgtable(*pmd);
		pmd_clear(pmd);
	}
	if (table)
		pte_free(mm, table);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_drop);

void extra_try(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return;
	guard(spinlock)(pmd_lockptr(mm, pmd));
	if (pmd_none(*pmd)) {
		pmd_populate(mm, pmd, table);
		return;
	}
	pte_free(mm, table);	/* ok: sync-free -- not installed on this path */
}
EXPORT_SYMBOL_GPL(extra_try);
