// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Two ways lead to one call, and what each knows decides what the call does. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_options {
	int lazy;
	int seen;
};

static void extra_release(struct mm_struct *mm, pgtable_t table, struct extra_options *options)
{
	if (options->lazy)
		synchronize_rcu();
	pte_free(mm, table);	/* right where it has waited */
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd, struct extra_options *options)
{
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	if (!options->lazy)
		options->seen++;
	extra_release(mm, table, options);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_drop);

static void extra_wait(struct mm_struct *mm, pgtable_t table, struct extra_options *options)
{
	if (!options->lazy)
		synchronize_rcu();
	if (options->lazy)
		synchronize_rcu();
	pte_free(mm, table);	/* ok: sync-free -- one of both has waited */
}

void extra_drop_late(struct mm_struct *mm, pmd_t *pmd, struct extra_options *options)
{
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	if (options->seen)
		options->lazy = 1;
	else
		options->lazy = 0;
	extra_wait(mm, table, options);
}
EXPORT_SYMBOL_GPL(extra_drop_late);
