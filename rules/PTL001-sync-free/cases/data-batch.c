// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A batch of pages, tables among data: what frees the batch is right for data. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_remove_table(struct mmu_gather *tlb, void *table)
{
	tlb_remove_page(tlb, table);	/* expect: sync-free */
}

void extra_gather(struct mmu_gather *tlb, pmd_t *pmd)
{
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	extra_remove_table(tlb, table);
}
EXPORT_SYMBOL_GPL(extra_gather);
