// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The accessors of a page's flag, which are primitives. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

void folio_clear_active(struct folio *folio);

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_rcu);
	folio_clear_active((struct folio *)pt);	/* expect: use-after-queue */
}
EXPORT_SYMBOL_GPL(extra_drop);

void extra_mark_first(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	folio_clear_active((struct folio *)pt);	/* ok: use-after-queue -- not queued yet */
	call_rcu(&pt->pt_rcu_head, extra_rcu);
}
EXPORT_SYMBOL_GPL(extra_mark_first);
