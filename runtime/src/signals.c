/* Signals. The program's dispositions live in the migrating state; the kernel sees one native entry function for all
 * of them, which gives the handler a place on the data stack 512 bytes below what the interrupted code may still use
 * beneath its data-stack pointer. SIGSTKFLT belongs to the agent and stays out of the program's sight. */
#include "runtime.h"
#include "offsets.h"

enum { SIG_DFL_ = 0, SIG_IGN_ = 1, SIGSEGV_ = 11, SIGCANCEL_ = 33, SIG_BLOCK_ = 0, SIG_SETMASK_ = 2 };
enum { SS_ONSTACK_ = 1, SS_DISABLE_ = 2, SS_AUTODISARM_ = (int)0x80000000, MINSIGSTKSZ_ = 2048 };
#define SA_SIGINFO_ 4ul
#define SA_ONSTACK_ 0x08000000ul
#define SA_RESTORER_ 0x04000000ul
#define SA_RESTART_ 0x10000000ul
#define SA_RESETHAND_ 0x80000000ul
#define KICK_BIT (1ul << (POP_KICK_SIGNAL - 1))

struct kernel_action {
	uint64_t handler, flags;
#if defined __riscv
	/* The kernel has no restorer here, but qemu-user 7.2 believes it has: the mask stands where either looks. */
	uint64_t mask, emulated_mask;
#else
	uint64_t restorer, mask;
#endif
};

/* The program's struct, as musl declares it for every machine. */
struct program_action { uint64_t handler, flags, restorer, mask; };

/* siginfo_t of a fault. */
struct fault_info { int32_t signal, error, code, pad; uint64_t address; };

uint64_t pop_signals_block(void)
{
	uint64_t all = ~0ul, old = 0;
	pop_raw(NR_rt_sigprocmask, SIG_BLOCK_, &all, &old, 8);
	return old;
}

void pop_signals_unblock(uint64_t mask)
{
	pop_raw(NR_rt_sigprocmask, SIG_SETMASK_, &mask, 0, 8);
}

static uint64_t *context_pc(void *context)
{
#if defined __x86_64__
	return (uint64_t *)((char *)context + 168); /* uc_mcontext.gregs[REG_RIP] */
#elif defined __aarch64__
	return (uint64_t *)((char *)context + 440); /* uc_mcontext.pc */
#else
	return (uint64_t *)((char *)context + 176); /* uc_mcontext.__gregs[0] */
#endif
}

static uint64_t context_sp(void *context)
{
#if defined __x86_64__
	return *(uint64_t *)((char *)context + 160); /* uc_mcontext.gregs[REG_RSP] */
#elif defined __aarch64__
	return *(uint64_t *)((char *)context + 432); /* uc_mcontext.sp */
#else
	return *(uint64_t *)((char *)context + 192); /* uc_mcontext.__gregs[REG_SP] */
#endif
}

/* A signal that comes between the last look at the request and the kernel's entry must not be lost. */
static void abort_pending_call(void *context)
{
	uint64_t *pc = context_pc(context);
	if (*pc >= (uint64_t)pop_interruptible_begin && *pc < (uint64_t)pop_interruptible_end)
		*pc = (uint64_t)pop_interruptible_abort;
}

static void kick_entry(int signal, void *info, void *context)
{
	(void)signal, (void)info;
	if (pop_load(&POP_CONTROL->track) == POP_TRACK_WANTED) pop_track_offer();
	pop_slot()->kicked = 1;
	abort_pending_call(context);
}

/* A signal sent to the whole process group reaches the program and, through the supervisor, once more. The sender did
 * not mean two. Both are sent at once, and the supervisor, which may be late, says when it last looked and had none: what it
 * passes on is dropped when the same sender's has come to us since, or just before: the sender may be held up between the
 * two. So that this is not long ago, it is made to look, as for the end of a child, whenever we get one from outside. */
static int came_already(int signal, struct pop_siginfo *info)
{
	enum { STANDARD = 32, SI_USER_ = 0, SI_QUEUE_ = -1, SIGCHLD_ = 17, HELD_UP_US = 2000 };
	static struct { int32_t sender; int64_t at_us; } own[STANDARD];
	if (signal >= STANDARD) return 0;
	if (info->code == SI_USER_) {
		own[signal].at_us = pop_clock_kernel_now(CLOCK_MONOTONIC_) / 1000;
		own[signal].sender = info->pid;
		if (pop_unit_fd >= 0 && !pop_unit_find((uint32_t)info->pid)) pop_raw(NR_kill, POP_UNIT->agent_pid, SIGCHLD_);
	}
	if (info->code != SI_QUEUE_ || info->value >> POP_FORWARDED_SHIFT != POP_FORWARDED) return 0;
	int64_t since_us = (int64_t)(info->value & ((1ull << POP_FORWARDED_SHIFT) - 1));
	info->code = SI_USER_;
	info->value = 0;
	if (own[signal].sender != info->pid || own[signal].at_us + HELD_UP_US < since_us) return 0;
	own[signal].sender = 0;
	return 1;
}

