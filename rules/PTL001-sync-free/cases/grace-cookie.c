// file: mm/extra.c
// SPDX-License-Identifier: GPL-2.0-or-later
/* A cookie tells whether a grace period has passed since it was made: that helps if the unlink came first. */
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

struct rcu_gp_oldstate {
	unsigned long at[2];
};

unsigned long get_state_synchronize_rcu(void);
unsigned long start_poll_synchronize_rcu(void);
bool poll_state_synchronize_rcu(unsigned long cookie);
void cond_synchronize_rcu(unsigned long cookie);
void get_state_synchronize_rcu_full(struct rcu_gp_oldstate *cookie);
void cond_synchronize_rcu_full(struct rcu_gp_oldstate *cookie);

static struct ptdesc *extra_unlink(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = page_ptdesc(pmd_page(*pmd));
	spinlock_t *ptl = pmd_lock(mm, pmd);

	pmd_clear(pmd);
	spin_unlock(ptl);
	flush_tlb_mm(mm);
	return pt;
}

void extra_waits(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = extra_unlink(mm, pmd);
	unsigned long cookie = get_state_synchronize_rcu();

	cond_synchronize_rcu(cookie);
	ptdesc_retire(pt);	/* ok: sync-free -- the cookie was made after the unlink */
}
EXPORT_SYMBOL_GPL(extra_waits);

void extra_waited_before(struct mm_struct *mm, pmd_t *pmd)
{
	unsigned long cookie = get_state_synchronize_rcu();
	struct ptdesc *pt = extra_unlink(mm, pmd);

	cond_synchronize_rcu(cookie);
	ptdesc_retire(pt);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_waited_before);

void extra_polls(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = extra_unlink(mm, pmd);
	unsigned long cookie = start_poll_synchronize_rcu();

	while (!poll_state_synchronize_rcu(cookie))
		barrier();
	ptdesc_retire(pt);	/* ok: sync-free -- goes on only when the grace period is over */
}
EXPORT_SYMBOL_GPL(extra_polls);

void extra_asks(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = extra_unlink(mm, pmd);
	unsigned long cookie = start_poll_synchronize_rcu();

	if (!poll_state_synchronize_rcu(cookie))
		barrier();
	ptdesc_retire(pt);	/* expect: sync-free */
}
EXPORT_SYMBOL_GPL(extra_asks);

void extra_waits_full(struct mm_struct *mm, pmd_t *pmd)
{
	struct ptdesc *pt = extra_unlink(mm, pmd);
	struct rcu_gp_oldstate cookie;

	get_state_synchronize_rcu_full(&cookie);
	cond_synchronize_rcu_full(&cookie);
	ptdesc_retire(pt);	/* ok: sync-free -- as extra_waits() */
}
EXPORT_SYMBOL_GPL(extra_waits_full);
