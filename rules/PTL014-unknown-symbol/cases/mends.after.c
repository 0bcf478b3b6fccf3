// file: mm/extra.c
#ifdef CONFIG_PT_RECLAIM /* ok: unknown-symbol -- spelt as defined */
int one;
#endif
