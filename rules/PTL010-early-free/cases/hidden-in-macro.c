// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The free stands in a macro, before the clear. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}


#define DROP(pmd)							\
	do {								\
		struct ptdesc *__pt = page_ptdesc(pgtable_page(pmd_pgtable(*(pmd)))); \
									\
		call_rcu(&__pt->pt_rcu_head, extra_rcu);	/* expect: early-free */ \
		pmd_clear(pmd);						\
	} while (0)

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	DROP(pmd);
}
EXPORT_SYMBOL_GPL(extra_drop);
