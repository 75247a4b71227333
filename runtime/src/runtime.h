/* What the runtime's files share. All of it is native code, compiled once per ISA; nothing here is visible to IR
 * except the functions that contracts.md section 4 lists. */
#ifndef POP_RUNTIME_H
#define POP_RUNTIME_H

#include "popcorn_abi.h"
#include "sys.h"

#define POP_UNIT ((struct pop_unit *)POP_CONTROL_BASE)
#define POP_PROCESSES ((struct pop_process *)(POP_CONTROL_BASE + POP_PROCESSES_OFFSET))
#define POP_CONTROL ((struct pop_control *)POP_PROCESS_BASE)
#define POP_SLOTS ((struct pop_slot *)(POP_PROCESS_BASE + POP_SLOTS_OFFSET))

/* Bounds the linker script gives. */
extern char __pop_data_start[], __pop_data_end[], __pop_tls_start[], __pop_tls_end[];

/* ---- State that migrates: lives in the arena right behind the table, so it is captured with it. ---- */

#define POP_TABLE ((struct pop_arena_table *)POP_ARENA_BASE)
#define POP_TABLE_BYTES 0x200000ul
#define POP_TABLE_ENTRIES ((POP_TABLE_BYTES - sizeof(struct pop_arena_table)) / sizeof(struct pop_arena_entry))
#define POP_STATE ((struct pop_state *)(POP_ARENA_BASE + POP_TABLE_BYTES))
#define POP_STATE_BYTES ((sizeof(struct pop_state) + POP_PAGE - 1) & -POP_PAGE)

struct pop_action { uint64_t handler, flags, mask; };

/* The part of siginfo that signals sent by a process have; a timer's overrun is in place of the user. */
struct pop_siginfo { int32_t signal, error, code, pad, pid, uid; uint64_t value; };

/* Size 0: none. */
struct pop_altstack { uint64_t sp; int32_t flags, pad; uint64_t size; };

/* Of one thread; index = slot. */
struct pop_thread_state {
	uint64_t mask;           /* signal mask, valid while parked */
	struct pop_altstack altstack;
	uint64_t clear_tid;      /* set_tid_address */
	uint64_t robust_list, robust_length;
	struct pop_timespec restart; /* remaining time of a call that will be made again */
	uint32_t tid;            /* as the program sees it; 0 = none yet */
	uint32_t fp_environment; /* rounding mode and flags, in RISC-V's encoding */
	uint64_t transferred;    /* by the call it is parked in */
	int64_t cpu_ns;          /* processor time used, while parked */
	int64_t cpu_shift;       /* the program's minus the kernel's */
};

/* A POSIX timer; index = the number the program knows it by. */
struct pop_timer {
	uint8_t used, directed, realtime_deadline, reserved;
	int32_t clock, notify, signal;
	uint32_t owner;      /* slot of the thread whose time it counts or that it signals */
	uint32_t overrun;    /* not yet told */
	uint64_t value;
	int64_t noted, left, interval; /* nanoseconds, while frozen; left 0 = not running */
};
#define POP_TIMERS 256

enum { POP_CLOCK_MONOTONIC, POP_CLOCK_RAW, POP_CLOCK_BOOT, POP_CLOCK_KINDS };

/* A signal that waits: for the process (slot -1) or for one thread. */
struct pop_pending { int32_t slot, reserved; uint8_t info[128]; };

