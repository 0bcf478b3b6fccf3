// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* In balance. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


int extra_both(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	ptdesc_destruct(page_ptdesc(pgtable_page(table)));
	ptdesc_put(page_ptdesc(pgtable_page(table)));	/* ok: dtor-imbalance -- destructed before */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_both);

/* The constructor failed. */
int extra_failed(struct mm_struct *mm)
{
	struct ptdesc *pt = ptdesc_get_noprof(GFP_PGTABLE_USER, 0);

	if (!pt)
		return -1;
	if (!ptdesc_construct(mm, pt)) {
		ptdesc_put(pt);	/* ok: dtor-imbalance -- never constructed */
		return -1;
	}
	ptdesc_retire(pt);	/* ok: dtor-imbalance -- destructs it */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_failed);

/* Neither. */
int extra_neither(void)
{
	pmd_t *pmd = (pmd_t *)get_zeroed_page(GFP_KERNEL);

	if (!pmd)
		return -1;
	free_page((unsigned long)pmd);	/* ok: dtor-imbalance -- never constructed */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_neither);

void extra_taken(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	synchronize_rcu();
	ptdesc_retire(pt);	/* ok: dtor-imbalance -- constructed where it was made */
}
EXPORT_SYMBOL_GPL(extra_taken);
