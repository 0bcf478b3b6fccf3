// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Put into the batch before the entry is cleared. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

void extra_batch(struct mmu_gather *tlb, pmd_t *pmd, unsigned long addr)
{
	pgtable_t table = pmd_pgtable(*pmd);

	pte_free_tlb(tlb, table, addr);	/* expect: early-free */
	pmd_clear(pmd);
}
EXPORT_SYMBOL_GPL(extra_batch);
