// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A table that is found was linked where it was made: each top table is on pgd_list. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}


void extra_drop_top(struct mm_struct *mm)
{
	struct ptdesc *pt = virt_to_ptdesc(mm->pgd);

	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: live-pt-list */
}
EXPORT_SYMBOL_GPL(extra_drop_top);

void extra_drop_top_rightly(struct mm_struct *mm)
{
	struct ptdesc *pt = virt_to_ptdesc(mm->pgd);

	list_del(&pt->pt_list);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: live-pt-list -- off the list */
}
EXPORT_SYMBOL_GPL(extra_drop_top_rightly);
