/* RISC-V speaks the asm-generic ABI itself. */
#include "runtime.h"

void pop_translate_before(struct pop_call *call) { (void)call; }
long pop_translate_after(struct pop_call *call, long result) { (void)call; return result; }
long pop_open_flags_to_native(long flags) { return flags; }
