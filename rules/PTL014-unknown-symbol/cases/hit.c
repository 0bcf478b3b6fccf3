// file: mm/extra.c
#ifdef CONFIG_PT_RECLAM /* expect: unknown-symbol */
int one;
#elif defined(CONFIG_SMP) && !defined(CONFIG_SMPP) /* expect: unknown-symbol */
int two;
#endif

int three(void)
{
	if (IS_ENABLED(CONFIG_NOBODY_KNOWS_THIS)) /* expect: unknown-symbol */
		return 3;
#if CONFIG_NR_CPU > 4 /* expect: unknown-symbol */
	return 4;
#endif
	return 5;
}
