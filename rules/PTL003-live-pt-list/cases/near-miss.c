// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Off the list in time, or never on one through these bytes. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_entry {
	struct list_head link;
	struct ptdesc *pt;
};

static LIST_HEAD(extra_tables);

static void extra_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));
}

static struct ptdesc *take(struct mm_struct *mm, pmd_t *pmd)
{
	spinlock_t *ptl = pmd_lock(mm, pmd);
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	spin_unlock(ptl);
	return pt;
}


void extra_off(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	list_add(&pt->pt_list, &extra_tables);
	list_del(&pt->pt_list);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: live-pt-list -- off the list again */
}
EXPORT_SYMBOL_GPL(extra_off);

void extra_entry(struct mm_struct *mm, pmd_t *pmd, struct extra_entry *entry)
{
	struct ptdesc *pt = take(mm, pmd);

	list_add(&entry->link, &extra_tables);
	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: live-pt-list -- the list has links of its own */
}
EXPORT_SYMBOL_GPL(extra_entry);

void extra_waits(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	list_add(&pt->pt_list, &extra_tables);
	synchronize_rcu();
	list_del(&pt->pt_list);
	ptdesc_retire(pt);	/* ok: live-pt-list -- nobody needs its rcu_head */
}
EXPORT_SYMBOL_GPL(extra_waits);
