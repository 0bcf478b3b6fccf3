// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The way back to the table is a macro's. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_table {
	unsigned long flags;
	struct mm_struct *mm;
	struct rcu_head rcu;
};

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


#define table_of(head)							\
	container_of(head, struct extra_table, rcu)

static void extra_free(struct rcu_head *head)
{
	ptdesc_retire((struct ptdesc *)table_of(head));	/* expect: head-mismatch */
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_free);
}
EXPORT_SYMBOL_GPL(extra_drop);
