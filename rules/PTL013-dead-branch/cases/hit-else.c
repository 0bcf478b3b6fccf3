// file: mm/extra.c
#ifdef CONFIG_XEN_PV
int tables_are_read_only;
#if defined(CONFIG_SMP) && defined(CONFIG_PARAVIRT)
int remote;
#else /* expect: dead-branch */
int local;
#endif
#endif
