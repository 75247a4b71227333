/* Structure offsets for assembly; abi_check.c compares them with the C side. */
#define SLOT_DEPTH 96
#define FRAME_PC 0
#define FRAME_SP 8
#define FRAME_GPR 16
