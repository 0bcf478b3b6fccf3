// file: mm/extra.c
#ifdef CONFIG_LONG_GONE /* expect: unknown-symbol */
int one;
#endif
