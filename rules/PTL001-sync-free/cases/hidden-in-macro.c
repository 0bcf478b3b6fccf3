// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The free stands in a macro, its caller is made by another. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static pgtable_t take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	spin_unlock(ptl);
	return table;
}

#define GIVE_BACK(mm, table)						\
	do {								\
		flush_tlb_mm(mm);					\
		pte_free(mm, table);	/* expect: sync-free */		\
	} while (0)

#define EXTRA_DROP(name)						\
	void name(struct mm_struct *mm, pmd_t *pmd)			\
	{								\
		pgtable_t table = take(mm, pmd);			\
									\
		GIVE_BACK(mm, table);					\
	}								\
	EXPORT_SYMBOL_GPL(name)

EXTRA_DROP(extra_drop);
