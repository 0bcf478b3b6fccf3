// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A flag of the page says whether walkers may be left; without it the callback is called at once. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

void folio_set_active(struct folio *folio);
int folio_test_clear_active(struct folio *folio);

static void extra_free(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	flush_tlb_mm(mm);
	return pt;
}

void extra_marks(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	folio_set_active(ptdesc_folio(pt));
	if (folio_test_clear_active(ptdesc_folio(pt)))
		call_rcu(&pt->pt_rcu_head, extra_free);
	else
		extra_free(&pt->pt_rcu_head);	/* ok: callback-context -- it was marked */
}
EXPORT_SYMBOL_GPL(extra_marks);

void extra_asks(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	if (folio_test_clear_active(ptdesc_folio(pt)))
		call_rcu(&pt->pt_rcu_head, extra_free);
	else
		extra_free(&pt->pt_rcu_head);	/* expect: callback-context */
}
EXPORT_SYMBOL_GPL(extra_asks);

void extra_asks_twice(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	folio_set_active(ptdesc_folio(pt));
	folio_test_clear_active(ptdesc_folio(pt));
	if (folio_test_clear_active(ptdesc_folio(pt)))
		call_rcu(&pt->pt_rcu_head, extra_free);
	else
		extra_free(&pt->pt_rcu_head);	/* expect: callback-context */
}
EXPORT_SYMBOL_GPL(extra_asks_twice);
