// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* No type but that of any page: what is destructed was a table. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

bool extra_asked(struct mm_struct *mm);

static void extra_free(struct page *page)
{
	__folio_clear_pgtable((struct folio *)page);
	__free_page(page);
}

void extra_drops(struct mm_struct *mm, pmd_t *pmdp)
{
	pmd_t pmd = *pmdp;

	pmd_clear(pmdp);
	flush_tlb_mm(mm);
	synchronize_rcu();
	extra_free(pmd_page(pmd));
	if (extra_asked(mm))
		extra_free(pmd_page(pmd));	/* expect: double-free */
}
EXPORT_SYMBOL_GPL(extra_drops);

void extra_drops_once(struct mm_struct *mm, pmd_t *pmdp)
{
	pmd_t pmd = *pmdp;

	pmd_clear(pmdp);
	flush_tlb_mm(mm);
	synchronize_rcu();
	extra_free(pmd_page(pmd));	/* ok: double-free -- once */
}
EXPORT_SYMBOL_GPL(extra_drops_once);
