// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Who only notes what is to be flushed has flushed nothing, whatever its name is. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

void arch_extra_invalidate(unsigned long start, unsigned long end);

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

static void tlb_flush_extra_range(struct mmu_gather *tlb, unsigned long addr)
{
	tlb_widen(tlb, addr, PMD_SIZE);
	tlb->freed_tables = 1;
}

static void tlb_flush_extra_now(struct mmu_gather *tlb)
{
	arch_extra_invalidate(tlb->start, tlb->end);
	tlb->start = TASK_SIZE;
}

static void tlb_flush_extra_none(struct mmu_gather *tlb)
{
}

void extra_noted(struct mmu_gather *tlb, pmd_t *pmd, unsigned long addr)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	tlb_flush_extra_range(tlb, addr);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_noted);

void extra_done(struct mmu_gather *tlb, pmd_t *pmd, unsigned long addr)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	tlb_flush_extra_range(tlb, addr);
	tlb_flush_extra_now(tlb);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: early-free -- what the last one calls may flush */
}
EXPORT_SYMBOL_GPL(extra_done);

void extra_needless(struct mmu_gather *tlb, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	tlb_flush_extra_none(tlb);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: early-free -- this machine has nothing to flush */
}
EXPORT_SYMBOL_GPL(extra_needless);
