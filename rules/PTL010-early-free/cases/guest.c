// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables below a root that no address space holds are no walker's; those of a process are. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_guest {
	struct mm_struct	*mm;
	pmd_t			*tables;
};

int extra_make(struct extra_guest *guest)
{
	guest->tables = pmd_alloc_one(guest->mm, 0);
	return guest->tables ? 0 : -1;
}
EXPORT_SYMBOL_GPL(extra_make);

void extra_unmake(struct extra_guest *guest)
{
	pmd_t *pmd = guest->tables;
	int i;

	for (i = 0; i < PTRS_PER_PMD; i++)
		if (!pmd_none(pmd[i])) {
			pte_free(guest->mm, pmd_pgtable(pmd[i]));	/* ok: early-free -- a guest's */
			pmd_clear(pmd + i);
		}
}
EXPORT_SYMBOL_GPL(extra_unmake);

void extra_wipe(struct mm_struct *mm, pmd_t *pmd)
{
	int i;

	for (i = 0; i < PTRS_PER_PMD; i++)
		if (!pmd_none(pmd[i])) {
			pte_free(mm, pmd_pgtable(pmd[i]));	/* expect: early-free */
			pmd_clear(pmd + i);
		}
}
EXPORT_SYMBOL_GPL(extra_wipe);
