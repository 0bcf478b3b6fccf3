// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A patch makes tables smaller than a page: after. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static struct kmem_cache *extra_cache;

static void extra_rcu(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	kmem_cache_free(extra_cache, ptdesc_address(pt));
}


int extra_drop(void)
{
	pmd_t *pmd = kmem_cache_alloc(extra_cache, GFP_KERNEL);

	if (!pmd)
		return -1;
	call_rcu(&virt_to_ptdesc(pmd)->pt_rcu_head, extra_rcu);	/* expect: table-type */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
