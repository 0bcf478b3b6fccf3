// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The bytes of an entry stand in the other order, as on a little-endian processor with big-endian tables. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static unsigned long extra_value(pud_t pud)
{
	return (unsigned long)__builtin_bswap64(pud_val(pud));
}

static pmd_t *extra_below(pud_t pud)
{
	return __va(extra_value(pud) & PTE_PFN_MASK);
}

static void extra_enter(pud_t *pud, pmd_t *pmd)
{
	set_pud(pud, __pud(__builtin_bswap64(__pa(pmd) | _PAGE_TABLE)));
}

void extra_drop(struct mm_struct *mm, pud_t *pud)
{
	pmd_t *pmd = extra_below(*pud);

	pud_clear(pud);
	flush_tlb_mm(mm);
	ptdesc_put(virt_to_ptdesc(pmd));	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_drop);

void extra_waits(struct mm_struct *mm, pud_t *pud)
{
	pmd_t *pmd = extra_below(*pud);

	pud_clear(pud);
	synchronize_rcu();
	ptdesc_put(virt_to_ptdesc(pmd));	/* ok: sync-free -- has waited */
}
EXPORT_SYMBOL_GPL(extra_waits);

void extra_fresh(struct mm_struct *mm, pud_t *pud)
{
	pmd_t *pmd = pmd_alloc_one(mm, 0);

	if (!pmd)
		return;
	extra_enter(pud, pmd);
	pmd = extra_below(*pud);
	pud_clear(pud);
	flush_tlb_mm(mm);
	ptdesc_put(virt_to_ptdesc(pmd));	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_fresh);

void extra_unused(struct mm_struct *mm, pud_t *pud)
{
	pmd_t *pmd = pmd_alloc_one(mm, 0);

	if (!pmd)
		return;
	if (extra_value(*pud) & _PAGE_PRESENT)
		ptdesc_put(virt_to_ptdesc(pmd));	/* ok: sync-free -- never installed */
	else
		extra_enter(pud, pmd);
}
EXPORT_SYMBOL_GPL(extra_unused);
