// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* An RCU callback that frees a table sleeps. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static struct rw_semaphore extra_sem;

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


static void extra_free(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	down_write(&extra_sem);	/* expect: callback-context */
	ptdesc_retire(pt);
	up_write(&extra_sem);
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_free);
}
EXPORT_SYMBOL_GPL(extra_drop);

static void extra_free_again(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	synchronize_rcu();	/* expect: callback-context */
	ptdesc_retire(pt);
}

void extra_drop_again(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_free_again);
}
EXPORT_SYMBOL_GPL(extra_drop_again);

/* Nobody keeps the mm that the callback accounts the table to. */
static void extra_free_accounted(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	mm_count_table(pt->pt_mm, -1);	/* expect: callback-context */
	ptdesc_retire(pt);
}

void extra_drop_accounted(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	pt->pt_mm = mm;
	call_rcu(&pt->pt_rcu_head, extra_free_accounted);
}
EXPORT_SYMBOL_GPL(extra_drop_accounted);

/* Nor the one whose lock it takes, when the table is gone. */
static void extra_free_locked(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);
	struct mm_struct *mm = pt->pt_mm;

	ptdesc_retire(pt);
	spin_lock(&mm->page_table_lock);	/* expect: callback-context */
	spin_unlock(&mm->page_table_lock);
}

void extra_drop_locked(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	pt->pt_mm = mm;
	call_rcu(&pt->pt_rcu_head, extra_free_locked);
}
EXPORT_SYMBOL_GPL(extra_drop_locked);
