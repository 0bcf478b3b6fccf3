// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Destructed twice: wrong however the table was found. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

static void extra_twice_rcu(struct rcu_head *head)
{
	struct ptdesc *pt = container_of(head, struct ptdesc, pt_rcu_head);

	ptdesc_destruct(pt);
	ptdesc_retire(pt);	/* expect: dtor-imbalance */
}

void extra_twice(struct ptdesc *pt)
{
	call_rcu(&pt->pt_rcu_head, extra_twice_rcu);
}
EXPORT_SYMBOL_GPL(extra_twice);

static void extra_once_rcu(struct rcu_head *head)
{
	ptdesc_retire(container_of(head, struct ptdesc, pt_rcu_head));	/* ok: dtor-imbalance -- once */
}

void extra_once(struct ptdesc *pt)
{
	call_rcu(&pt->pt_rcu_head, extra_once_rcu);
}
EXPORT_SYMBOL_GPL(extra_once);
