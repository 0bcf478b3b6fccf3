// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Each round takes another table out of an array; the one before is queued, or freed at once. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_tables {
	unsigned int	nr;
	void		*tables[8];
};

static void extra_now(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

bool extra_keep(struct extra_tables *kept, struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);

	kept->tables[kept->nr++] = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));
	pmd_clear(pmd);
	spin_unlock(ptl);
	synchronize_rcu();
	return kept->nr == 8;
}
EXPORT_SYMBOL_GPL(extra_keep);

void extra_drop(struct extra_tables *kept, bool now)
{
	unsigned int i;

	for (i = 0; i < kept->nr; i++) {
		struct ptdesc *pt = kept->tables[i];

		if (now)
			extra_now(&pt->pt_rcu_head);	/* ok: use-after-queue -- another one each round */
		else
			call_rcu(&pt->pt_rcu_head, extra_now);
	}
}
EXPORT_SYMBOL_GPL(extra_drop);
