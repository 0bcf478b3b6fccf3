// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Which table it is, a bool tells. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static bool extra_take(struct mm_struct *mm, pmd_t *pmd, pgtable_t *table)
{
	spinlock_t *ptl = pmd_lockptr(mm, pmd);

	if (!spin_trylock(ptl))
		return false;
	*table = pmd_pgtable(*pmd);
	pmd_clear(pmd);
	spin_unlock(ptl);
	return true;
}

/* Either the old table or the new one. */
void extra_swap(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pte_alloc_one(mm);
	bool old;

	if (!table)
		return;
	old = extra_take(mm, pmd, &table);
	if (old)
		synchronize_rcu();
	pte_free(mm, table);	/* ok: sync-free -- fresh, or waited for */
}
EXPORT_SYMBOL_GPL(extra_swap);

void extra_swap_wrong(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pte_alloc_one(mm);
	bool old;

	if (!table)
		return;
	old = extra_take(mm, pmd, &table);
	if (!old)
		synchronize_rcu();
	pte_free(mm, table);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_swap_wrong);
