// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Queued by a function that whole pages use as well. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static struct kmem_cache *extra_cache;

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}


static void extra_queue(void *table)
{
	call_rcu(&virt_to_ptdesc(table)->pt_rcu_head, extra_rcu);	/* ok: table-type -- its callers differ */
}

int extra_object(void)
{
	pmd_t *pmd = kmem_cache_alloc(extra_cache, GFP_KERNEL);

	if (!pmd)
		return -1;
	extra_queue(pmd);	/* expect: table-type */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_object);

int extra_page(struct mm_struct *mm)
{
	pmd_t *pmd = pmd_alloc_one(mm, 0);

	if (!pmd)
		return -1;
	extra_queue(pmd);	/* ok: table-type -- a whole page */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_page);
