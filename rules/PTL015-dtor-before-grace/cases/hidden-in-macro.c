// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A macro destructs and queues. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_put(struct rcu_head *head)
{
	ptdesc_put(container_of(head, struct ptdesc, pt_rcu_head));
}

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


#define LET_GO(pt)							\
	do {								\
		ptdesc_destruct(pt);	/* expect: dtor-before-grace */	\
		call_rcu(&(pt)->pt_rcu_head, extra_put);		\
	} while (0)

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	LET_GO(pt);
}
EXPORT_SYMBOL_GPL(extra_drop);
