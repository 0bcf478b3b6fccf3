// file: mm/extra.c
#ifdef CONFIG_PT_RECLAIM
int one;
#endif
