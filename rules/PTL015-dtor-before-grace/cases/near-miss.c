// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* After the grace period, or never published. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

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


void extra_callback(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	call_rcu(&pt->pt_rcu_head, extra_rcu);	/* ok: dtor-before-grace -- the callback destructs it */
}
EXPORT_SYMBOL_GPL(extra_callback);

void extra_waits(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);

	synchronize_rcu();
	ptdesc_destruct(pt);	/* ok: dtor-before-grace -- has waited */
	ptdesc_put(pt);
}
EXPORT_SYMBOL_GPL(extra_waits);

int extra_fresh(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	pte_free(mm, table);	/* ok: dtor-before-grace -- never published */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_fresh);

void extra_kernel(pmd_t *pmd)
{
	pte_t *table = (pte_t *)pmd_page_vaddr(*pmd);

	pmd_clear(pmd);
	pte_free_kernel(&init_mm, table);	/* ok: dtor-before-grace -- the kernel's own address space */
}
EXPORT_SYMBOL_GPL(extra_kernel);

struct carrier {
	struct rcu_head rcu;
	struct ptdesc *table;
};

static void carrier_free(struct rcu_head *head)
{
	struct carrier *one = container_of(head, struct carrier, rcu);

	ptdesc_destruct(one->table);	/* ok: dtor-before-grace -- what carries it has waited */
	ptdesc_put(one->table);
	kfree(one);
}

void extra_carried(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = take(mm, pmd);
	struct carrier *one = kmalloc(sizeof(*one), GFP_KERNEL);

	if (!one) {
		call_rcu(&pt->pt_rcu_head, extra_rcu);
		return;
	}
	one->table = pt;
	call_rcu(&one->rcu, carrier_free);
}
EXPORT_SYMBOL_GPL(extra_carried);
