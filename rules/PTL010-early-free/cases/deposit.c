// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A deposited table goes while whoever withdraws next still finds it. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#ifdef CONFIG_TRANSPARENT_HUGEPAGE

bool extra_refused(struct mm_struct *mm);

/* The clean-up forgets that the table was put by. */
int extra_deposits(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t spare = pte_alloc_one(mm);
	spinlock_t *ptl;

	if (!spare)
		return -1;
	ptl = pmd_lock(mm, pmd);
	if (!pmd_none(*pmd))
		goto out;
	pgtable_trans_huge_deposit(mm, pmd, spare);
	if (extra_refused(mm))
		goto out;
	spin_unlock(ptl);
	return 0;
out:
	spin_unlock(ptl);
	pte_free(mm, spare);	/* expect: early-free */
	return -1;
}
EXPORT_SYMBOL_GPL(extra_deposits);

/* Looked at, and not withdrawn. */
void extra_leaves(struct mm_struct *mm, pmd_t *pmd)
{
	pte_free(mm, pmd_huge_pte(mm, pmd));	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_leaves);

void extra_withdraws(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pgtable_t spare = pgtable_trans_huge_withdraw(mm, pmd);

	spin_unlock(ptl);
	pte_free(mm, spare);	/* ok: early-free -- nobody else finds it */
}
EXPORT_SYMBOL_GPL(extra_withdraws);

/* The other way out of the first one. */
int extra_changes_its_mind(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t spare = pte_alloc_one(mm);
	spinlock_t *ptl;

	if (!spare)
		return -1;
	ptl = pmd_lock(mm, pmd);
	pgtable_trans_huge_deposit(mm, pmd, spare);
	if (!extra_refused(mm))
		spare = NULL;
	else
		spare = pgtable_trans_huge_withdraw(mm, pmd);
	spin_unlock(ptl);
	if (spare)
		pte_free(mm, spare);	/* ok: early-free -- withdrawn */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_changes_its_mind);

/* From one page of pmds to another. */
void extra_moves(struct mm_struct *mm, pmd_t *from, pmd_t *to)
{
	pgtable_trans_huge_deposit(mm, to, pgtable_trans_huge_withdraw(mm, from));
}
EXPORT_SYMBOL_GPL(extra_moves);

/* It goes although it was moved. */
void extra_moves_and_frees(struct mm_struct *mm, pmd_t *from, pmd_t *to)
{
	pgtable_t spare = pgtable_trans_huge_withdraw(mm, from);

	pgtable_trans_huge_deposit(mm, to, spare);
	if (extra_refused(mm))
		pte_free(mm, spare);	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_moves_and_frees);

/* Moved there, and taken out again. */
void extra_moves_and_withdraws(struct mm_struct *mm, pmd_t *from, pmd_t *to)
{
	pgtable_t spare = pgtable_trans_huge_withdraw(mm, from);

	pgtable_trans_huge_deposit(mm, to, spare);
	if (extra_refused(mm)) {
		spare = pgtable_trans_huge_withdraw(mm, to);
		pte_free(mm, spare);	/* ok: early-free -- withdrawn from there, too */
	}
}
EXPORT_SYMBOL_GPL(extra_moves_and_withdraws);

/* The same, by the name that it had before. */
void extra_moves_and_takes_back(struct mm_struct *mm, pmd_t *from, pmd_t *to)
{
	pgtable_t spare = pgtable_trans_huge_withdraw(mm, from);

	pgtable_trans_huge_deposit(mm, to, spare);
	if (extra_refused(mm) && pgtable_trans_huge_withdraw(mm, to) == spare)
		pte_free(mm, spare);	/* ok: early-free -- it is the one that was withdrawn */
}
EXPORT_SYMBOL_GPL(extra_moves_and_takes_back);

#endif
