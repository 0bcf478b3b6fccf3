// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* All of a table is written after it was handed over. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_wipe(unsigned long *words)
{
	memset(words, 0, PAGE_SIZE);
}

void extra_wiped_late(struct mmu_gather *tlb, pmd_t *table, unsigned long addr)
{
	pmd_free_tlb(tlb, table, addr);
	extra_wipe((unsigned long *)table);	/* expect: use-after-queue */
}
EXPORT_SYMBOL_GPL(extra_wiped_late);

void extra_copied_late(struct mmu_gather *tlb, pmd_t *table, pmd_t *other, unsigned long addr)
{
	pmd_free_tlb(tlb, table, addr);
	memcpy(table, other, PAGE_SIZE);	/* expect: use-after-queue */
}
EXPORT_SYMBOL_GPL(extra_copied_late);

void extra_in_time(struct mmu_gather *tlb, pmd_t *table, pmd_t *other, unsigned long addr)
{
	memcpy(other, table, PAGE_SIZE);
	extra_wipe((unsigned long *)table);
	pmd_free_tlb(tlb, table, addr);		/* ok: use-after-queue -- filled before that */
}
EXPORT_SYMBOL_GPL(extra_in_time);
