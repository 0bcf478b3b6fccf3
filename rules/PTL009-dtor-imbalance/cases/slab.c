// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables that are part of a page have no destructor, and say nothing of those that have. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static struct kmem_cache *extra_tables;

void extra_unmade(void)
{
	pmd_t *pmd = kmem_cache_alloc(extra_tables, GFP_PGTABLE_USER);

	if (!pmd)
		return;
	ptdesc_destruct(virt_to_ptdesc(pmd));	/* expect: dtor-imbalance */
	kmem_cache_free(extra_tables, pmd);
}
EXPORT_SYMBOL_GPL(extra_unmade);

int extra_install(struct mm_struct *mm, pmd_t *pmd)
{
	pte_t *pte = kmem_cache_alloc(extra_tables, GFP_PGTABLE_USER);

	if (!pte)
		return -1;
	pmd_populate(mm, pmd, ptdesc_pgtable(virt_to_ptdesc(pte)));
	return 0;
}
EXPORT_SYMBOL_GPL(extra_install);

void extra_freed(void)
{
	pmd_t *pmd = kmem_cache_alloc(extra_tables, GFP_PGTABLE_USER);

	kmem_cache_free(extra_tables, pmd);	/* ok: dtor-imbalance -- never constructed */
}
EXPORT_SYMBOL_GPL(extra_freed);

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	synchronize_rcu();
	ptdesc_retire(page_ptdesc(pgtable_page(table)));	/* ok: dtor-imbalance -- constructed, for all that is known */
}
EXPORT_SYMBOL_GPL(extra_drop);
