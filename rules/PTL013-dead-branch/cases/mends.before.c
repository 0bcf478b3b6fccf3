// file: mm/extra.c
#ifdef CONFIG_X86_PAE
#ifdef CONFIG_X86_64 /* expect: dead-branch */
int one;
#endif
#endif
