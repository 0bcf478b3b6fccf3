// file: mm/extra.c
#if 0
int written_off;
#endif
#ifdef MODULE
#ifndef CONFIG_DEBUG_VM_PGTABLE
int a_module; /* ok: dead-branch -- what MODULE means is not Kconfig's */
#endif
#endif
#if defined(PTRS_PER_PUD) && !defined(PTRS_PER_PUD)
int macros;
#endif
#define CONFIG_OF_THIS_FILE
#ifdef CONFIG_OF_THIS_FILE
int own; /* ok: dead-branch -- it can be compiled */
#endif
#if IS_MODULE(CONFIG_DEBUG_VM_PGTABLE) || defined(CONFIG_DEBUG_VM_PGTABLE_MODULE)
int module;
#endif
#if defined(CONFIG_PT_RECLAIM) && !defined(CONFIG_SMP)
int up; /* ok: dead-branch -- PARAVIRT is enough */
#endif
