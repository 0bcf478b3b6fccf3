// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A table from the slab allocator is queued by the rcu_head of the page around it. */
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


int extra_drop(struct mm_struct *mm, pud_t *pud)
{
	pmd_t *pmd = kmem_cache_alloc(extra_cache, GFP_KERNEL);

	if (!pmd)
		return -1;
	pud_populate(mm, pud, pmd);
	pud_clear(pud);
	call_rcu(&virt_to_ptdesc(pmd)->pt_rcu_head, extra_rcu);	/* expect: table-type */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);

int extra_drop_bytes(struct mm_struct *mm, pud_t *pud)
{
	pmd_t *pmd = kmalloc(PTRS_PER_PMD * sizeof(pmd_t), GFP_KERNEL);

	if (!pmd)
		return -1;
	call_rcu(&virt_to_page(pmd)->rcu_head, extra_rcu);	/* expect: table-type */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop_bytes);
