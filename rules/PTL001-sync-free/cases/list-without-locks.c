// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A work item empties a list without locks: a grace period helps what was on the list before it began. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

bool llist_add(struct llist_node *node, struct llist_head *head);
struct llist_node *llist_del_all(struct llist_head *head);

#define llist_next(ptr) (((struct llist_node *)(ptr))->next)
#define llist_entry(ptr, type, member) container_of(ptr, type, member)
#define llist_for_each_entry_safe(pos, n, node, member)				\
	for (pos = llist_entry((node), typeof(*pos), member);			\
	     &pos->member && (n = llist_entry(llist_next(&pos->member), typeof(*n), member), 1); \
	     pos = n)

static struct llist_head extra_hasty_tables;
static struct llist_head extra_early_tables;
static struct llist_head extra_late_tables;

static struct ptdesc *extra_unlink(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pmd_page(*pmd));
	spinlock_t *ptl = pmd_lock(mm, pmd);

	pmd_clear(pmd);
	spin_unlock(ptl);
	flush_tlb_mm(mm);
	return pt;
}

static void extra_free_hasty(struct work_struct *work)
{
	struct ptdesc *pt, *next;

	llist_for_each_entry_safe(pt, next, llist_del_all(&extra_hasty_tables), pt_list)
		ptdesc_retire(pt);	/* expect: sync-free */
}

static void extra_free_early(struct work_struct *work)
{
	struct ptdesc *pt, *next;

	synchronize_rcu();
	llist_for_each_entry_safe(pt, next, llist_del_all(&extra_early_tables), pt_list)
		ptdesc_retire(pt);	/* expect: sync-free */
}

static void extra_free_late(struct work_struct *work)
{
	struct llist_node *all = llist_del_all(&extra_late_tables);
	struct ptdesc *pt, *next;

	synchronize_rcu();
	llist_for_each_entry_safe(pt, next, all, pt_list)
		ptdesc_retire(pt);	/* ok: sync-free -- all of them were unlinked before */
}

static DECLARE_WORK(extra_hasty_work, extra_free_hasty);
static DECLARE_WORK(extra_early_work, extra_free_early);
static DECLARE_WORK(extra_late_work, extra_free_late);

void extra_drop(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = extra_unlink(mm, pmd);

	if (llist_add((struct llist_node *)&pt->pt_list, &extra_hasty_tables))
		schedule_work(&extra_hasty_work);
}
EXPORT_SYMBOL_GPL(extra_drop);

void extra_drop_early(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = extra_unlink(mm, pmd);

	if (llist_add((struct llist_node *)&pt->pt_list, &extra_early_tables))
		schedule_work(&extra_early_work);
}
EXPORT_SYMBOL_GPL(extra_drop_early);

void extra_drop_late(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = extra_unlink(mm, pmd);

	if (llist_add((struct llist_node *)&pt->pt_list, &extra_late_tables))
		schedule_work(&extra_late_work);
}
EXPORT_SYMBOL_GPL(extra_drop_late);
