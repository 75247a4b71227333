/* Structure offsets for assembly; signals.c compares them with the C side. */
#define SLOT_DEPTH 96
#define FRAME_PC 0
#define FRAME_SP 8
#define FRAME_GPR 16
#define EPOCH_ADDRESS 0x100020001c
#define JMP_EPOCH 152
#define JMP_RECORD 160
#define JMP_SITE 168
#define JMP_NATIVE 256
#define RECORD_EPOCH 0
#define RECORD_SITE 8
#define RECORD_NATIVE 16
