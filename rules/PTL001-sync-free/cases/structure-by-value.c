// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A structure with a table in it is handed over, and returned, by value. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct table_ref {
	struct mm_struct *mm;
	pgtable_t table;
};

static pgtable_t take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	spin_unlock(ptl);
	return table;
}

static void release_literal(struct table_ref ref)
{
	pte_free(ref.mm, ref.table);	/* expect: sync-free */
}

void extra_literal(struct mm_struct *mm, pmd_t *pmd)
{
	release_literal((struct table_ref){ .mm = mm, .table = take(mm, pmd) });
}
EXPORT_SYMBOL_GPL(extra_literal);

static void release_local(struct table_ref ref)
{
	pte_free(ref.mm, ref.table);	/* expect: sync-free */
}

void extra_local(struct mm_struct *mm, pmd_t *pmd)
{
	struct table_ref ref;

	ref.mm = mm;
	ref.table = take(mm, pmd);
	release_local(ref);
}
EXPORT_SYMBOL_GPL(extra_local);

static struct table_ref reference(struct mm_struct *mm, pgtable_t table)
{
	return (struct table_ref){ .mm = mm, .table = table };
}

void extra_returned(struct mm_struct *mm, pmd_t *pmd)
{
	struct table_ref ref = reference(mm, take(mm, pmd));

	pte_free(ref.mm, ref.table);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_returned);

void extra_waits(struct mm_struct *mm, pmd_t *pmd)
{
	struct table_ref ref = reference(mm, take(mm, pmd));
	struct table_ref copy = ref;

	synchronize_rcu();
	pte_free(copy.mm, copy.table);	/* ok: sync-free -- it waits */
}
EXPORT_SYMBOL_GPL(extra_waits);
