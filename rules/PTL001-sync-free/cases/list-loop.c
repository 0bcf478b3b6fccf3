// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables wait on a list; what matters lies between the two loops. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static int extra_collect(struct mm_struct *mm, pmd_t *pmd, struct list_head *tables)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt;
	int i, nr = 0;

	for (i = 0; i < PTRS_PER_PMD; i++) {
		if (!pmd_present(pmd[i]) || pmd_leaf(pmd[i]))
			continue;
		pt = page_ptdesc(pmd_page(pmd[i]));
		pmd_clear(pmd + i);
		list_add(&pt->pt_list, tables);
		nr++;
	}
	spin_unlock(ptl);
	return nr;
}

void extra_drop_all(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt, *next;
	LIST_HEAD(tables);

	extra_collect(mm, pmd, &tables);
	flush_tlb_mm(mm);
	list_for_each_entry_safe(pt, next, &tables, pt_list) {
		list_del(&pt->pt_list);
		ptdesc_retire(pt);	/* expect: sync-free */
	}
}
EXPORT_SYMBOL_GPL(extra_drop_all);

void extra_drop_all_later(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt, *next;
	LIST_HEAD(tables);

	if (!extra_collect(mm, pmd, &tables))
		return;
	synchronize_rcu();
	list_for_each_entry_safe(pt, next, &tables, pt_list) {
		list_del(&pt->pt_list);
		ptdesc_retire(pt);	/* ok: sync-free -- a grace period for all of them */
	}
}
EXPORT_SYMBOL_GPL(extra_drop_all_later);

void extra_drop_if_any(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt, *next;
	LIST_HEAD(tables);

	extra_collect(mm, pmd, &tables);
	if (list_empty(&tables))
		return;
	flush_tlb_mm(mm);
	list_for_each_entry_safe(pt, next, &tables, pt_list) {
		list_del(&pt->pt_list);
		ptdesc_retire(pt);	/* expect: sync-free */
	}
}
EXPORT_SYMBOL_GPL(extra_drop_if_any);
