// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Bits in the pointer say whether the table was constructed. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_put(pmd_t *tagged)
{
	void *table = (void *)((unsigned long)tagged & ~1UL);

	if ((unsigned long)tagged & 1UL)
		ptdesc_retire(virt_to_ptdesc(table));	/* ok: dtor-imbalance -- tagged below */
	else
		free_page((unsigned long)table);	/* ok: dtor-imbalance -- never constructed */
}

int extra_plain(void)
{
	pmd_t *pmd = (pmd_t *)get_zeroed_page(GFP_KERNEL);

	if (!pmd)
		return -1;
	extra_put(pmd);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_plain);

int extra_made(struct mm_struct *mm)
{
	struct ptdesc *pt = ptdesc_get_noprof(GFP_PGTABLE_USER, 0);
	unsigned long tagged;

	if (!pt)
		return -1;
	if (!ptdesc_construct(mm, pt)) {
		ptdesc_put(pt);
		return -1;
	}
	tagged = (unsigned long)page_address(ptdesc_page(pt));
	tagged |= 1;
	extra_put((pmd_t *)tagged);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_made);

static void extra_wrong_put(pmd_t *tagged)
{
	void *table = (void *)((unsigned long)tagged & ~1UL);

	if ((unsigned long)tagged & 1UL)
		free_page((unsigned long)table);
	else
		ptdesc_retire(virt_to_ptdesc(table));	/* expect: dtor-imbalance */
}

int extra_wrong(void)
{
	pmd_t *pmd = (pmd_t *)get_zeroed_page(GFP_KERNEL);

	if (!pmd)
		return -1;
	extra_wrong_put(pmd);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_wrong);
