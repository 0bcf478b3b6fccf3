// file: mm/extra.c
#ifdef CONFIG_PT_RECLAIM
#ifndef CONFIG_MMU_GATHER_RCU_TABLE_FREE /* expect: dead-branch */
int one;
int two;
#endif
#endif
