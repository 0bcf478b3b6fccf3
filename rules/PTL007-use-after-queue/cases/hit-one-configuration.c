// file: mm/extra.c
// arch: i386
// SPDX-License-Identifier: GPL-2.0-or-later
/* Only one side of an #ifdef looks back. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

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


void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_rcu);
#ifdef CONFIG_X86_PAE
	if (ptdesc_test_kernel(pt))	/* expect: use-after-queue when X86_PAE */
		BUG();
	pt->pt_index = 0;
#endif
}
EXPORT_SYMBOL_GPL(extra_drop);
