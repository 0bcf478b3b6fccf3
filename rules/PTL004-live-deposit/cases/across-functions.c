// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Deposited in one function, handed to the batch by another. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static struct ptdesc *take_pmds(struct mm_struct *mm, pud_t *pud)
{
	struct ptdesc *pt = virt_to_ptdesc(pud_pgtable(*pud));

	pud_clear(pud);
	return pt;
}


static void extra_put_by(struct ptdesc *pt, pgtable_t spare)
{
	pt->pmd_huge_pte = spare;
}

static pgtable_t extra_take_back(struct ptdesc *pt)
{
	pgtable_t spare = pt->pmd_huge_pte;

	pt->pmd_huge_pte = NULL;
	return spare;
}

static void extra_end(struct ptdesc *pt)
{
	synchronize_rcu();
	ptdesc_retire(pt);	/* ok: live-deposit -- its callers differ */
}

int extra_lose(struct mm_struct *mm, pud_t *pud)
{
	struct ptdesc *pt = take_pmds(mm, pud);
	pgtable_t spare = pte_alloc_one(mm);

	if (!spare)
		return -1;
	extra_put_by(pt, spare);
	extra_end(pt);	/* expect: live-deposit */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_lose);

int extra_keep(struct mm_struct *mm, pud_t *pud)
{
	struct ptdesc *pt = take_pmds(mm, pud);
	pgtable_t spare = pte_alloc_one(mm);

	if (!spare)
		return -1;
	extra_put_by(pt, spare);
	pte_free(mm, extra_take_back(pt));	/* ok: live-deposit -- withdrawn */
	extra_end(pt);	/* ok: live-deposit -- withdrawn before */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_keep);
