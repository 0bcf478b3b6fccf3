// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* An entry is empty that points to a static table: it is no leaf, and nothing behind it is freed. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#define EXTRA_HUGE	(1UL << 59)

extern pte_t extra_nothing[512];

static inline bool extra_none(pmd_t pmd)
{
	return pmd_val(pmd) == (unsigned long)extra_nothing;
}

static inline bool extra_leaf(pmd_t pmd)
{
	return pmd_val(pmd) & EXTRA_HUGE;
}

static void extra_clear(pmd_t *pmd)
{
	set_pmd(pmd, __pmd((unsigned long)extra_nothing));
}

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

void extra_zap(struct mm_struct *mm, pmd_t *pmd, bool bad)
{
	struct ptdesc *pt;

	if (bad)
		extra_clear(pmd);
	if (extra_leaf(*pmd)) {
		__free_pages(pfn_to_page(pmd_val(*pmd) >> PAGE_SHIFT), 9);	/* ok: early-free -- data */
		return;
	}
	if (extra_none(*pmd))
		return;
	pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));
	extra_clear(pmd);
	flush_tlb_mm(mm);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: early-free -- the entry is clear */
}
EXPORT_SYMBOL_GPL(extra_zap);

void extra_drop(struct mm_struct *mm, pmd_t *pmd, bool bad)
{
	struct ptdesc *pt;

	if (bad)
		extra_clear(pmd);
	if (extra_none(*pmd))
		return;
	pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_drop);
