// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table is handed to a function that assembler calls: between the target and the arguments stand operands of the
 * assembler's own, and the target is assigned with a cast.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_ops {
	void (*extra_drop)(struct mm_struct *mm, void *table);
};

static void extra_drop_now(struct mm_struct *mm, struct page *page)
{
	__free_pages(page, 0);	/* expect: sync-free */
}

static struct extra_ops extra_ops = {
	.extra_drop	=
		(void (*)(struct mm_struct *, void *))extra_drop_now,
};

#define EXTRA_CALL(op, mask, mm, table)					\
({									\
	unsigned long __d, __s;						\
									\
	asm volatile("call *%[target]"					\
		     : "=D" (__d), "=S" (__s)				\
		     : [target] "m" (extra_ops.op),			\
		       [clobber] "i" (mask),				\
		       "D" ((unsigned long)(mm)), "S" ((unsigned long)(table)) \
		     : "memory", "cc");					\
})

void extra_unmap(struct mm_struct *mm, pmd_t *pmd)
{
	pgtable_t table = pmd_pgtable(*pmd);

	pmd_clear(pmd);
	EXTRA_CALL(extra_drop, 0x1ff, mm, pgtable_page(table));
}
EXPORT_SYMBOL_GPL(extra_unmap);
