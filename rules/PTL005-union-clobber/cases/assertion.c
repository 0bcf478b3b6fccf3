// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Only debugging evaluates what is asserted of these bytes. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#ifdef CONFIG_DEBUG_VM
#define VM_BUG_ON_PAGE(cond, page) do { if (cond) panic("page"); } while (0)
#else
#define VM_BUG_ON_PAGE(cond, page) ((void)sizeof((long)(cond)))
#endif

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


static void extra_checks(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	VM_BUG_ON_PAGE(pt->pmd_huge_pte, pt);	/* expect: union-clobber when DEBUG_VM */
	ptdesc_retire(pt);
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_checks);
}
EXPORT_SYMBOL_GPL(extra_drop);
