// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Link and queue stand in macros. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static LIST_HEAD(extra_tables);

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


#define REMEMBER(pt)	list_add(&(pt)->pt_list, &extra_tables)

#define LET_GO(pt)							\
	do {								\
		REMEMBER(pt);						\
		call_rcu(&(pt)->pt_rcu_head, extra_rcu);	/* expect: live-pt-list */ \
	} while (0)

#define EXTRA_DROP(name)						\
	void name(struct mm_struct *mm, pmd_t *pmd)			\
	{								\
		struct ptdesc *pt = take(mm, pmd);			\
									\
		LET_GO(pt);						\
	}								\
	EXPORT_SYMBOL_GPL(name)

EXTRA_DROP(extra_drop);
