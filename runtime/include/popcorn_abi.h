/* The ABI between compiled programs, this runtime and the node agent, as C.
 * docs/internals/contracts.md says what each number means; Popcorn.Wire.ControlLayout is the C# side. */
#ifndef POPCORN_ABI_H
#define POPCORN_ABI_H

#include <stddef.h>
#include <stdint.h>

#define POP_ABI_VERSION 3u

/* 1. Addresses. */
#define POP_CONTROL_BASE 0x200000ul
#define POP_CONTROL_BYTES 0x100000ul
#define POP_UNIT_BYTES 0x10000ul                         /* the unit's part: the same pages in each of its processes */
#define POP_PROCESS_BASE (POP_CONTROL_BASE + POP_UNIT_BYTES)
#define POP_PROCESS_BYTES (POP_CONTROL_BYTES - POP_UNIT_BYTES)
#define POP_TLS_TEMPLATE 0x300000ul
#define POP_PRIVATE_BASE 0x800000000ul
#define POP_NATIVE_STACK_STRIDE 0x1000000ul /* slot i's native stacks lie in [base + i stride, base + (i+1) stride) */
#define POP_RECORDS_BASE 0xC00000000ul      /* restore records: [records base, private end) */
#define POP_PRIVATE_END 0x1000000000ul
#define POP_ARENA_BASE 0x1000000000ul
#define POP_ARENA_END 0x3800000000ul
#define POP_PAGE 4096ul

/* 3. Words below the thread pointer. */
#define POP_TP_DSP (-8)
#define POP_TP_SLOT (-16)
#define POP_TP_VARIADIC (-32) /* the variadic function being called; above it where its arguments are */
#define POP_TP_RESERVED 64  /* bytes below tp that belong to the runtime */
#define POP_TP_TLS 512      /* first thread-local variable lies at tp + 512; struct pthread before it */
#define POP_TLS_ALIGN 64
#define POP_RED_ZONE 512

/* 4. jmp_buf. */
#define POP_JMP_BYTES 512
#define POP_JMP_DSP 0
#define POP_JMP_DEPTH 8
#define POP_JMP_MASK_SAVED 16
#define POP_JMP_MASK 24
#define POP_JMP_EPOCH 152
#define POP_JMP_RECORD 160
#define POP_JMP_SITE 168
#define POP_JMP_NATIVE 256
#define POP_RECORD_BYTES 240
#define POP_RECORD_EPOCH 0
#define POP_RECORD_SITE 8
#define POP_RECORD_NATIVE 16

/* 5. Records. */
struct pop_record {
	struct pop_record *next;
	uint64_t resume;
	uint32_t site;
	uint32_t value_count;
	uint64_t reserved;
	struct { uint64_t low, high; } values[];
};

/* 7. Control region. */
enum { POP_ISA_X86_64 = 1, POP_ISA_AARCH64 = 2, POP_ISA_RISCV64 = 3 };
enum { POP_STATE_STARTING, POP_STATE_RUNNING, POP_STATE_RESTORING };

/* What all processes of a unit share: first page of the region. */
struct pop_unit {
	uint32_t flag;
	uint32_t request;
	uint32_t release;
	uint32_t events;
	uint32_t generation;
	uint32_t moved;
	uint64_t countdown;
	uint64_t points;
	uint32_t process_max;
	uint32_t invented;
	uint64_t magic;
	uint32_t agent_pid;
	uint32_t root;
	uint32_t processes_used;
	uint32_t reserved;
};

#define POP_UNIT_MAGIC 0x3254494e55504f50ull /* "POPUNIT2" */

/* One process of the unit; index 0 and 1 of a pair: generation & 1. */
enum { POP_PROCESS_FREE, POP_PROCESS_STARTING, POP_PROCESS_MEMBER, POP_PROCESS_FOREIGN };

struct pop_process {
	uint32_t state;
	uint32_t pid; /* these three as the program sees them */
	uint32_t group;
	uint32_t session;
	uint32_t kernel_pid[2];
	uint32_t kernel_group[2];
	uint32_t kernel_session[2];
	uint32_t creator; /* kernel pid of the process that is making it, while STARTING */
	uint32_t starts;  /* programs it has executed */
	uint32_t reserved[20];
};

