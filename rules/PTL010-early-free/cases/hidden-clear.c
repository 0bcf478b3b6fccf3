// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* An entry is cleared by a primitive that assembler calls, with a value that a helper makes. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_ops {
	void (*extra_set)(pmd_t *pmd, pmd_t value);
};

static struct extra_ops extra_ops = {
	.extra_set	= native_set_pmd,
};

#define EXTRA_CALL(op, mask, entry, value)				\
({									\
	unsigned long __d, __s;						\
									\
	asm volatile("call *%[target]"					\
		     : "=D" (__d), "=S" (__s)				\
		     : [target] "m" (extra_ops.op),			\
		       [clobber] "i" (mask),				\
		       "D" ((unsigned long)(entry)), "S" ((unsigned long)(value)) \
		     : "memory", "cc");					\
})

static inline pmd_t extra_make(unsigned long value)
{
	return __pmd(value & ~0x10UL);
}

static void extra_put(pmd_t *pmd, pmd_t value)
{
	EXTRA_CALL(extra_set, 0x1ff, pmd, pmd_val(value));
}

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

void extra_unmap(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	extra_put(pmd, extra_make(0));
	flush_tlb_mm(mm);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: early-free -- the entry is clear */
}
EXPORT_SYMBOL_GPL(extra_unmap);

void extra_forget(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	flush_tlb_mm(mm);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_forget);
