/* There is no dynamic linker; src/internal/dynlink.h wants these names all the same. */
#define LDSO_ARCH "pop"
#define TPOFF_K 0
#define REL_SYMBOLIC 1
#define REL_PLT 2
#define REL_RELATIVE 3
#define REL_COPY 4
#define REL_DTPMOD 5
#define REL_DTPOFF 6
#define REL_TPOFF 7
#define CRTJMP(pc, sp) __builtin_trap()
