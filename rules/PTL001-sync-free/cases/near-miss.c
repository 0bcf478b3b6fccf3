// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Frees that look alike and are right. */
#include <linux/swap.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	ptdesc_retire(pt);	/* ok: sync-free -- a grace period has ended */
}

static pgtable_t take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	spin_unlock(ptl);
	return table;
}

/* Fresh, and still ours. */
int extra_fresh(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	if (!pmd_none(*pmd)) {
		pte_free(mm, table);	/* ok: sync-free -- never installed */
		return -1;
	}
	install_pte_table(mm, pmd, &table);
	if (table)
		pte_free(mm, table);	/* ok: sync-free -- somebody was faster */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_fresh);

/* Installed in an entry that nobody else can see. */
void extra_local(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);
	pmd_t local;

	if (!table)
		return;
	pmd_populate(mm, &local, table);
	pte_free(mm, table);	/* ok: sync-free -- the entry is on the stack */
}
EXPORT_SYMBOL_GPL(extra_local);

void extra_waits(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = take(mm, pmd);

	synchronize_rcu();
	pte_free(mm, table);	/* ok: sync-free -- a grace period after the unlink */
}
EXPORT_SYMBOL_GPL(extra_waits);

void extra_queues(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(take(mm, pmd)));

	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: sync-free -- queued */
}
EXPORT_SYMBOL_GPL(extra_queues);

void extra_gathers(struct mmu_gather *tlb, pmd_t *pmd, unsigned long addr)
{
	pgtable_t table = take(tlb->mm, pmd);

	pte_free_tlb(tlb, table, addr);	/* ok: sync-free -- the batch waits */
}
EXPORT_SYMBOL_GPL(extra_gathers);

void extra_kernel(pmd_t *pmd)
{
	pte_t *table = pte_alloc_one_kernel(&init_mm);

	if (!table)
		return;
	pmd_populate_kernel(&init_mm, pmd, table);
	pmd_clear(pmd);
	flush_tlb_all();
	pte_free_kernel(&init_mm, table);	/* ok: sync-free -- a table of the kernel */
}
EXPORT_SYMBOL_GPL(extra_kernel);

/* What an entry of a huge page points to is no table. */
void extra_data_page(pte_t *pte)
{
	struct page *page = pte_page(ptep_get(pte));

	set_pte(pte, __pte(0));
	flush_tlb_all();
	free_page_and_swap_cache(page);	/* ok: sync-free -- a page of data */
}
EXPORT_SYMBOL_GPL(extra_data_page);
