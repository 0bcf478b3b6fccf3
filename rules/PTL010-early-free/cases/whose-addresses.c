// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A flush of the kernel's addresses leaves what processors keep of a process. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#define tlb_needs_table_invalidate()	(true)

void extra_count(void);

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

static void extra_settle(unsigned long addr)
{
	flush_tlb_kernel_range(addr, addr + PMD_SIZE);
}

static pmd_t *extra_entry(struct mm_struct *mm, unsigned long addr)
{
	return pmd_offset(pud_offset(p4d_offset(pgd_offset(mm, addr), addr), addr), addr);
}

void extra_others(unsigned long addr)
{
	struct mm_struct *mm = current->mm;
	pmd_t *pmd = extra_entry(mm, addr);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	extra_settle(addr);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_others);

void extra_own(unsigned long addr)
{
	pmd_t *pmd = extra_entry(&init_mm, addr);
	pte_t *table = (pte_t *)pmd_page_vaddr(*pmd);

	pmd_clear(pmd);
	extra_settle(addr);
	pte_free_kernel(&init_mm, table);	/* ok: early-free -- a table of the kernel */
}
EXPORT_SYMBOL_GPL(extra_own);

/* Processors that do not walk the tables keep nothing of them. */
void extra_unwalked(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	if (tlb_needs_table_invalidate())
		flush_tlb_mm(mm);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: early-free -- flushed where it has to be */
}
EXPORT_SYMBOL_GPL(extra_unwalked);

void extra_walked(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	if (tlb_needs_table_invalidate())
		extra_count();
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_walked);
