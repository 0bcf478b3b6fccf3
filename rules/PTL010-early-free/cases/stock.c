// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* An architecture's part of an address space keeps the rest of a page, of which the next table is made. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#define PART	(PAGE_SIZE / 4)

typedef struct {
	void *rest;
} mm_context_t;

static void *rest_of(mm_context_t *context)
{
	return context->rest;
}

static pmd_t *extra_part(mm_context_t *context)
{
	void *part = rest_of(context);
	void *next;

	if (part) {
		next = part + PART;
		if (((unsigned long)next & ~PAGE_MASK) == 0)
			next = NULL;
		context->rest = next;
	}
	return part;
}

static pmd_t *extra_page(mm_context_t *context)
{
	struct ptdesc *pt = ptdesc_get_noprof(GFP_KERNEL, 0);
	void *part;

	if (!pt)
		return NULL;
	atomic_set(&pt->pt_frag_refcount, 1);
	part = ptdesc_address(pt);
	if (!context->rest) {
		atomic_set(&pt->pt_frag_refcount, 4);
		context->rest = part + PART;
	}
	return part;
}

static pmd_t *extra_alloc(mm_context_t *context)
{
	pmd_t *pmd = extra_part(context);

	return pmd ? pmd : extra_page(context);
}

static void extra_free(pmd_t *pmd)
{
	struct ptdesc *pt = virt_to_ptdesc(pmd);

	if (atomic_dec_and_test(&pt->pt_frag_refcount))
		ptdesc_put(pt);
}

int extra_install(struct mm_struct *mm, mm_context_t *context, pud_t *pud)
{
	pmd_t *pmd = extra_alloc(context);

	if (!pmd)
		return -1;
	if (pud_none(*pud))
		pud_populate(mm, pud, pmd);
	else
		extra_free(pmd);	/* ok: early-free -- a part of its own, installed nowhere */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_install);

void extra_rounds(struct mm_struct *mm, mm_context_t *context, int rounds)
{
	while (rounds--) {
		pmd_t *pmd = extra_alloc(context);

		if (pmd)
			extra_free(pmd);	/* ok: early-free -- another part each time */
	}
}
EXPORT_SYMBOL_GPL(extra_rounds);

void extra_exit(mm_context_t *context)
{
	void *rest = rest_of(context);

	if (rest && atomic_sub_and_test(1, &virt_to_ptdesc(rest)->pt_frag_refcount))
		ptdesc_put(virt_to_ptdesc(rest));	/* ok: early-free -- the rest, of which no table was made */
}
EXPORT_SYMBOL_GPL(extra_exit);

void extra_hasty(struct mm_struct *mm, mm_context_t *context, pud_t *pud)
{
	pmd_t *pmd = extra_alloc(context);

	if (!pmd)
		return;
	pud_populate(mm, pud, pmd);
	if (!rest_of(context))
		extra_free(pmd);	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_hasty);
