// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A patch counts the tables of a page: before. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#define HALF	(PAGE_SIZE / 2)

static void *extra_rest;	/* of a page whose first half is in use */

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_put(container_of(head, struct ptdesc, pt_rcu_head));
}

static pmd_t *extra_alloc(void)
{
	pmd_t *half = extra_rest;
	struct ptdesc *pt;

	if (half) {
		extra_rest = NULL;
		return half;
	}
	pt = ptdesc_get_noprof(GFP_KERNEL, 0);
	if (!pt)
		return NULL;
	half = ptdesc_address(pt);
	atomic_set(&pt->pt_frag_refcount, 2);
	extra_rest = (void *)half + HALF;
	return half;
}

void extra_drop(struct mm_struct *mm, pud_t *pud)
{
	pmd_t *pmd = extra_alloc();
	struct ptdesc *pt;

	if (!pmd)
		return;
	pud_populate(mm, pud, pmd);
	pud_clear(pud);
	pt = virt_to_ptdesc(pmd);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: shared-head */
}
EXPORT_SYMBOL_GPL(extra_drop);
