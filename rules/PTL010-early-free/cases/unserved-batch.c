// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables are collected in an array, which goes without a flush where it is full. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct extra_bundle {
	struct rcu_head rcu;
	unsigned int nr;
	void *kept[16];
};

struct extra_pack {
	struct rcu_head rcu;
	unsigned int nr;
	void *packed[16];
};

static void extra_bundle_rcu(struct rcu_head *head)
{
	struct extra_bundle *bundle = container_of(head, struct extra_bundle, rcu);
	unsigned int i;

	for (i = 0; i < bundle->nr; i++)
		ptdesc_retire(bundle->kept[i]);
}

static void extra_send(struct extra_bundle *bundle)
{
	call_rcu(&bundle->rcu, extra_bundle_rcu);
}

void extra_collect(struct mm_struct *mm, struct extra_bundle *bundle, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	bundle->kept[bundle->nr++] = pt;
	if (bundle->nr == 16)
		extra_send(bundle);	/* expect: early-free */
}
EXPORT_SYMBOL_GPL(extra_collect);

void extra_finish(struct mm_struct *mm, struct extra_bundle *bundle)
{
	flush_tlb_mm(mm);
	extra_send(bundle);	/* ok: early-free -- flushed just before */
}
EXPORT_SYMBOL_GPL(extra_finish);

static void extra_pack_rcu(struct rcu_head *head)
{
	struct extra_pack *pack = container_of(head, struct extra_pack, rcu);
	unsigned int i;

	for (i = 0; i < pack->nr; i++)
		ptdesc_retire(pack->packed[i]);	/* ok: early-free -- flushed before it was queued */
}

static void extra_send_pack(struct mm_struct *mm, struct extra_pack *pack)
{
	flush_tlb_mm(mm);
	call_rcu(&pack->rcu, extra_pack_rcu);	/* ok: early-free -- flushed just before */
}

void extra_collect_pack(struct mm_struct *mm, struct extra_pack *pack, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pgtable_page(pmd_pgtable(*pmd)));

	pmd_clear(pmd);
	pack->packed[pack->nr++] = pt;
	if (pack->nr == 16)
		extra_send_pack(mm, pack);	/* ok: early-free -- it flushes */
}
EXPORT_SYMBOL_GPL(extra_collect_pack);
