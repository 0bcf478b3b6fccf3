// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A helper clears the entry only sometimes. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}


static void extra_clear(pmd_t *pmd, bool keep)
{
	if (!keep)
		pmd_clear(pmd);
}

static void extra_queue(struct ptdesc *pt)
{
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: early-free -- its callers differ */
}

void extra_keeps(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	extra_clear(pmd, true);
	extra_queue(pt);	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_keeps);

void extra_clears(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	extra_clear(pmd, false);
	flush_tlb_mm(mm);
	extra_queue(pt);	/* ok: early-free -- the entry is clear */
}
EXPORT_SYMBOL_GPL(extra_clears);
