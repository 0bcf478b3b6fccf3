// file: mm/extra.c
// arch: i386
// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables are objects of the slab allocator in one configuration only. */
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


#ifdef CONFIG_X86_PAE
static pgd_t *extra_alloc(void)
{
	return kmem_cache_alloc(extra_cache, GFP_KERNEL);
}
#else
static pgd_t *extra_alloc(void)
{
	return (pgd_t *)get_zeroed_page(GFP_KERNEL);
}
#endif

int extra_drop(void)
{
	pgd_t *pgd = extra_alloc();

	if (!pgd)
		return -1;
	call_rcu(&virt_to_ptdesc(pgd)->pt_rcu_head, extra_rcu);	/* expect: table-type when PT_RECLAIM && X86_PAE */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
