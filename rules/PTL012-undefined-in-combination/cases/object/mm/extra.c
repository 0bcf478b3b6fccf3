// SPDX-License-Identifier: GPL-2.0-or-later
/* The object behind a call is built no more without SMP. No table comes by here. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>

int extra_reclaim(struct mm_struct *mm);

int extra_drop(struct mm_struct *mm, int how)
{
	if (how)
		return extra_reclaim(mm);	/* expect: undefined-in-combination new when !SMP */
	return 0;
}
EXPORT_SYMBOL_GPL(extra_drop);