#define POP_PROCESSES_OFFSET 4096
#define POP_PROCESS_COUNT 480

/* One process's own: first page of its part. */
struct pop_control {
	uint32_t parked;
	uint32_t threads;
	uint32_t abi_version;
	uint32_t isa;
	uint32_t pid;
	uint32_t exiting;
	uint32_t state;
	uint32_t reserved1;
	uint64_t arena_table;
	uint32_t slots_used;
	uint32_t index;
	uint32_t generation;
	uint32_t reserved;
	uint64_t running_since; /* CLOCK_MONOTONIC of the kernel, ns: when a restored program went on */
	uint32_t track;         /* POP_TRACK_*: the agent wants to know which pages are written */
	int32_t track_descriptor;
};

enum {
	POP_TRACK_NONE,
	POP_TRACK_WANTED,
	POP_TRACK_CLAIMED,
	POP_TRACK_OFFERED,
};

#define POP_SLOTS_OFFSET 4096
#define POP_SLOT_BYTES 1024
#define POP_SLOT_COUNT 956

enum {
	POP_THREAD_FREE,
	POP_THREAD_RUNNING,
	POP_THREAD_PARKED_POINT,
	POP_THREAD_PARKED_SYSCALL,
	POP_THREAD_BLOCKING,
};

struct pop_slot {
	uint32_t tid;
	uint32_t state;
	uint64_t tp;
	uint64_t pc;
	uint64_t sp;
	uint64_t nr;
	uint64_t args[6];
	uint64_t result;
	uint32_t handler_depth;
	uint32_t kicked;
	uint64_t native_stack_low;
	uint64_t native_stack_high;
	uint64_t reserved0;
	uint64_t gpr[32];
	uint64_t fpr[32];
	/* From here on the runtime's own; the agent does not look. */
	uint32_t handlers_run;      /* program handlers entered */
	uint32_t interrupting_run;  /* those of them without SA_RESTART */
	uint8_t reserved1[376];
};

#define POP_KICK_SIGNAL 16 /* SIGSTKFLT */
/* Upper 16 bits of si_value of a signal that the supervisor passes on for somebody; the rest says when the supervisor
 * last had none: microseconds of the kernel's monotonic clock. */
#define POP_FORWARDED 0xb0bcull
#define POP_FORWARDED_SHIFT 48

/* Arena table. */
#define POP_ARENA_MAGIC 0x414e455241504f50ull /* "POPARENA" */
enum { POP_ENTRY_SHARED = 1, POP_ENTRY_FILE = 2, POP_ENTRY_DATA_STACK = 4, POP_ENTRY_NORESERVE = 8 };

struct pop_arena_entry {
	uint64_t start;
	uint64_t bytes;
	uint32_t prot;
	uint32_t flags;
	uint64_t offset;
};

struct pop_arena_table {
	uint64_t magic;
	uint32_t count;
	uint32_t version;
	struct pop_arena_entry entries[];
};

/* 8. Restore script. */
enum {
	POP_OP_MAP = 1, POP_OP_FILL, POP_OP_PROTECT, POP_OP_FD, POP_OP_OPEN, POP_OP_CWD, POP_OP_UMASK,
	POP_OP_THREAD, POP_OP_MAPFILE, POP_OP_CLOSE, POP_OP_COMMIT, POP_OP_GO,
	POP_OP_SPAWN = 14, POP_OP_ZOMBIE, POP_OP_SESSION, POP_OP_GROUP, POP_OP_MAPFD, POP_OP_SHMAT, POP_OP_DETACH,
	POP_OP_PREPARE,
	POP_OP_SYNC = 32, POP_OP_CALL,
};
enum { POP_ANSWER_READY = 1, POP_ANSWER_ERROR = 2, POP_ANSWER_SYNCED = 3 };
enum { POP_MAP_NORESERVE = 4 };

struct pop_frame_header { uint32_t op, bytes; };
struct pop_answer { uint32_t kind, op; int64_t value; };
struct pop_op_map { uint64_t addr, bytes; uint32_t prot, flags; };
struct pop_op_fill { uint64_t addr, bytes; };
struct pop_op_protect { uint64_t addr, bytes; uint32_t prot, zero; };
struct pop_op_fd { uint32_t target, cloexec; };
struct pop_op_open { uint32_t target, flags; uint64_t offset; char path[]; };
struct pop_op_thread { uint32_t slot, reserved; uint64_t tp, record; };
struct pop_op_call { uint64_t nr, args[6]; uint32_t pointers, zero; char data[]; };
struct pop_op_mapfile { uint64_t addr, bytes; uint32_t prot, flags; uint64_t offset; char path[]; };

