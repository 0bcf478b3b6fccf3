// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables are made in an array of the caller's, and an error path frees all of them twice. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#define EXTRA_COUNT 4

static void extra_free(struct mm_struct *mm, pmd_t *tables[], int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (tables[i])
			pmd_free(mm, tables[i]);	/* ok: double-free -- once for most of its callers */
}

bool extra_ready(struct mm_struct *mm);

int extra_twice(struct mm_struct *mm)
{
	pmd_t *tables[EXTRA_COUNT];
	int i;

	for (i = 0; i < EXTRA_COUNT; i++)
		tables[i] = pmd_alloc_one(mm, 0);
	if (extra_ready(mm))
		return 0;
	extra_free(mm, tables, EXTRA_COUNT);
	extra_free(mm, tables, EXTRA_COUNT);	/* expect: double-free */
	return -1;
}
EXPORT_SYMBOL_GPL(extra_twice);

int extra_once(struct mm_struct *mm)
{
	pmd_t *first[EXTRA_COUNT], *second[EXTRA_COUNT];
	int i;

	for (i = 0; i < EXTRA_COUNT; i++)
		first[i] = pmd_alloc_one(mm, 0);
	for (i = 0; i < EXTRA_COUNT; i++)
		second[i] = pmd_alloc_one(mm, 0);
	extra_free(mm, second, EXTRA_COUNT);
	extra_free(mm, first, EXTRA_COUNT);	/* ok: double-free -- each of its tables once */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_once);

static void extra_drop(struct mm_struct *mm, pmd_t *tables[], int at)
{
	pmd_free(mm, tables[at]);	/* ok: double-free -- another one each time */
}

int extra_one_by_one(struct mm_struct *mm)
{
	pmd_t *tables[2];
	int i;

	for (i = 0; i < 2; i++)
		tables[i] = pmd_alloc_one(mm, 0);
	extra_drop(mm, tables, 0);
	extra_drop(mm, tables, 1);	/* ok: double-free -- the other one */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_one_by_one);
