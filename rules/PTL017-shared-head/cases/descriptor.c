// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept is the descriptor of a page, wherever in the page the pointer led that it was found by. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void *extra_kept;

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_put(container_of(head, struct ptdesc, pt_rcu_head));
}

static void extra_keep(pud_t *pud, unsigned long addr)
{
	pmd_t *pmd = pmd_offset(pud, addr);

	pud_clear(pud);
	extra_kept = virt_to_ptdesc(pmd);
}

void extra_drop(pud_t *pud, unsigned long addr)
{
	struct ptdesc *pt;

	extra_keep(pud, addr);
	pt = extra_kept;
	ptdesc_destruct(pt);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: shared-head -- one table on one page */
}
EXPORT_SYMBOL_GPL(extra_drop);
