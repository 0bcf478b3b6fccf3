// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A table waits in a structure of its own: what counts is how that one waits. */
#include <linux/container_of.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
};

#define INIT_RCU_WORK(_work, _func) INIT_WORK(&(_work)->work, (_func))
bool queue_rcu_work(void *queue, struct rcu_work *rwork);

static inline struct rcu_work *to_rcu_work(struct work_struct *work)
{
	return container_of(work, struct rcu_work, work);
}

static struct ptdesc *extra_unlink(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pmd_page(*pmd));
	spinlock_t *ptl = pmd_lock(mm, pmd);

	pmd_clear(pmd);
	spin_unlock(ptl);
	flush_tlb_mm(mm);
	return pt;
}

struct waiting {
	struct rcu_head rcu;
	struct ptdesc *waiting_table;
};

static void waiting_free(struct rcu_head *head)
{
	struct waiting *one = container_of(head, struct waiting, rcu);

	ptdesc_retire(one->waiting_table);	/* ok: sync-free -- the structure is queued after the unlink */
	kfree(one);
}

void extra_waits(struct mm_struct *mm, pmd_t *pmd, struct waiting *one)
{
	one->waiting_table = extra_unlink(mm, pmd);
	call_rcu(&one->rcu, waiting_free);
}
EXPORT_SYMBOL_GPL(extra_waits);

struct hasty {
	struct rcu_head rcu;
	struct ptdesc *hasty_table;
};

static void hasty_free(struct rcu_head *head)
{
	struct hasty *one = container_of(head, struct hasty, rcu);

	ptdesc_retire(one->hasty_table);	/* expect: sync-free */
	kfree(one);
}

void extra_hasty(struct mm_struct *mm, pmd_t *pmd, struct hasty *one)
{
	one->hasty_table = page_ptdesc(pmd_page(*pmd));
	call_rcu(&one->rcu, hasty_free);	/* the entry is still set */
	extra_unlink(mm, pmd);
}
EXPORT_SYMBOL_GPL(extra_hasty);

struct later {
	struct rcu_work rwork;
	struct ptdesc *later_table;
};

static void later_free(struct work_struct *work)
{
	struct later *one = container_of(to_rcu_work(work), struct later, rwork);

	ptdesc_retire(one->later_table);	/* ok: sync-free -- a work item that RCU runs */
	kfree(one);
}

void extra_later(struct mm_struct *mm, pmd_t *pmd, struct later *one)
{
	one->later_table = extra_unlink(mm, pmd);
	INIT_RCU_WORK(&one->rwork, later_free);
	queue_rcu_work(NULL, &one->rwork);
}
EXPORT_SYMBOL_GPL(extra_later);
