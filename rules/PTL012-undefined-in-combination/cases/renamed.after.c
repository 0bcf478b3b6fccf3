// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* What leads on to the free is called by its old name: nothing that is walked comes by there any more.
   Without SMP it does not compile. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

#ifdef CONFIG_SMP
static void extra_now(void *table)
{
	tlb_remove_table_sync_one();
	ptdesc_retire(table);
}
#else
static void extra_now_alone(void *table) /* gap: nobody calls it */
{
	ptdesc_retire(table);
}
#endif

static void extra_one(void *table)
{
	extra_now(table);	/* expect: undefined-in-combination new when !SMP */
}

int extra_drop(struct mm_struct *mm)
{
	pgtable_t table = pte_alloc_one(mm);

	if (!table)
		return -1;
	extra_one(page_ptdesc(pgtable_page(table)));
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
