// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Divided, tested and queued in different functions; found in an entry. */
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

static void extra_queue(struct ptdesc *pt)
{
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: shared-head -- its callers differ */
}

static bool extra_last(struct ptdesc *pt)
{
	return atomic_dec_and_test(&pt->pt_frag_refcount);
}

void extra_map(struct mm_struct *mm, pud_t *pud)
{
	pmd_t *pmd = extra_alloc();

	if (!pmd)
		return;
	if (!pud_none(*pud)) {	/* somebody was faster */
		if (extra_last(virt_to_ptdesc(pmd)))
			extra_queue(virt_to_ptdesc(pmd));	/* ok: shared-head -- the last table of its page */
		return;
	}
	pud_populate(mm, pud, pmd);
}
EXPORT_SYMBOL_GPL(extra_map);

static struct ptdesc *extra_unhook(pud_t *pud)
{
	struct ptdesc *pt = virt_to_ptdesc(pud_pgtable(*pud));

	pud_clear(pud);
	return pt;
}

void extra_unmap(pud_t *pud)
{
	struct ptdesc *pt = extra_unhook(pud);

	if (extra_last(pt))
		extra_queue(pt);	/* ok: shared-head -- the last table of its page */
}
EXPORT_SYMBOL_GPL(extra_unmap);

void extra_unmap_all(pud_t *pud)
{
	extra_queue(extra_unhook(pud));	/* expect: shared-head */
}
EXPORT_SYMBOL_GPL(extra_unmap_all);