struct pop_state {
	uint64_t version;
	uint32_t pid;       /* as the program sees it */
	uint32_t reserved0;
	uint32_t arena_lock;
	uint32_t interval_timers_used;
	uint32_t reserved1;
	uint32_t epoch;     /* moves so far: which jmp_bufs hold registers of this machine */
	uint64_t arena_hint;
	struct { int64_t interval[2], left[2]; } interval_timers[3]; /* struct itimerval, while frozen */
	/* What every clock of the program said when it was frozen, and what it says beyond the kernel's. */
	uint64_t machine;   /* which running kernel that was */
	int64_t realtime;
	int64_t clocks[POP_CLOCK_KINDS], shifts[POP_CLOCK_KINDS];
	int64_t cpu_ns, cpu_shift;         /* of the process */
	int64_t usage_us[2], usage_shift[2]; /* user and system time as getrusage tells them */
	uint64_t pending, pending_room;    /* struct pop_pending[], in the arena */
	uint32_t pending_count;
	uint32_t clocks_differ;            /* some shift above is not zero */
	uint32_t reserved;
	uint32_t timers_used;              /* all used timers are below this */
	struct pop_timer timers[POP_TIMERS];
	struct pop_action actions[65];          /* by signal number */
	char executable[1024];                  /* the program's own file, without an ISA's name */
	struct pop_thread_state threads[POP_SLOT_COUNT];
};

/* ---- Registers of the function that called __pop_park or __pop_syscall, in the order entry.S pushes them. ---- */

#if defined __x86_64__
#define POP_ISA POP_ISA_X86_64
#define POP_FRAME_GPRS 6
#define POP_FRAME_FPRS 0
#elif defined __aarch64__
#define POP_ISA POP_ISA_AARCH64
#define POP_FRAME_GPRS 12
#define POP_FRAME_FPRS 8
#elif defined __riscv
#define POP_ISA POP_ISA_RISCV64
#define POP_FRAME_GPRS 12
#define POP_FRAME_FPRS 12
#endif

struct pop_frame {
	uint64_t pc, sp;
	uint64_t gpr[POP_FRAME_GPRS];
	uint64_t fpr[POP_FRAME_FPRS];
};

/* ---- One system call on its way to the kernel. ---- */

struct pop_call {
	long nr;        /* asm-generic number and arguments, as the program gave them */
	long args[6];
	long native[7]; /* what the kernel gets: number, then arguments */
	uint64_t masks[2];
	uint64_t scratch[24];
	uint64_t done;  /* transferred before it was interrupted */
	uint64_t piece; /* bytes the native call asks for, when that is less than the rest */
};

/* ---- Thread pointer. ---- */

static inline char *pop_tp(void) { return __builtin_thread_pointer(); }
static inline struct pop_slot *pop_slot(void) { return *(struct pop_slot **)(pop_tp() + POP_TP_SLOT); }
static inline uint64_t *pop_dsp(char *tp) { return (uint64_t *)(tp + POP_TP_DSP); }
static inline unsigned pop_slot_index(struct pop_slot *slot) { return (unsigned)(slot - POP_SLOTS); }
static inline struct pop_thread_state *pop_thread_state(struct pop_slot *slot)
{
	return &POP_STATE->threads[pop_slot_index(slot)];
}

#define pop_load(p) __atomic_load_n(p, __ATOMIC_SEQ_CST)
#define pop_store(p, v) __atomic_store_n(p, v, __ATOMIC_SEQ_CST)
#define pop_add(p, v) __atomic_add_fetch(p, v, __ATOMIC_SEQ_CST)

static inline void pop_copy(void *to, const void *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
}

static inline void pop_zero(void *to, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) ((volatile char *)to)[i] = 0;
}

static inline int pop_failed(long result) { return (unsigned long)result > -4096ul; }

/* entry.S */
void pop_set_thread_pointer(char *tp);
long pop_raw_interruptible(long native[7], volatile uint32_t *kicked);
extern char pop_interruptible_begin[], pop_interruptible_end[], pop_interruptible_abort[];
long pop_clone_native(long flags, void *stack, uint32_t *parent_tid, uint32_t *child_tid, void *tls);
long pop_call_outermost(void *function, long a, long b, long c, long d, long e, long f);
_Noreturn void pop_exit_release(uint8_t *taken, long status);
void pop_restorer(void);
_Noreturn void pop_bottom_return(long status);
int pop_fenv_get(void);
void pop_fenv_set(int riscv_fcsr);

