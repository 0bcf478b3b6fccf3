// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Two functions down a table is made for what the caller keeps, and freed; the caller finds it there. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_fault {
	struct mm_struct *mm;
	pgtable_t spare;
};

int extra_maps(struct extra_fault *fault);

int extra_prepare(struct extra_fault *fault)
{
	fault->spare = pte_alloc_one(fault->mm);
	return fault->spare ? 0 : -1;
}
EXPORT_SYMBOL_GPL(extra_prepare);

static int extra_around(struct extra_fault *fault)
{
	int done;

	fault->spare = pte_alloc_one(fault->mm);
	if (!fault->spare)
		return -1;
	done = extra_maps(fault);
	pte_free(fault->mm, fault->spare);	/* ok: double-free -- the first */
	return done;
}

static int extra_read(struct extra_fault *fault)
{
	return extra_around(fault);
}

int extra_handle(struct extra_fault *fault)
{
	int done = extra_read(fault);

	if (fault->spare)
		pte_free(fault->mm, fault->spare);	/* expect: double-free */
	return done;
}
EXPORT_SYMBOL_GPL(extra_handle);

static int extra_around_clean(struct extra_fault *fault)
{
	int done;

	fault->spare = pte_alloc_one(fault->mm);
	if (!fault->spare)
		return -1;
	done = extra_maps(fault);
	pte_free(fault->mm, fault->spare);	/* ok: double-free -- and forgotten */
	fault->spare = NULL;
	return done;
}

static int extra_read_clean(struct extra_fault *fault)
{
	return extra_around_clean(fault);
}

int extra_handle_clean(struct extra_fault *fault)
{
	int done = extra_read_clean(fault);

	if (fault->spare)
		pte_free(fault->mm, fault->spare);	/* ok: double-free -- another one, if any */
	return done;
}
EXPORT_SYMBOL_GPL(extra_handle_clean);

/* What the helper leaves behind is not looked at again. */
int extra_handle_alone(struct extra_fault *fault)
{
	int done = extra_read(fault);

	fault->spare = NULL;
	if (done)
		fault->spare = pte_alloc_one(fault->mm);
	if (fault->spare)
		pte_free(fault->mm, fault->spare);	/* ok: double-free -- made since */
	fault->spare = NULL;
	return done;
}
EXPORT_SYMBOL_GPL(extra_handle_alone);
