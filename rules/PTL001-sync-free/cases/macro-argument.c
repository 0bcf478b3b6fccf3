// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The unlink is an argument of the macro: it happens after what stands before it there. */
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

#define SETTLED_FREE(mm, table)						\
({									\
	synchronize_rcu();						\
	pte_free(mm, table);	/* expect: sync-free */			\
	0;								\
})

int extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	return SETTLED_FREE(mm, take(mm, pmd));
}
EXPORT_SYMBOL_GPL(extra_drop);

#define SETTLED_FREE_OF(mm, table)					\
({									\
	pgtable_t _table = (table);					\
									\
	synchronize_rcu();						\
	pte_free(mm, _table);	/* ok: sync-free -- evaluated before */	\
	0;								\
})

int extra_drop_right(struct mm_struct *mm, pmd_t *pmd)
{
	return SETTLED_FREE_OF(mm, take(mm, pmd));
}
EXPORT_SYMBOL_GPL(extra_drop_right);
