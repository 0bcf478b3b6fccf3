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

/* The pointer is told apart from others by a bit, which nobody has cleared. */
static void extra_tagged_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

static void extra_queue(void *table)
{
	struct ptdesc *pt = table;

	call_rcu(&pt->pt_rcu_head, extra_tagged_rcu);	/* expect: table-type */
}

int extra_tagged(struct mm_struct *mm, pud_t *pud)
{
	pmd_t *pmd = pmd_alloc_one(mm, 0);

	if (!pmd)
		return -1;
	pud_populate(mm, pud, pmd);
	pud_clear(pud);
	extra_queue((void *)((unsigned long)virt_to_ptdesc(pmd) | 1UL));
	return 0;
}
EXPORT_SYMBOL_GPL(extra_tagged);
