// file: mm/extra.c
#ifdef CONFIG_PT_RECLAIMS /* expect: unknown-symbol */
int one;
#endif
