/* The thread pointer is the address of struct pthread on every ISA (contracts.md, section 3). */
static inline uintptr_t __get_tp(void) { return (uintptr_t)__builtin_thread_pointer(); }
