// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* The callback only spins; whoever queues it may sleep. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static struct rw_semaphore extra_sem;

static DEFINE_SPINLOCK(extra_lock);

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

	spin_lock(&extra_lock);	/* ok: callback-context -- does not sleep */
	ptdesc_retire(pt);
	spin_unlock(&extra_lock);
}

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt;

	down_write(&extra_sem);	/* ok: callback-context -- not in the callback */
	pt = take(mm, pmd);
	call_rcu(&pt->pt_rcu_head, extra_free);
	up_write(&extra_sem);
	synchronize_rcu();	/* ok: callback-context -- not in the callback */
}
EXPORT_SYMBOL_GPL(extra_drop);

/* The callback has a reference to the mm, and drops it. */
static void extra_free_accounted(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);
	struct mm_struct *mm = pt->pt_mm;

	mm_count_table(mm, -1);	/* ok: callback-context -- it is counted */
	ptdesc_retire(pt);
	mmdrop(mm);
}

void extra_drop_accounted(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	mmgrab(mm);
	pt->pt_mm = mm;
	call_rcu(&pt->pt_rcu_head, extra_free_accounted);
}
EXPORT_SYMBOL_GPL(extra_drop_accounted);

/* The kernel's own is there for ever. */
static void extra_free_of_kernel(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	mm_count_table(&init_mm, -1);	/* ok: callback-context -- static */
	ptdesc_retire(pt);
}

void extra_drop_of_kernel(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	mm_count_table(mm, -1);	/* ok: callback-context -- not in the callback */
	call_rcu(&pt->pt_rcu_head, extra_free_of_kernel);
}
EXPORT_SYMBOL_GPL(extra_drop_of_kernel);
