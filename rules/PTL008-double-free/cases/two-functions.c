// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* What a structure keeps is freed by a helper that it is handed to, and by who calls the helper. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct spare {
	struct mm_struct *mm;
	pgtable_t table;
	pgtable_t other;
};

int extra_prepare(struct spare *spare)
{
	spare->table = pte_alloc_one(spare->mm);
	spare->other = pte_alloc_one(spare->mm);
	return spare->table && spare->other ? 0 : -1;
}
EXPORT_SYMBOL_GPL(extra_prepare);

static int use(struct spare *spare, int how)
{
	if (how) {
		pte_free(spare->mm, spare->table);
		return 0;
	}
	return 1;
}

static int use_more(struct spare *spare, int how)
{
	return use(spare, how - 1);
}

void extra_finish(struct spare *spare, int how)
{
	use_more(spare, how);
	if (spare->table)
		pte_free(spare->mm, spare->table);	/* expect: double-free */
}
EXPORT_SYMBOL_GPL(extra_finish);

static void use_other(struct spare *spare, int how)
{
	if (how) {
		pte_free(spare->mm, spare->other);	/* ok: double-free -- forgotten at once */
		spare->other = NULL;
	}
}

void extra_finish_other(struct spare *spare, int how)
{
	use_other(spare, how);
	if (spare->other)
		pte_free(spare->mm, spare->other);	/* ok: double-free -- there is none any more */
}
EXPORT_SYMBOL_GPL(extra_finish_other);
