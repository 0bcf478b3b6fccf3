// file: mm/extra.c
// config: SMP=y
// SPDX-License-Identifier: GPL-2.0-or-later
/* Which locks make an IPI enough. */
#include <linux/mmap_lock.h>
#include <linux/rmap.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <asm/pgalloc.h>
#include <asm/tlb.h>

/* Everybody who could walk under rcu_read_lock() is locked out, the others are waited for. */
void extra_locked(struct vm_area_struct *vma, pmd_t *pmd)
{
	struct mm_struct *mm = vma->vm_mm;
	pgtable_t table;
	spinlock_t *ptl;

	mmap_write_lock(mm);
	i_mmap_lock_write(vma->vm_file->f_mapping);
	anon_vma_lock_write(vma->anon_vma);
	ptl = pmd_lock(mm, pmd);
	table = pmd_pgtable(*pmd);
	pmd_clear(pmd);
	spin_unlock(ptl);
	tlb_remove_table_sync_one();
	pte_free(mm, table);	/* ok: ipi-only-sync -- mmap and rmap locks held for writing */
	anon_vma_unlock_write(vma->anon_vma);
	i_mmap_unlock_write(vma->vm_file->f_mapping);
	mmap_write_unlock(mm);
}
EXPORT_SYMBOL_GPL(extra_locked);

/* Held for reading, the lock keeps nobody out. */
void extra_read_locked(struct vm_area_struct *vma, pmd_t *pmd)
{
	struct mm_struct *mm = vma->vm_mm;
	pgtable_t table;
	spinlock_t *ptl;

	mmap_read_lock(mm);
	ptl = pmd_lock(mm, pmd);
	table = pmd_pgtable(*pmd);
	pmd_clear(pmd);
	spin_unlock(ptl);
	tlb_remove_table_sync_one();
	pte_free(mm, table);	/* expect: ipi-only-sync */
	mmap_read_unlock(mm);
}
EXPORT_SYMBOL_GPL(extra_read_locked);

/* The rmap leads here, too. */
void extra_half_locked(struct vm_area_struct *vma, pmd_t *pmd)
{
	struct mm_struct *mm = vma->vm_mm;
	pgtable_t table;
	spinlock_t *ptl;

	mmap_write_lock(mm);
	ptl = pmd_lock(mm, pmd);
	table = pmd_pgtable(*pmd);
	pmd_clear(pmd);
	spin_unlock(ptl);
	tlb_remove_table_sync_one();
	pte_free(mm, table);	/* expect: ipi-only-sync */
	mmap_write_unlock(mm);
}
EXPORT_SYMBOL_GPL(extra_half_locked);
