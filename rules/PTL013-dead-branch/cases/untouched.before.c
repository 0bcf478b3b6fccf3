// file: mm/extra.c
#ifdef CONFIG_PT_RECLAIM
int zero;
#ifndef CONFIG_MMU_GATHER_RCU_TABLE_FREE /* ok: dead-branch -- not touched */
int one;
#endif
#endif
