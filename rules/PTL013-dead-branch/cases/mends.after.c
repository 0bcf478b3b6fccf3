// file: mm/extra.c
#ifdef CONFIG_X86_PAE
#ifdef CONFIG_X86_32 /* ok: dead-branch -- PAE is of 32 bits */
int one;
#endif
#endif
