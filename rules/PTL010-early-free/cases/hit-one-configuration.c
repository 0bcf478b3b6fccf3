// file: mm/extra.c
// arch: i386
// SPDX-License-Identifier: GPL-2.0-or-later
/* Only one side of an #ifdef clears the entry. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}


void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

#ifndef CONFIG_X86_PAE
	pmd_clear(pmd);
#endif
	flush_tlb_mm(mm);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: early-free when X86_PAE */
}
EXPORT_SYMBOL_GPL(extra_drop);