static int is_on(const struct pop_altstack *stack, uint64_t dsp)
{
	return !(stack->flags & SS_AUTODISARM_) && dsp - stack->sp - 1 < stack->size;
}

/* Where the handler's data stack begins: on the program's alternate stack when the handler is to run there and does not
 * yet, below the interrupted code's otherwise. */
static uint64_t handler_dsp(uint64_t interrupted, const struct pop_action *action, struct pop_altstack *stack)
{
	if (!(action->flags & SA_ONSTACK_) || !stack->size || is_on(stack, interrupted))
		return (interrupted - POP_RED_ZONE) & -16ul;
	uint64_t top = (stack->sp + stack->size) & -16ul;
	if (stack->flags & SS_AUTODISARM_) *stack = (struct pop_altstack){ .flags = SS_DISABLE_ };
	return top;
}

/* A program knows the overflow of its stack by an address just outside it. Its stack is the data stack, but the native one,
 * of which it knows nothing, may be full first; and the first thread's guard is a mapping, which some take for a neighbour
 * that was hit. So both are told as the lowest address of the data stack. */
static void tell_overflow(struct fault_info *info, uint64_t native_sp, uint64_t dsp)
{
	enum { REACH = 0x10000 }; /* what one native frame may span */
	int native = info->address - native_sp + REACH < 2 * REACH;
	uint64_t low = pop_arena_stack_low(native ? dsp - 1 : info->address);
	if (low && (native || low > info->address)) info->address = low;
}

static void program_entry(int signal, void *info, void *context)
{
	struct pop_slot *slot = pop_slot();
	struct pop_action action = POP_STATE->actions[signal];
	if (action.handler <= SIG_IGN_ || came_already(signal, info)) return;
	if (action.flags & SA_RESETHAND_) POP_STATE->actions[signal].handler = SIG_DFL_;
	slot->handlers_run++;
	if (!(action.flags & SA_RESTART_)) slot->interrupting_run++;
	/* musl's pthread_cancel counts on a cancelled call never starting to wait. */
	if (signal == SIGCANCEL_) {
		slot->kicked = 1;
		abort_pending_call(context);
	}
	pop_ids_siginfo(info);
	uint64_t *dsp = pop_dsp(pop_tp()), interrupted = *dsp;
	if (signal == SIGSEGV_ && ((struct fault_info *)info)->code > 0)
		tell_overflow(info, context_sp(context), interrupted);
	/* The interrupted code may be calling a variadic function. */
	uint64_t *note = (uint64_t *)(pop_tp() + POP_TP_VARIADIC), noted[2] = { note[0], note[1] };
	uint32_t depth = slot->handler_depth;
	slot->handler_depth = depth + 1;
	struct pop_altstack *stack = &pop_thread_state(slot)->altstack, armed = *stack;
	*dsp = handler_dsp(interrupted, &action, stack);
	((void (*)(int, void *, void *))action.handler)(signal, info, context);
	if (armed.flags & SS_AUTODISARM_) *stack = armed;
	*dsp = interrupted;
	note[0] = noted[0];
	note[1] = noted[1];
	slot->handler_depth = depth;
}

static void add_restorer(struct kernel_action *native)
{
#if defined __x86_64__
	native->flags |= SA_RESTORER_;
	native->restorer = (uint64_t)pop_restorer;
#elif defined __riscv
	native->emulated_mask = native->mask;
#else
	(void)native;
#endif
}

static long set_native(int signal, const struct pop_action *action)
{
	struct kernel_action native = { .handler = action->handler, .flags = action->flags, .mask = action->mask };
	if (action->handler > SIG_IGN_) {
		native.handler = (uint64_t)program_entry;
		native.flags |= SA_SIGINFO_;
	}
	native.flags &= ~SA_RESTORER_;
	native.mask &= ~KICK_BIT;
	add_restorer(&native);
	return pop_raw(NR_rt_sigaction, signal, &native, 0, 8);
}

void pop_signals_default(int signal)
{
	struct kernel_action native = { 0 };
	add_restorer(&native);
	pop_raw(NR_rt_sigaction, signal, &native, 0, 8);
}

void pop_signals_install_kick(void)
{
	struct kernel_action native = { .handler = (uint64_t)kick_entry, .flags = SA_SIGINFO_ };
	add_restorer(&native);
	if (pop_raw(NR_rt_sigaction, POP_KICK_SIGNAL, &native, 0, 8)) pop_die("cannot reserve SIGSTKFLT");
	uint64_t kick = KICK_BIT;
	pop_raw(NR_rt_sigprocmask, 1, &kick, 0, 8);
}

