// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A whole page, or no rcu_head of it. */
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


int extra_page(struct mm_struct *mm, pud_t *pud)
{
	pmd_t *pmd = pmd_alloc_one(mm, 0);

	if (!pmd)
		return -1;
	pud_populate(mm, pud, pmd);
	pud_clear(pud);
	call_rcu(&virt_to_ptdesc(pmd)->pt_rcu_head, extra_rcu);	/* ok: table-type -- a whole page */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_page);

int extra_object(void)
{
	pmd_t *pmd = kmem_cache_alloc(extra_cache, GFP_KERNEL);

	if (!pmd)
		return -1;
	synchronize_rcu();
	kmem_cache_free(extra_cache, pmd);	/* ok: table-type -- waits, and gives it back to its cache */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_object);

/* A bit tells the pointer apart, and is cleared before its head is used. */
int extra_stripped(struct mm_struct *mm, pud_t *pud)
{
	pmd_t *pmd = pmd_alloc_one(mm, 0);
	unsigned long word;
	struct ptdesc *pt;

	if (!pmd)
		return -1;
	pud_populate(mm, pud, pmd);
	pud_clear(pud);
	word = (unsigned long)virt_to_ptdesc(pmd) | 1UL;
	pt = (struct ptdesc *)(word & ~1UL);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: table-type -- the bit is gone */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_stripped);
