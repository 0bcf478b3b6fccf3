/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _ASM_X86_TLB_H
#define _ASM_X86_TLB_H

#ifdef CONFIG_SMP
void own_table_free(void *table, bool fragment);

static inline void __tlb_remove_table(void *table)
{
	own_table_free((void *)((unsigned long)table & ~1UL), (unsigned long)table & 1UL);
}
#endif

#include <asm-generic/tlb.h>

#endif
