// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* What a huge entry maps is data, though the way to its page looks at the entry as one that points to a table. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#define EXTRA_HUGE	0x80

static inline bool extra_leaf(pud_t pud)
{
	return pud_val(pud) & EXTRA_HUGE;
}

static inline int extra_special(pud_t pud)
{
	return 0;
}

static struct page *extra_page(pud_t pud)
{
	if (extra_leaf(pud))
		return pfn_to_page(pud_val(pud) >> PAGE_SHIFT);
	return virt_to_page(pud_pgtable(pud));
}

void extra_unmap(pud_t *pud, bool huge)
{
	if (huge)
		__free_pages(extra_page(*pud), 9);	/* ok: early-free -- data */
}
EXPORT_SYMBOL_GPL(extra_unmap);

void extra_never(pud_t *pud)
{
	if (extra_special(*pud))
		__free_pages(virt_to_page(pud_pgtable(*pud)), 0);	/* ok: early-free -- no entry is special */
}
EXPORT_SYMBOL_GPL(extra_never);

void extra_drop(pud_t *pud)
{
	pmd_t *pmd = pud_pgtable(*pud);
	struct page *page = extra_page(*pud);

	if (!pmd_none(*pmd))
		return;
	__free_pages(page, 0);	/* expect: early-free */
	pud_clear(pud);
}
EXPORT_SYMBOL_GPL(extra_drop);
