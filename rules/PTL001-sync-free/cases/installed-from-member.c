// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A table prepared in a structure is installed, and freed through the structure as if it were not. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_walk {
	struct mm_struct *mm;
	pmd_t *pmd;
	pgtable_t spare;
};

int extra_prepare(struct extra_walk *walk)
{
	walk->spare = pte_alloc_one(walk->mm);
	return walk->spare ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_GPL(extra_prepare);

/* It keeps the pointer: who comes after takes the table for a spare one. */
void extra_install(struct extra_walk *walk)
{
	spinlock_t *ptl = pmd_lock(walk->mm, walk->pmd);

	if (pmd_none(*walk->pmd))
		pmd_populate(walk->mm, walk->pmd, walk->spare);
	spin_unlock(ptl);
}
EXPORT_SYMBOL_GPL(extra_install);

void extra_finish(struct extra_walk *walk)
{
	if (walk->spare)
		pte_free(walk->mm, walk->spare);	/* expect: sync-free */
	walk->spare = NULL;
}
EXPORT_SYMBOL_GPL(extra_finish);
