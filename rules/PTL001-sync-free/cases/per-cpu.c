// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A table waits in a variable for the next one to take its place, and one is kept for each processor. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#ifndef xchg
#define xchg(pointer, value) __atomic_exchange_n(pointer, value, __ATOMIC_SEQ_CST)
#endif
#define this_cpu_xchg(variable, value) xchg(&(variable), value)
#define this_cpu_ptr(pointer) (pointer)

static pgtable_t last;
static pgtable_t last_here;
static pgtable_t last_waited;

static pgtable_t take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	spin_unlock(ptl);
	return table;
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t before = xchg(&last, take(mm, pmd));

	if (before)
		pte_free(mm, before);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_drop);

void extra_drop_here(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t before = this_cpu_xchg(last_here, take(mm, pmd));

	if (before)
		pte_free(mm, before);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_drop_here);

void extra_drop_waiting(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t before = xchg(this_cpu_ptr(&last_waited), take(mm, pmd));

	synchronize_rcu();
	if (before)
		pte_free(mm, before);	/* ok: sync-free -- it waits */
}
EXPORT_SYMBOL_GPL(extra_drop_waiting);
