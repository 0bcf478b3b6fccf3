// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The entry is cleared; between that and the free, the TLB has to be flushed. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static pmd_t extra_shown;

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

static void extra_invalidate(struct mm_struct *mm, int full)
{
	if (full)
		flush_tlb_mm(mm);
}

void extra_not_at_all(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_not_at_all);

void extra_too_late(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: early-free */
	flush_tlb_mm(mm);
}
EXPORT_SYMBOL_GPL(extra_too_late);

void extra_in_time(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	flush_tlb_mm(mm);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: early-free -- flushed before that */
}
EXPORT_SYMBOL_GPL(extra_in_time);

void extra_by_another(struct mm_struct *mm, pmd_t *pmd, int full)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	extra_invalidate(mm, full);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: early-free -- that may have flushed */
}
EXPORT_SYMBOL_GPL(extra_by_another);

void extra_gathered(struct mmu_gather *tlb, pmd_t *pmd, unsigned long addr)
{
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	pte_free_tlb(tlb, table, addr);	/* ok: early-free -- who empties the batch flushes */
}
EXPORT_SYMBOL_GPL(extra_gathered);

void extra_kernel(pmd_t *pmd, unsigned long addr)
{
	pte_t *table = (pte_t *)pmd_page_vaddr(*pmd);

	pmd_clear(pmd);
	pte_free_kernel(&init_mm, table);	/* expect: early-free */
	flush_tlb_kernel_range(addr, addr + PMD_SIZE);
}
EXPORT_SYMBOL_GPL(extra_kernel);

/* Writes through a window of its own, and flushes that: it knows of no other address. */
static void extra_window(pmd_t entry)
{
	extra_shown = entry;
	flush_tlb_all();
}

void extra_another_address(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	extra_window(__pmd(0));
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_another_address);
