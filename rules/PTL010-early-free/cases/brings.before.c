// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A patch clears the entry too late: before. */
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

	mm_count_table(mm, -1);
	pmd_clear(pmd);
	flush_tlb_mm(mm);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: early-free -- the entry is clear */
}
EXPORT_SYMBOL_GPL(extra_drop);