/* What this process was started with: SIG_IGN survives exec. */
void pop_signals_inherit(void)
{
	for (int signal = 1; signal <= 64; signal++) {
		struct kernel_action native = { 0 };
		if (!pop_raw(NR_rt_sigaction, signal, 0, &native, 8) && native.handler == SIG_IGN_)
			POP_STATE->actions[signal].handler = SIG_IGN_;
	}
}

void pop_signals_reinstall(void)
{
	for (int signal = 1; signal <= 64; signal++)
		if (signal != POP_KICK_SIGNAL && signal != 9 && signal != 19)
			set_native(signal, &POP_STATE->actions[signal]);
}

long pop_sigaction(long signal, const void *action, void *old, long mask_bytes)
{
	if (signal < 1 || signal > 64 || mask_bytes != 8) return -EINVAL_;
	const struct program_action *wanted = action;
	struct program_action *was = old;
	struct pop_action *current = &POP_STATE->actions[signal], before = *current;
	if (wanted) {
		struct pop_action next = { wanted->handler, wanted->flags & ~SA_RESTORER_, wanted->mask };
		uint64_t mask = pop_signals_block(); /* the table and the kernel change as one */
		long result = signal == POP_KICK_SIGNAL ? 0 : set_native((int)signal, &next);
		if (!result) *current = next;
		pop_signals_unblock(mask);
		if (result) return result;
	}
	if (was) *was = (struct program_action){ before.handler, before.flags, 0, before.mask };
	return 0;
}

/* The kernel gets a stack of the slot's own, for its signal frame and the handler's native frames: these are this
 * machine's, and may not be in the program's memory. */
long pop_altstack_install(struct pop_slot *slot)
{
	struct pop_altstack *wanted = &pop_thread_state(slot)->altstack, native = { .flags = SS_DISABLE_ };
	if (wanted->size) {
		native = (struct pop_altstack){ .sp = pop_native_altstack(slot), .size = POP_NATIVE_ALTSTACK_BYTES };
		if (!native.sp) return -ENOMEM_;
	}
	return pop_raw(NR_sigaltstack, &native, 0);
}

/* The alternate stack that the program names is its handlers' data stack. */
long pop_sigaltstack(const struct pop_altstack *stack, struct pop_altstack *old)
{
	struct pop_slot *slot = pop_slot();
	struct pop_altstack *current = &pop_thread_state(slot)->altstack, before = *current;
	int on = is_on(&before, *pop_dsp(pop_tp()));
	if (stack) {
		struct pop_altstack next = { stack->sp, stack->flags & SS_AUTODISARM_, 0, stack->size };
		int mode = stack->flags & ~SS_AUTODISARM_;
		if (on) return -EPERM_;
		if (mode != 0 && mode != SS_ONSTACK_ && mode != SS_DISABLE_) return -EINVAL_;
		if (mode == SS_DISABLE_) next.sp = next.size = 0;
		else if (next.size < MINSIGSTKSZ_) return -ENOMEM_;
		*current = next;
		long result = pop_altstack_install(slot);
		if (result) {
			*current = before;
			return result;
		}
	}
	if (old) {
		*old = before;
		old->flags |= !before.size ? SS_DISABLE_ : on ? SS_ONSTACK_ : 0;
	}
	return 0;
}

/* ---- the C half of sigsetjmp and siglongjmp; the rest is in entry.S ---- */

_Static_assert(POP_ARENA_BASE + POP_TABLE_BYTES + offsetof(struct pop_state, epoch) == EPOCH_ADDRESS, "epoch");
_Static_assert(offsetof(struct pop_slot, handler_depth) == SLOT_DEPTH, "handler depth");
_Static_assert(POP_JMP_EPOCH == JMP_EPOCH && POP_JMP_RECORD == JMP_RECORD && POP_JMP_SITE == JMP_SITE, "jmp_buf");
_Static_assert(POP_JMP_NATIVE == JMP_NATIVE && POP_RECORD_NATIVE == RECORD_NATIVE, "registers");
_Static_assert(POP_RECORD_EPOCH == RECORD_EPOCH && POP_RECORD_SITE == RECORD_SITE, "record");

void pop_sigsetjmp_mask(char *buffer, int save)
{
	*(uint64_t *)(buffer + POP_JMP_MASK_SAVED) = save != 0;
	if (save) pop_raw(NR_rt_sigprocmask, SIG_BLOCK_, 0, buffer + POP_JMP_MASK, 8);
}

void pop_siglongjmp_mask(char *buffer)
{
	if (*(uint64_t *)(buffer + POP_JMP_MASK_SAVED)) pop_signals_unblock(*(uint64_t *)(buffer + POP_JMP_MASK));
}
