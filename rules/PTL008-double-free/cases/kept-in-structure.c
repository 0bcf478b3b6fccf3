// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A table made beforehand, freed twice by who keeps it; each free tells tables of the kernel from others. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct spare {
	struct mm_struct *mm;
	pgtable_t table;
};

int extra_prepare(struct spare *spare)
{
	spare->table = pte_alloc_one(spare->mm);
	return spare->table ? 0 : -1;
}
EXPORT_SYMBOL_GPL(extra_prepare);

void extra_finish(struct spare *spare, int again)
{
	if (spare->table)
		pte_free(spare->mm, spare->table);	/* ok: double-free -- the first */
	if (again && spare->table)
		pte_free(spare->mm, spare->table);	/* expect: double-free */
}
EXPORT_SYMBOL_GPL(extra_finish);

void extra_finish_once(struct spare *spare, int again)
{
	if (spare->table) {
		pte_free(spare->mm, spare->table);	/* ok: double-free -- forgotten at once */
		spare->table = NULL;
	}
	if (again && spare->table)
		pte_free(spare->mm, spare->table);	/* ok: double-free -- there is none any more */
}
EXPORT_SYMBOL_GPL(extra_finish_once);
