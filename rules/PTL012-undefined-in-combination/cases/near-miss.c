// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Each of these is there where it is called, or is no call at all. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_ops {
	void (*note)(struct mm_struct *mm);
};

void extra_never(struct mm_struct *mm);
void extra_reclaim(struct mm_struct *mm);
static void extra_plain(struct mm_struct *mm)
{
	mm_count_table(mm, -1);
}

#ifdef CONFIG_PT_RECLAIM
static void extra_inline(struct mm_struct *mm)
{
	mm_count_table(mm, -1);
}

static void extra_macro(struct mm_struct *mm)
{
	mm_count_table(mm, -1);
}

static void extra_guarded(struct mm_struct *mm)
{
	mm_count_table(mm, -1);
}

static void extra_named(struct mm_struct *mm)
{
	mm_count_table(mm, -1);
}

void extra_reclaim(struct mm_struct *mm)
{
	mm_count_table(mm, -1);
}

static void note(struct mm_struct *mm)
{
	mm_count_table(mm, -1);
}

static inline bool extra_wanted(void)
{
	return true;
}
#else
static inline void extra_inline(struct mm_struct *mm) { }
#define extra_macro(mm) do { } while (0)
#define extra_named extra_plain
static inline bool extra_wanted(void)
{
	return false;
}
#endif
#define extra_any(mm, ...) mm_count_table(mm, ##__VA_ARGS__)

int extra_drop(struct mm_struct *mm, const struct extra_ops *ops)
{
	pgtable_t table = pte_alloc_one(mm);
	void (*local)(struct mm_struct *mm) = extra_plain;

	if (!table)
		return -1;
	extra_inline(mm);	/* ok: undefined-in-combination -- the stub is an inline function */
	extra_macro(mm);	/* ok: undefined-in-combination -- the stub is a macro */
	extra_named(mm);	/* ok: undefined-in-combination -- the stub is the name of another function */
	extra_any(mm, -1);	/* ok: undefined-in-combination -- a macro takes what it is given */
	local(mm);		/* ok: undefined-in-combination -- a variable */
	ops->note(mm);		/* ok: undefined-in-combination -- a member, whatever else has its name */
#ifdef CONFIG_PT_RECLAIM
	extra_guarded(mm);	/* ok: undefined-in-combination -- called where it is defined */
	note(mm);
#endif
	if (IS_ENABLED(CONFIG_PT_RECLAIM))
		extra_reclaim(mm);	/* ok: undefined-in-combination -- declared, and dropped as dead code */
	if (extra_wanted())
		extra_reclaim(mm);	/* ok: undefined-in-combination -- dead code behind an inline function */
	if (!table)
		extra_never(mm);	/* ok: undefined-in-combination -- no configuration defines it: an assertion */
	pte_free(mm, table);
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
