// file: mm/extra.c
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
#if CONFIG_PGTABLE_LEVELS > 2 /* ok: dead-branch -- huge pages need three levels */
int one;
#endif
#endif
