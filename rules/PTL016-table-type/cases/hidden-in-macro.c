// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Allocation and queue stand in macros. */
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


#define extra_new()	((pmd_t *)kmem_cache_alloc(extra_cache, GFP_KERNEL))

#define LET_GO(table)							\
	do {								\
		struct ptdesc *__pt = virt_to_ptdesc(table);		\
									\
		call_rcu(&__pt->pt_rcu_head, extra_rcu);	/* expect: table-type */ \
	} while (0)

int extra_drop(void)
{
	pmd_t *pmd = extra_new();

	if (!pmd)
		return -1;
	LET_GO(pmd);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
