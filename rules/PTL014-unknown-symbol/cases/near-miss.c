// file: mm/extra.c
/* CONFIG_IN_A_COMMENT */
#define CONFIG_OF_MY_OWN 1
#ifdef CONFIG_OF_MY_OWN // and not CONFIG_OF_YOURS
const char *text = "CONFIG_IN_A_STRING";
#endif
enum { CONFIG_A_REGISTER, CONFIG_NR_CPU };
#define NAMED(x) CONFIG_##x
#define ENABLED(CONFIG_parameter) IS_ENABLED(CONFIG_parameter)
#if defined(CONFIG_DEBUG_VM_PGTABLE_MODULE) || IS_ENABLED(CONFIG_PT_RECLAIM)
int three = CONFIG_A_REGISTER + CONFIG_NR_CPU; /* ok: unknown-symbol -- enumerators */
#endif
