// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables are kept on a list as pages: that they are tables shows where they are queued only. */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(page_ptdesc(container_of(head, struct page, rcu_head)));
}

static void extra_queue(struct ptdesc *pt)
{
	call_rcu(&ptdesc_page(pt)->rcu_head, extra_rcu);
}

static void extra_keep(struct mm_struct *mm, pmd_t *pmd, struct list_head *tables)
{
	struct page *page = pgtable_page(pmd_pgtable(*pmd));

	pmd_clear(pmd);
	flush_tlb_mm(mm);
	list_add(&page->lru, tables);
}

void extra_drops(struct mm_struct *mm, pmd_t *pmd)
{
	LIST_HEAD(tables);
	struct page *page, *next;

	extra_keep(mm, pmd, &tables);
	list_for_each_entry_safe(page, next, &tables, lru) {
		list_del(&page->lru);
		extra_queue(page_ptdesc(page));	/* ok: live-pt-list -- it was taken off */
	}
}
EXPORT_SYMBOL_GPL(extra_drops);

void extra_forgets(struct mm_struct *mm, pmd_t *pmd)
{
	LIST_HEAD(tables);
	struct page *page, *next;

	extra_keep(mm, pmd, &tables);
	list_for_each_entry_safe(page, next, &tables, lru)
		extra_queue(page_ptdesc(page));	/* expect: live-pt-list */
}
EXPORT_SYMBOL_GPL(extra_forgets);