/* start.c */
_Noreturn void pop_die(const char *message);
void pop_control_open(int fd, uint32_t index, int restoring);
void pop_control_fill(int state);

/* supervise.c */
void pop_supervise(long argc, char **argv, char **envp);

/* arena.c */
void pop_arena_create(void);
void pop_arena_adopt(void);
long pop_arena_map(uint64_t address, uint64_t bytes, int prot, int flags, int fd, uint64_t offset, int entry_flags);
long pop_arena_unmap(uint64_t address, uint64_t bytes);
long pop_arena_protect(uint64_t address, uint64_t bytes, int prot);
long pop_arena_remap(uint64_t old, uint64_t old_bytes, uint64_t bytes, int flags, uint64_t target);
uint64_t pop_arena_lock(void);
void pop_arena_unlock(uint64_t mask);
uint64_t pop_arena_stack_low(uint64_t address);

/* park.c */
void pop_park_syscall(struct pop_frame *frame, const struct pop_call *call);
void pop_arrive(void);
void pop_thread_go(struct pop_slot *slot);
extern uint32_t pop_gate;

/* syscall.c */
long pop_leaf(struct pop_call *call);
long pop_kernel_call(struct pop_call *call);
void pop_call_prepare(struct pop_call *call);
long pop_call_finish(struct pop_call *call, long result);

/* transfer.c */
void pop_transfer_advance(struct pop_call *call);
int pop_transfer_goes_on(struct pop_call *call, long result, int undisturbed);
long pop_transfer_result(const struct pop_call *call, long result);

/* pi.c */
int pop_pi_is_ours(const struct pop_call *call);
long pop_pi_try(struct pop_call *call);
void pop_pi_wait(struct pop_call *call);

/* freeze.c */
void pop_freeze_arrive(struct pop_slot *slot);
void pop_freeze_leave(struct pop_slot *slot);
void pop_freeze_without(struct pop_slot *slot);
long pop_freeze_signal(struct pop_call *call, int slot, int signal, const void *info);
void pop_freeze_forget(void);
void pop_freeze_end(void);
void pop_freeze_end_thread(struct pop_slot *slot);

/* pending.c */
void pop_pending_take(struct pop_slot *slot);
void pop_pending_give(int slot);
void pop_pending_add(int slot, int signal, const void *given);
int pop_pending_overrun(int signal, uint64_t value, uint32_t *overrun);

/* clocks.c */
int64_t pop_clock_kernel_now(long clock);
int64_t pop_clock_now(long clock);
long pop_clock_gettime(struct pop_call *call);
long pop_clock_usage(const struct pop_call *call, long result);
long pop_clock_native(long clock);
int64_t pop_clock_shift(long clock);
void pop_clocks_translate(struct pop_call *call);
void pop_clocks_freeze(void);
void pop_clocks_resume(void);
void pop_clocks_forget(void);
void pop_clocks_freeze_thread(struct pop_slot *slot);
void pop_clocks_resume_thread(struct pop_slot *slot);

/* timers.c */
long pop_timer_call(struct pop_call *call);
void pop_timers_note(int slot);
void pop_timers_stop(void);
void pop_timers_settle(void);
void pop_timers_thaw(int64_t elapsed_ns);
void pop_timers_create_again(void);
void pop_timers_forget(void);
int pop_timer_directed(int signal, uint64_t value);

/* timeout.c */
struct pop_timeout { int kind, argument; int64_t deadline_ns; };
void pop_timeout_begin(struct pop_timeout *timeout, struct pop_call *call);
void pop_timeout_restart(struct pop_timeout *timeout, struct pop_call *call);
void pop_timeout_hide_remaining(struct pop_call *call);
void pop_timeout_tell_remaining(const struct pop_timeout *timeout, const struct pop_call *call);

