// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* What sleeps is two calls away from the callback; what the callback hands the batch on to frees it. */
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_pack {
	struct rcu_head rcu;
	unsigned int nr;
	void *packed[16];
};

struct rw_semaphore extra_lock;
unsigned long extra_count;
bool extra_counting;

static void extra_add(unsigned int nr)
{
	down_write(&extra_lock);
	extra_count += nr;
	up_write(&extra_lock);
}

static void extra_note(unsigned int nr)
{
	if (nr > 1)
		extra_add(nr);
	else
		extra_add(1);
}

static void extra_maybe_note(unsigned int nr)
{
	if (extra_counting)
		extra_add(nr);
}

static void extra_release(struct extra_pack *pack)
{
	unsigned int i;

	for (i = 0; i < pack->nr; i++)
		ptdesc_retire(pack->packed[i]);
}

static void extra_done(struct extra_pack *pack)
{
	extra_note(pack->nr);	/* expect: callback-context */
	extra_release(pack);
}

static void extra_rcu(struct rcu_head *head)
{
	extra_done(container_of(head, struct extra_pack, rcu));
}

void extra_send(struct mm_struct *mm, struct extra_pack *pack)
{
	flush_tlb_mm(mm);
	call_rcu(&pack->rcu, extra_rcu);
}
EXPORT_SYMBOL_GPL(extra_send);

static void extra_quiet_rcu(struct rcu_head *head)
{
	struct extra_pack *pack = container_of(head, struct extra_pack, rcu);

	extra_maybe_note(pack->nr);	/* ok: callback-context -- not on all paths */
	extra_release(pack);
}

void extra_send_quietly(struct mm_struct *mm, struct extra_pack *pack)
{
	flush_tlb_mm(mm);
	call_rcu(&pack->rcu, extra_quiet_rcu);
}
EXPORT_SYMBOL_GPL(extra_send_quietly);

void extra_pack(struct extra_pack *pack, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	pack->packed[pack->nr++] = pt;
}
EXPORT_SYMBOL_GPL(extra_pack);
