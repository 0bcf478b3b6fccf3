// file: mm/extra.c
#ifdef CONFIG_X86_PAE
#ifdef CONFIG_X86_32
int one;
#endif
#endif