/* translate_ISA.c: between the asm-generic ABI and this kernel's. */
void pop_translate_before(struct pop_call *call);
long pop_translate_after(struct pop_call *call, long result);
long pop_open_flags_to_native(long flags);

/* signals.c */
void pop_signals_inherit(void);
void pop_signals_install_kick(void);
void pop_signals_default(int signal);
void pop_signals_reinstall(void);
long pop_sigaction(long signal, const void *action, void *old, long mask_bytes);
long pop_altstack_install(struct pop_slot *slot);
long pop_sigaltstack(const struct pop_altstack *stack, struct pop_altstack *old);
uint64_t pop_signals_block(void);
void pop_signals_unblock(uint64_t mask);

/* threads.c */
struct pop_slot *pop_slot_take(int index);
void pop_slot_give_back(struct pop_slot *slot);
_Noreturn void pop_slot_leave(struct pop_slot *slot, int frees);
void pop_slot_bind(struct pop_slot *slot, char *tp);
#define POP_NATIVE_ALTSTACK_BYTES 0x100000ul
void *pop_native_stack(struct pop_slot *slot);
uint64_t pop_native_altstack(struct pop_slot *slot);
long pop_fork(long flags);
int pop_slot_of_tid(long tid);
uint32_t pop_program_tid(struct pop_slot *slot);
_Noreturn void pop_thread_exit(long status);
long pop_prepared_thread(struct pop_slot *slot);
long pop_restored_thread(struct pop_slot *slot, char *tp, struct pop_record *record);

/* track.c */
void pop_track_offer(void);

/* prepared.c */
long pop_prepare_threads(const uint32_t *slots, uint64_t count);
int pop_prepared_is(uint32_t slot);
int pop_prepared_use(const struct pop_op_thread *thread);
void pop_prepared_tell(uint32_t first);
void pop_prepared_forget(void);
struct pop_record *pop_prepared_wait(struct pop_slot *slot);

/* ids.c */
void pop_ids_translate(struct pop_call *call);
long pop_ids_answer(struct pop_call *call, long result);
void pop_ids_siginfo(void *info);
void pop_ids_siginfo_to_kernel(void *info);
long pop_ids_group_to_program(long group);
long pop_ids_session_to_program(long session);

/* unit.c */
extern int pop_unit_fd;         /* of the region; -1: no agent */
extern uint32_t pop_generation; /* the one this process belongs to */
int pop_unit_attach(int fd, uint32_t index, int restoring);
void pop_unit_enter(int restoring);
void pop_unit_go(void);
void pop_unit_event(void);
int pop_unit_reserve(void);
void pop_unit_cancel(int index);
long pop_unit_parent(int index, long kernel_pid);
uint32_t pop_unit_child(int index);
void pop_unit_exec(uint32_t state);
uint32_t pop_unit_index(void);
void pop_unit_waited(long kernel_pid);
struct pop_process *pop_unit_find(uint32_t kernel_pid);
void pop_unit_regroup(uint32_t kernel_pid);
void pop_unit_note_groups(void);
int pop_unit_owns(long fd);
long pop_unit_give_way(long fd);
int pop_unit_abandoned(void);
int pop_unit_current(void);
void pop_unit_leave(void);
void pop_unit_note_zombie(uint32_t index, uint32_t kernel_pid, int group_known);

/* family.c: restore mode's part in rebuilding a tree of processes. */
long pop_family_spawn(const struct pop_op_spawn *op, int script);
long pop_family_zombie(const struct pop_op_zombie *op);
long pop_family_detach(void);

/* exec.c */
long pop_exec(struct pop_call *call);
void pop_exec_note_self(void);
char *pop_write_variable(char *to, const char *name, uint32_t value);

/* vdso.c */
void pop_vdso_find(const void *ehdr);
extern long (*pop_vdso_clock_gettime)(long clock, struct pop_timespec *time);

/* restore.c */
_Noreturn void pop_restore(int socket);

#endif
