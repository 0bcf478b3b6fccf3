// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The mark of a page table says whether the destructor is due. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
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

void extra_asked(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	synchronize_rcu();
	if (folio_test_pgtable(ptdesc_folio(pt)))
		ptdesc_retire(pt);	/* ok: dtor-imbalance -- it is marked */
	else
		ptdesc_put(pt);		/* ok: dtor-imbalance -- it is not */
}
EXPORT_SYMBOL_GPL(extra_asked);

void extra_in_vain(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	synchronize_rcu();
	if (!folio_test_pgtable(ptdesc_folio(pt)))
		return;
	ptdesc_put(pt);	/* expect: dtor-imbalance */
}
EXPORT_SYMBOL_GPL(extra_in_vain);

void extra_again(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	synchronize_rcu();
	ptdesc_destruct(pt);
	if (!folio_test_pgtable(ptdesc_folio(pt)))
		ptdesc_destruct(pt);	/* expect: dtor-imbalance */
	ptdesc_put(pt);
}
EXPORT_SYMBOL_GPL(extra_again);

void extra_asked_again(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	synchronize_rcu();
	ptdesc_destruct(pt);
	if (folio_test_pgtable(ptdesc_folio(pt)))
		ptdesc_destruct(pt);	/* ok: dtor-imbalance -- the first has taken the mark away */
	ptdesc_put(pt);
}
EXPORT_SYMBOL_GPL(extra_asked_again);
