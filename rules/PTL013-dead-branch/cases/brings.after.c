// file: mm/extra.c
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
#if CONFIG_PGTABLE_LEVELS < 3 /* expect: dead-branch */
int one;
#endif
#endif
