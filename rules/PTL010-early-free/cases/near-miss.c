// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Cleared before, or never installed. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

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
	flush_tlb_mm(mm);
	return pt;
}


void extra_after(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: early-free -- the entry is clear */
}
EXPORT_SYMBOL_GPL(extra_after);

int extra_lost(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pte_alloc_one(mm);
	spinlock_t *ptl;
	bool lost;

	if (!table)
		return -1;
	ptl = pmd_lock(mm, pmd);
	lost = !pmd_none(*pmd);
	if (!lost)
		pmd_populate(mm, pmd, table);
	spin_unlock(ptl);
	if (lost)
		pte_free(mm, table);	/* ok: early-free -- not installed on this path */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_lost);

int extra_local(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);
	pmd_t mine;

	if (!table)
		return -1;
	pmd_populate(mm, &mine, table);
	pte_free(mm, table);	/* ok: early-free -- the entry is on the stack */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_local);
