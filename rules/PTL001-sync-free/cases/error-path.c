// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Clean-up before the table was published, and after. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

int extra_charge(struct mm_struct *mm);

int extra_install(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t fresh = pte_alloc_one(mm), table = fresh;
	spinlock_t *ptl;
	int ret = -1;

	if (!fresh)
		return ret;
	if (extra_charge(mm))
		goto free_fresh;
	install_pte_table(mm, pmd, &fresh);
	if (fresh)
		goto free_fresh;
	ret = extra_charge(mm);
	if (ret)
		goto undo;
	return 0;

undo:
	ptl = pmd_lock(mm, pmd);
	pmd_clear(pmd);
	spin_unlock(ptl);
	pte_free(mm, table);	/* expect: sync-free */
	return ret;
free_fresh:
	pte_free(mm, fresh);	/* ok: sync-free -- never installed */
	return ret;
}
EXPORT_SYMBOL_GPL(extra_install);
