// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A level that exists in some configurations, and there not on every processor. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#if CONFIG_PGTABLE_LEVELS > 4
void extra_drop(struct mm_struct *mm, pgd_t *pgd)
{
	p4d_t *p4d = p4d_offset(pgd, 0);

	if (!pgtable_l5_enabled())
		return;
	pgd_clear(pgd);
	flush_tlb_mm(mm);
	p4d_free(mm, p4d);	/* expect: sync-free when PT_RECLAIM && X86_5LEVEL */
}
EXPORT_SYMBOL_GPL(extra_drop);
#endif
