// file: mm/extra.c
#if defined(CONFIG_LONG_GONE) /* expect: unknown-symbol */
int one;
#endif
