// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Unlinked in one function, parked in a field, freed in another. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_work {
	struct mm_struct *mm;
	pgtable_t table;
};

static bool extra_unhook(struct extra_work *work, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(work->mm, pmd);
	bool found = pmd_present(*pmd) && !pmd_leaf(*pmd);

	if (found) {
		work->table = pmd_pgtable(*pmd);
		pmd_clear(pmd);
	}
	spin_unlock(ptl);
	return found;
}

static void extra_finish(struct extra_work *work)
{
	pte_free(work->mm, work->table);	/* expect: sync-free */
	work->table = NULL;
}

int extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct extra_work work = { .mm = mm };

	if (!extra_unhook(&work, pmd))
		return 0;
	flush_tlb_mm(mm);
	extra_finish(&work);
	return 1;
}
EXPORT_SYMBOL_GPL(extra_drop);
