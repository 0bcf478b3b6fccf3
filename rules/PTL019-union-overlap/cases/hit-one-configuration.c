// file: mm/extra.c
// arch: i386
// SPDX-License-Identifier: GPL-2.0-or-later
/* The pgd keeps its mm where a PMD table has its count of sharers. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

int extra_begin(struct mm_struct *mm)
{
	pgd_t *pgd = (pgd_t *)get_zeroed_page(GFP_KERNEL);

	if (!pgd)
		return -1;
	virt_to_ptdesc(pgd)->pt_mm = mm;
	mm->pgd = pgd;
	return 0;
}
EXPORT_SYMBOL_GPL(extra_begin);

/* Without PAE the middle levels are folded: this is an entry of the pgd. */
pmd_t *extra_share(struct mm_struct *mm, unsigned long at)
{
	pgd_t *pgd = pgd_offset(mm, at);
	pmd_t *pmd = pmd_offset(pud_offset(p4d_offset(pgd, at), at), at);

	atomic_inc(&virt_to_ptdesc(pmd)->pt_share_count);	/* expect: union-overlap when !X86_PAE */
	return pmd;
}
EXPORT_SYMBOL_GPL(extra_share);
