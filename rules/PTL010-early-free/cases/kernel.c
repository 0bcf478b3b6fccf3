// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A table of the kernel's own address space: no walker of user space enters it. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

void extra_kernel(pmd_t *pmd)
{
	pte_t *table = (pte_t *)pmd_page_vaddr(*pmd);

	pte_free_kernel(&init_mm, table);	/* expect: early-free */
	pmd_clear(pmd);
}
EXPORT_SYMBOL_GPL(extra_kernel);
