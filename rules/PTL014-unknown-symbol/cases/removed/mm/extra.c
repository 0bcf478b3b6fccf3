#ifdef CONFIG_EXTRA_TABLES /* expect: unknown-symbol new */
int one;
#endif
#ifndef CONFIG_EXTRA_TABLES
int two;
#endif
