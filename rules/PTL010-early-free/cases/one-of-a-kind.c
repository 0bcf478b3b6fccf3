// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Most tables that are kept in a member are fresh; one is installed and not forgotten. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_fault {
	struct mm_struct *mm;
	pmd_t *pmd;
	pgtable_t spare;
	pgtable_t other;
};

int extra_prepare(struct extra_fault *fault)
{
	fault->spare = pte_alloc_one(fault->mm);
	fault->other = pte_alloc_one(fault->mm);
	return fault->spare && fault->other ? 0 : -1;
}
EXPORT_SYMBOL_GPL(extra_prepare);

void extra_install(struct extra_fault *fault)
{
	pmd_populate(fault->mm, fault->pmd, fault->spare);
}
EXPORT_SYMBOL_GPL(extra_install);

void extra_done(struct extra_fault *fault)
{
	if (fault->spare)
		pte_free(fault->mm, fault->spare);	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_done);

void extra_tries(struct extra_fault *fault)
{
	pmd_populate(fault->mm, fault->pmd, fault->other);
}
EXPORT_SYMBOL_GPL(extra_tries);

/* The entry is known by another pointer. */
void extra_undone(struct extra_fault *fault)
{
	pmd_clear(fault->pmd);
	flush_tlb_mm(fault->mm);
	if (fault->other)
		pte_free(fault->mm, fault->other);	/* ok: early-free -- it may be what the entry was cleared of */
}
EXPORT_SYMBOL_GPL(extra_undone);
