// file: mm/extra.c
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
#if CONFIG_PGTABLE_LEVELS > 2
int one;
#endif
#endif