struct pop_op_spawn { uint32_t index, orphan, count; char texts[]; }; /* path, then argv */
struct pop_op_zombie { uint32_t index, wait_status; int32_t group; };
struct pop_op_mapfd { uint64_t addr, bytes; uint32_t prot, flags; uint64_t offset; uint32_t fd, reserved; };
struct pop_op_shmat { uint64_t addr; uint32_t id, read_only; };

#define POP_AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)

POP_AT(struct pop_record, resume, 8);
POP_AT(struct pop_record, site, 16);
POP_AT(struct pop_record, value_count, 20);
POP_AT(struct pop_record, values, 32);
POP_AT(struct pop_unit, request, 4);
POP_AT(struct pop_unit, release, 8);
POP_AT(struct pop_unit, events, 12);
POP_AT(struct pop_unit, generation, 16);
POP_AT(struct pop_unit, moved, 20);
POP_AT(struct pop_unit, countdown, 24);
POP_AT(struct pop_unit, points, 32);
POP_AT(struct pop_unit, process_max, 40);
POP_AT(struct pop_unit, magic, 48);
POP_AT(struct pop_unit, agent_pid, 56);
POP_AT(struct pop_unit, root, 60);
POP_AT(struct pop_unit, processes_used, 64);
POP_AT(struct pop_process, kernel_pid, 16);
POP_AT(struct pop_process, kernel_group, 24);
POP_AT(struct pop_process, kernel_session, 32);
POP_AT(struct pop_process, creator, 40);
POP_AT(struct pop_process, starts, 44);
POP_AT(struct pop_control, threads, 4);
POP_AT(struct pop_control, abi_version, 8);
POP_AT(struct pop_control, isa, 12);
POP_AT(struct pop_control, pid, 16);
POP_AT(struct pop_control, exiting, 20);
POP_AT(struct pop_control, state, 24);
POP_AT(struct pop_control, arena_table, 32);
POP_AT(struct pop_control, slots_used, 40);
POP_AT(struct pop_control, index, 44);
POP_AT(struct pop_control, generation, 48);
POP_AT(struct pop_control, running_since, 56);
POP_AT(struct pop_control, track, 64);
POP_AT(struct pop_control, track_descriptor, 68);
POP_AT(struct pop_slot, state, 4);
POP_AT(struct pop_slot, tp, 8);
POP_AT(struct pop_slot, pc, 16);
POP_AT(struct pop_slot, sp, 24);
POP_AT(struct pop_slot, nr, 32);
POP_AT(struct pop_slot, args, 40);
POP_AT(struct pop_slot, result, 88);
POP_AT(struct pop_slot, handler_depth, 96);
POP_AT(struct pop_slot, kicked, 100);
POP_AT(struct pop_slot, native_stack_low, 104);
POP_AT(struct pop_slot, native_stack_high, 112);
POP_AT(struct pop_slot, gpr, 128);
POP_AT(struct pop_slot, fpr, 384);
_Static_assert(sizeof(struct pop_slot) == POP_SLOT_BYTES, "slot size");
_Static_assert(POP_SLOTS_OFFSET + POP_SLOT_COUNT * POP_SLOT_BYTES <= POP_PROCESS_BYTES, "slots fit");
_Static_assert(sizeof(struct pop_process) == 128, "process size");
_Static_assert(POP_PROCESSES_OFFSET + POP_PROCESS_COUNT * sizeof(struct pop_process) <= POP_UNIT_BYTES, "processes fit");
_Static_assert(sizeof(struct pop_arena_entry) == 32 && sizeof(struct pop_arena_table) == 16, "arena table");
_Static_assert(sizeof(struct pop_op_map) == 24 && sizeof(struct pop_op_thread) == 24, "script payloads");
_Static_assert(POP_PRIVATE_BASE + POP_SLOT_COUNT * POP_NATIVE_STACK_STRIDE <= POP_RECORDS_BASE, "stacks fit");

#endif
