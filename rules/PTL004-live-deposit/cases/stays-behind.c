// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The entry of a huge page is emptied, and the table that was deposited for it stays where it is. */
#include <linux/export.h>
#include <linux/huge_mm.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#ifdef CONFIG_TRANSPARENT_HUGEPAGE

void extra_move(struct mm_struct *mm, unsigned long addr, pmd_t *from, pmd_t *to)
{
	pmd_t old = pmdp_huge_get_and_clear(mm, addr, from);	/* expect: live-deposit */

	set_pmd_at(mm, addr, to, old);
}
EXPORT_SYMBOL_GPL(extra_move);

void extra_move_both(struct mm_struct *mm, unsigned long addr, pmd_t *from, pmd_t *to)
{
	pmd_t old = pmdp_huge_get_and_clear(mm, addr, from);	/* ok: live-deposit -- the deposit moves as well */

	pgtable_trans_huge_deposit(mm, to, pgtable_trans_huge_withdraw(mm, from));
	set_pmd_at(mm, addr, to, old);
}
EXPORT_SYMBOL_GPL(extra_move_both);

static pmd_t clear_and_flush(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp)
{
	pmd_t old = pmdp_huge_get_and_clear(mm, addr, pmdp);	/* ok: live-deposit -- for the caller to see to */

	flush_tlb_mm(mm);
	return old;
}

int extra_discard(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp, bool used)
{
	pmd_t old = clear_and_flush(mm, addr, pmdp);	/* expect: live-deposit */

	if (used) {
		set_pmd_at(mm, addr, pmdp, old);
		return -1;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(extra_discard);

void extra_change(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp)
{
	pmd_t *entry = pmdp;
	pmd_t old = clear_and_flush(mm, addr, entry);	/* ok: live-deposit -- the huge page stays */

	set_pmd_at(mm, addr, pmdp, old);
}
EXPORT_SYMBOL_GPL(extra_change);

static void drop_spare(struct mm_struct *mm, pmd_t *pmdp)
{
	pgtable_t spare = pgtable_trans_huge_withdraw(mm, pmdp);

	synchronize_rcu();
	pte_free(mm, spare);
}

static void empty_entry(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp)
{
	pmdp_huge_get_and_clear(mm, addr, pmdp);	/* ok: live-deposit -- its caller takes the deposit back */
}

void extra_zap(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp)
{
	empty_entry(mm, addr, pmdp);
	drop_spare(mm, pmdp);
}
EXPORT_SYMBOL_GPL(extra_zap);

struct collapsed {
	struct mm_struct *mm;
	pmd_t old;
};

static void finish(struct collapsed *collapsed)
{
	synchronize_rcu();
	pte_free(collapsed->mm, pmd_pgtable(collapsed->old));
}

void extra_collapse(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp)
{
	struct collapsed collapsed = { .mm = mm };

	collapsed.old = clear_and_flush(mm, addr, pmdp);	/* ok: live-deposit -- a table stood there */
	finish(&collapsed);
}
EXPORT_SYMBOL_GPL(extra_collapse);

struct moving {
	struct mm_struct *mm;
	pmd_t *from, *to;
};

static void move_spare(struct moving *moving)
{
	pgtable_t spare = pgtable_trans_huge_withdraw(moving->mm, moving->from);

	pgtable_trans_huge_deposit(moving->mm, moving->to, spare);
}

void extra_move_by(struct mm_struct *mm, unsigned long addr, pmd_t *from, pmd_t *to)
{
	struct moving moving = { .mm = mm, .from = from, .to = to };
	pmd_t old = pmdp_huge_get_and_clear(mm, addr, from);	/* ok: live-deposit -- the deposit moves as well */

	move_spare(&moving);
	set_pmd_at(mm, addr, to, old);
}
EXPORT_SYMBOL_GPL(extra_move_by);

#endif
