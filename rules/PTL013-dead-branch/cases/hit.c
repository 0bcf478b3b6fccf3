// file: mm/extra.c
#if defined(CONFIG_X86_PAE) && defined(CONFIG_X86_5LEVEL) /* expect: dead-branch */
int levels;
#elif CONFIG_PGTABLE_LEVELS > 5 /* expect: dead-branch */
int more_levels;
#elif CONFIG_PGTABLE_LEVELS > 4 /* ok: dead-branch -- it can be compiled */
int five_levels;
#else
int fewer_levels;
#endif
