// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Pointers to functions in variables: one that is assigned at run time, elements of an array, a copy in a local. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static pgtable_t take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	spin_unlock(ptl);
	return table;
}

static void release_later(struct mm_struct *mm, pgtable_t table)
{
	synchronize_rcu();
	pte_free(mm, table);	/* ok: sync-free -- it waits */
}

static void release_now(struct mm_struct *mm, pgtable_t table)
{
	pte_free(mm, table);	/* expect: sync-free */
}

static void release_listed(struct mm_struct *mm, pgtable_t table)
{
	pte_free(mm, table);	/* expect: sync-free */
}

static void release_copied(struct mm_struct *mm, pgtable_t table)
{
	pte_free(mm, table);	/* expect: sync-free */
}

static void (*release)(struct mm_struct *mm, pgtable_t table) = release_later;

static void (*const releases[])(struct mm_struct *mm, pgtable_t table) = {
	release_later,
	release_listed,
};

static void (*to_copy)(struct mm_struct *mm, pgtable_t table) = release_later;

void extra_hurry(void)
{
	release = release_now;
	WRITE_ONCE(to_copy, release_copied);
}
EXPORT_SYMBOL_GPL(extra_hurry);

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	release(mm, take(mm, pmd));
}
EXPORT_SYMBOL_GPL(extra_drop);

void extra_drop_as(struct mm_struct *mm, pmd_t *pmd, unsigned int how)
{
	releases[how](mm, take(mm, pmd));
}
EXPORT_SYMBOL_GPL(extra_drop_as);

void extra_drop_copied(struct mm_struct *mm, pmd_t *pmd)
{
	void (*copied)(struct mm_struct *mm, pgtable_t table) = READ_ONCE(to_copy);

	copied(mm, take(mm, pmd));
}
EXPORT_SYMBOL_GPL(extra_drop_copied);
