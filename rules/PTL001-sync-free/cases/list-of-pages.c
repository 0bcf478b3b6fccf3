// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* What entries pointed to waits on a list as pages; only who takes it off the list says that they are tables. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_unlink(struct mm_struct *mm, pmd_t *pmd, struct list_head *dropped)
{
	spinlock_t *ptl;
	int i;

	for (i = 0; i < PTRS_PER_PMD; i++) {
		pmd_t old = pmd[i];

		if (!pmd_present(old) || pmd_leaf(old))
			continue;
		ptl = pmd_lock(mm, pmd);
		pmd_clear(pmd + i);
		spin_unlock(ptl);
		list_add(&pmd_page(old)->lru, dropped);
	}
}

void extra_drop_all(struct mm_struct *mm, pmd_t *pmd)
{
	struct page *table, *next;
	LIST_HEAD(dropped);

	extra_unlink(mm, pmd, &dropped);
	list_for_each_entry_safe(table, next, &dropped, lru) {
		list_del(&table->lru);
		ptdesc_retire(page_ptdesc(table));	/* expect: sync-free */
	}
}
EXPORT_SYMBOL_GPL(extra_drop_all);
