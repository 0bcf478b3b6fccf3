// file: mm/extra.c
// config: SMP=y
// SPDX-License-Identifier: GPL-2.0-or-later
/* With an IPI and right, or wrong in another way. */
#include <linux/smp.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	ptdesc_retire(pt);	/* ok: ipi-only-sync -- a grace period has ended */
}

static pgtable_t take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	spin_unlock(ptl);
	return table;
}

void extra_both(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = take(mm, pmd);

	tlb_remove_table_sync_one();
	synchronize_rcu();
	pte_free(mm, table);	/* ok: ipi-only-sync -- a grace period as well */
}
EXPORT_SYMBOL_GPL(extra_both);

void extra_both_queued(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = take(mm, pmd);

	tlb_remove_table_sync_one();
	call_rcu(&page_ptdesc(pgtable_page(table))->pt_rcu_head, extra_rcu);	/* ok: ipi-only-sync -- queued */
}
EXPORT_SYMBOL_GPL(extra_both_queued);

void extra_fresh(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return;
	tlb_remove_table_sync_one();
	pte_free(mm, table);	/* ok: ipi-only-sync -- never installed */
}
EXPORT_SYMBOL_GPL(extra_fresh);

void extra_ipi_too_early(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table;

	tlb_remove_table_sync_one();
	table = take(mm, pmd);
	pte_free(mm, table);	/* ok: ipi-only-sync -- not even that; PTL001 says so */
}
EXPORT_SYMBOL_GPL(extra_ipi_too_early);

static void extra_nothing(void *info)
{
}

void extra_ipi_not_awaited(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = take(mm, pmd);

	smp_call_function(extra_nothing, NULL, 0);
	pte_free(mm, table);	/* ok: ipi-only-sync -- not even that; PTL001 says so */
}
EXPORT_SYMBOL_GPL(extra_ipi_not_awaited);
