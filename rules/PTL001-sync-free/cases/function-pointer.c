// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* One of two targets of a pointer is wrong; it is assigned at run time. */
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

struct extra_ops {
	void (*release)(struct mm_struct *mm, pgtable_t table);
};

static void release_later(struct mm_struct *mm, pgtable_t table)
{
	synchronize_rcu();
	pte_free(mm, table);	/* ok: sync-free -- it waits */
}

static void release_now(struct mm_struct *mm, pgtable_t table)
{
	pte_free(mm, table);	/* expect: sync-free */
}

static struct extra_ops extra_ops = {
	.release = release_later,
};

void extra_hurry(void)
{
	extra_ops.release = release_now;
}
EXPORT_SYMBOL_GPL(extra_hurry);

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	extra_ops.release(mm, take(mm, pmd));
}
EXPORT_SYMBOL_GPL(extra_drop);
