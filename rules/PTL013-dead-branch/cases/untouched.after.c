// file: mm/extra.c
#ifdef CONFIG_PT_RECLAIM
int nought;
#ifndef CONFIG_MMU_GATHER_RCU_TABLE_FREE
int one;
#endif
#endif
