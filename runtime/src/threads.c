/* Threads, slots and fork. A thread's native stack lies at an address given by its slot, in memory that is never
 * captured, and stays mapped for the next thread in that slot; its data stack is the program's (musl's) own. */
#include "runtime.h"

#define CSIGNAL_ 0xfful
#define CLONE_VM_ 0x100ul
#define CLONE_VFORK_ 0x4000ul
#define CLONE_THREAD_ 0x10000ul
#define CLONE_SETTLS_ 0x80000ul
#define CLONE_PARENT_SETTID_ 0x100000ul
#define CLONE_CHILD_CLEARTID_ 0x200000ul
#define CLONE_CHILD_SETTID_ 0x1000000ul
#define CLONE_NAMESPACES_ 0x7e020000ul

#define NATIVE_STACK_BYTES 0x800000ul
#define STACK_KEPT_BYTES 0x10000ul
/* Beyond the kernel's largest pid (2^22), below musl's owner mask (2^30). */
#define FIRST_INVENTED_TID (1u << 22) /* unit.c: those of processes begin behind them */

static uint8_t slot_taken[POP_SLOT_COUNT];
static uint8_t stack_mapped[POP_SLOT_COUNT];
static uint8_t altstack_mapped[POP_SLOT_COUNT];
static volatile uint32_t thread_lock;

/* What a new thread finds at the top of its native stack. */
struct pop_thread_start {
	int (*function)(void *);
	void *argument;
	struct pop_slot *slot;
	struct pop_record *record; /* a restored thread's outermost record */
	int prepared; /* it will be told what it is */
	uint32_t *tid_word;
	volatile uint32_t *started; /* with tid_word: its creator waits for this to become 1 */
	uint64_t mask;
};

static uint64_t lock_threads(void)
{
	uint64_t mask = pop_signals_block();
	while (__atomic_exchange_n(&thread_lock, 1, __ATOMIC_SEQ_CST)) pop_futex_wait(&thread_lock, 1);
	return mask;
}

static void unlock_threads(uint64_t mask)
{
	pop_store(&thread_lock, 0);
	pop_futex_wake(&thread_lock, 1);
	pop_signals_unblock(mask);
}

/* The agent looks no further, and whoever has this part of the region next clears no more. */
static void note_slot_used(unsigned index)
{
	uint32_t used = pop_load(&POP_CONTROL->slots_used);
	while (used <= index && !__atomic_compare_exchange_n(&POP_CONTROL->slots_used, &used, index + 1, 0,
		__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) { }
}

/* A slot that no thread has, or the given one. Null: all are in use. */
struct pop_slot *pop_slot_take(int index)
{
	for (int i = index < 0 ? 0 : index; i < POP_SLOT_COUNT; i++) {
		uint8_t free = 0;
		if (__atomic_compare_exchange_n(&slot_taken[i], &free, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
			note_slot_used((unsigned)i);
			return &POP_SLOTS[i];
		}
		if (index >= 0) break;
	}
	return 0;
}

void pop_slot_give_back(struct pop_slot *slot) { pop_store(&slot_taken[pop_slot_index(slot)], 0); }

/* The calling thread ends; its slot is free then, unless another thread has become the slot's. */
_Noreturn void pop_slot_leave(struct pop_slot *slot, int frees)
{
	static uint8_t nobody;
	pop_exit_release(frees ? &slot_taken[pop_slot_index(slot)] : &nobody, 0);
}

void pop_slot_bind(struct pop_slot *slot, char *tp)
{
	slot->tp = (uint64_t)tp;
	*(struct pop_slot **)(tp + POP_TP_SLOT) = slot;
}

/* Top of the slot's native stack, mapped at first use with a guard page below. */
void *pop_native_stack(struct pop_slot *slot)
{
	unsigned i = pop_slot_index(slot);
	uint64_t low = POP_PRIVATE_BASE + i * POP_NATIVE_STACK_STRIDE + POP_PAGE;
	if (!stack_mapped[i]) {
		long at = pop_raw(NR_mmap, low, NATIVE_STACK_BYTES, PROT_READ_ | PROT_WRITE_,
			MAP_PRIVATE_ | MAP_ANONYMOUS_ | MAP_NORESERVE_ | MAP_FIXED_NOREPLACE_, -1, 0);
		if ((uint64_t)at != low) return 0;
		stack_mapped[i] = 1;
	}
	slot->native_stack_low = low;
	slot->native_stack_high = low + NATIVE_STACK_BYTES;
	return (void *)(low + NATIVE_STACK_BYTES);
}

/* Lowest address of the slot's native alternate signal stack, mapped at first use well above its native stack; 0 when
 * there is no memory. */
uint64_t pop_native_altstack(struct pop_slot *slot)
{
	unsigned i = pop_slot_index(slot);
	uint64_t low = POP_PRIVATE_BASE + (i + 1) * POP_NATIVE_STACK_STRIDE - POP_NATIVE_ALTSTACK_BYTES;
	if (!altstack_mapped[i]) {
		long at = pop_raw(NR_mmap, low, POP_NATIVE_ALTSTACK_BYTES, PROT_READ_ | PROT_WRITE_,
			MAP_PRIVATE_ | MAP_ANONYMOUS_ | MAP_NORESERVE_ | MAP_FIXED_NOREPLACE_, -1, 0);
		if ((uint64_t)at != low) return 0;
		altstack_mapped[i] = 1;
	}
	return low;
}

static int tid_in_use(uint32_t tid, unsigned except)
{
	for (unsigned i = 0; i < POP_SLOT_COUNT; i++)
		if (i != except && slot_taken[i] && pop_load(&POP_STATE->threads[i].tid) == tid) return 1;
	return 0;
}

/* The slot of the thread that the program knows by this number, -1 if none. Its creator may name a thread that has not
 * said its number yet. */
int pop_slot_of_tid(long tid)
{
	for (int silent = 1; (int)tid > 0 && silent; pop_raw(NR_sched_yield)) {
		silent = 0;
		for (int i = 0; i < POP_SLOT_COUNT; i++) {
			if (!slot_taken[i] || !pop_load(&POP_STATE->threads[i].tid)) silent |= slot_taken[i] && POP_SLOTS[i].state;
			else if (POP_STATE->threads[i].tid == (uint32_t)tid && POP_SLOTS[i].tid) return i;
		}
	}
	return -1;
}

/* The tid the program knows the calling thread by: the kernel's, unless another thread brought that number along. */
uint32_t pop_program_tid(struct pop_slot *slot)
{
	struct pop_thread_state *thread = pop_thread_state(slot);
	if (!thread->tid) {
		uint32_t tid = slot->tid;
		for (uint32_t next = FIRST_INVENTED_TID; tid_in_use(tid, pop_slot_index(slot)); next++) tid = next;
		pop_store(&thread->tid, tid);
	}
	return thread->tid;
}

static void release_slot(struct pop_slot *slot)
{
	pop_store(&slot->state, POP_THREAD_FREE);
	pop_store(&slot->tid, 0);
	pop_zero(pop_thread_state(slot), sizeof(struct pop_thread_state));
	/* Counts the thread out; whoever waits for all threads to park looks again. */
	pop_freeze_without(slot);
	pop_unit_event();
}

/* What the kernel would write into the program's memory when the thread is gone. Done before the thread stops counting,
 * or a capture could come in between and the destination would wait for ever for what happened only here. */
static void tell_ended(struct pop_thread_state *thread)
{
	uint32_t *clear = (uint32_t *)thread->clear_tid;
	if (thread->robust_length) pop_raw(NR_set_robust_list, 0, thread->robust_length);
	if (!clear) return;
	pop_raw(NR_set_tid_address, 0);
	pop_store(clear, 0);
	pop_futex_wake(clear, 1);
}

static _Noreturn void leave(struct pop_slot *slot, long status)
{
	unsigned i = pop_slot_index(slot);
	uint64_t low = slot->native_stack_low, high = slot->native_stack_high;
	int leads = (long)slot->tid == pop_raw(NR_getpid);
	if (stack_mapped[i] && high - low > STACK_KEPT_BYTES && !leads)
		pop_raw(NR_madvise, low, high - low - STACK_KEPT_BYTES, 4 /* MADV_DONTNEED */);
	tell_ended(pop_thread_state(slot));
	release_slot(slot);
	if (leads) {
		/* A process whose first thread is gone has no memory that others could read: it stays, without a slot,
		 * until the last thread ends. */
		for (uint32_t left; (left = pop_load(&POP_CONTROL->threads));) pop_futex_wait(&POP_CONTROL->threads, left);
		for (;;) pop_raw(NR_exit, status);
	}
	/* Stores 0 and exits without touching a stack, for the next owner may have it already. */
	pop_exit_release(&slot_taken[i], status);
}

_Noreturn void pop_thread_exit(long status)
{
	pop_signals_block();
	leave(pop_slot(), status);
}

/* musl: a detached thread frees the memory it stands on, thread pointer and data stack included. */
_Noreturn void __unmapself(void *base, size_t bytes)
{
	pop_signals_block();
	struct pop_slot *slot = pop_slot();
	pop_arena_unmap((uint64_t)base, bytes);
	leave(slot, 0);
}

int __set_thread_area(void *tp)
{
	char *old = pop_tp();
	if (tp != old) {
		struct pop_slot *slot = pop_slot();
		*pop_dsp(tp) = *pop_dsp(old);
		pop_slot_bind(slot, tp);
		pop_set_thread_pointer(tp);
	}
	return 0;
}

/* entry.S calls this on a new thread's own stack. */
void pop_thread_main(struct pop_thread_start *start)
{
	struct pop_slot *slot = start->slot;
	if (start->prepared) start->record = pop_prepared_wait(slot);
	slot->tid = (uint32_t)pop_raw(NR_gettid);
	pop_store(&slot->state, POP_THREAD_RUNNING);
	if (start->record) {
		pop_call_outermost((void *)start->record->resume, (long)start->record, 0, 0, 0, 0, 0);
	} else {
		uint32_t tid = pop_program_tid(slot);
		if (start->tid_word) {
			*start->tid_word = tid;
			/* Nothing of the slot's would do: a call that blocks may use it before the creator has looked. */
			volatile uint32_t *started = start->started;
			pop_store(started, 1);
			pop_futex_wake(started, 1);
		}
		pop_signals_unblock(start->mask);
		pop_call_outermost((void *)start->function, (long)start->argument, 0, 0, 0, 0, 0);
	}
}

/* entry.S: the outermost function of a thread has returned. */
_Noreturn void pop_bottom_return(long status) { pop_thread_exit(status); }

/* On the slot's native stack; null without memory for one. */
static struct pop_thread_start *put_start(struct pop_slot *slot, struct pop_thread_start start)
{
	char *stack = pop_native_stack(slot);
	if (!stack) return 0;
	struct pop_thread_start *top = (struct pop_thread_start *)((uint64_t)(stack - sizeof start) & -16ul);
	*top = start;
	return top;
}

static long spawn(struct pop_slot *slot, char *tp, struct pop_thread_start start, unsigned long flags,
	uint32_t *parent_tid, uint32_t *clear)
{
	struct pop_thread_start *top = put_start(slot, start);
	if (!top) return -ENOMEM_;
	pop_slot_bind(slot, tp);
	pop_store(&slot->kicked, 0);
	slot->handler_depth = 0;
	pop_store(&slot->state, POP_THREAD_RUNNING); /* without a number yet */
	return pop_clone_native((long)flags, top, parent_tid, clear, tp);
}

/* A new thread of the running program. musl reads its tid from *parent_tid, as soon as this returns; in a process that
 * has moved only the thread itself can say what the program shall call it. */
static long start_thread(int (*function)(void *), char *stack, unsigned long flags, void *argument, void **more)
{
	char *tp = more[1];
	if (!(flags & CLONE_THREAD_) || !(flags & CLONE_SETTLS_)) return -ENOSYS_;
	uint64_t mask = lock_threads();
	struct pop_slot *slot = pop_slot_take(-1);
	if (!slot) {
		unlock_threads(mask);
		return -EAGAIN_;
	}
	struct pop_thread_state *state = pop_thread_state(slot);
	pop_zero(state, sizeof *state);
	uint32_t *clear = flags & CLONE_CHILD_CLEARTID_ ? more[2] : 0;
	state->clear_tid = (uint64_t)clear;
	*pop_dsp(tp) = (uint64_t)stack & -16ul;
	struct pop_thread_start start = { .function = function, .argument = argument, .slot = slot, .mask = mask };
	uint32_t *parent_tid = flags & CLONE_PARENT_SETTID_ ? more[0] : 0;
	volatile uint32_t started = 0;
	flags &= ~CLONE_CHILD_SETTID_;
	if (pop_unit_fd >= 0 && pop_load(&POP_UNIT->moved)) {
		start.tid_word = parent_tid;
		start.started = &started;
		flags &= ~CLONE_PARENT_SETTID_;
	}
	pop_add(&POP_CONTROL->threads, 1);
	long result = spawn(slot, tp, start, flags, parent_tid, clear);
	if (pop_failed(result)) {
		release_slot(slot);
		pop_slot_give_back(slot);
	} else if (start.tid_word) {
		while (!pop_load(&started)) pop_futex_wait(&started, 0);
		result = *start.tid_word;
	}
	unlock_threads(mask);
	return result;
}

#define PLAIN_THREAD 0x50f00ul /* VM FS FILES SIGHAND THREAD SYSVSEM */

/* prepared.c: has no thread pointer yet, and all signals blocked. */
long pop_prepared_thread(struct pop_slot *slot)
{
	struct pop_thread_start start = { .slot = slot, .prepared = 1 };
	struct pop_thread_start *top = put_start(slot, start);
	return top ? pop_clone_native(PLAIN_THREAD, top, 0, 0, 0) : -ENOMEM_;
}

/* A thread of a restored process: its records rebuild its native stack, then it waits at the gate. */
long pop_restored_thread(struct pop_slot *slot, char *tp, struct pop_record *record)
{
	struct pop_thread_start start = { .slot = slot, .record = record };
	uint64_t clear = pop_thread_state(slot)->clear_tid;
	unsigned long flags = PLAIN_THREAD | CLONE_SETTLS_;
	if (clear) flags |= CLONE_CHILD_CLEARTID_;
	return spawn(slot, tp, start, flags, 0, (uint32_t *)clear);
}

/* The child is a process of its own. Without a place in the unit's table (place < 0) no agent knows it. */
static void detach_child(struct pop_slot *slot, int place, uint32_t handler_depth, uint64_t stack_low,
	uint64_t stack_high)
{
	unsigned index = pop_slot_index(slot);
	uint32_t pid = (uint32_t)pop_raw(NR_getpid), kernel_pid = pid;
	if (place >= 0) pid = pop_unit_child(place);
	else pop_unit_leave();
	for (unsigned i = 0; i < POP_SLOT_COUNT; i++) {
		if (slot_taken[i] && i != index) pop_zero(&POP_STATE->threads[i], sizeof(struct pop_thread_state));
		slot_taken[i] = i == index;
	}
	POP_STATE->pid = pid;
	POP_STATE->interval_timers_used = 0;
	pop_freeze_forget();
	note_slot_used(index);
	slot->tid = kernel_pid;
	slot->state = POP_THREAD_RUNNING;
	slot->tp = (uint64_t)pop_tp();
	slot->handler_depth = handler_depth;
	slot->native_stack_low = stack_low;
	slot->native_stack_high = stack_high;
	pop_thread_state(slot)->tid = pid;
	POP_CONTROL->threads = 1;
	POP_CONTROL->pid = pid;
	pop_control_fill(POP_STATE_RUNNING);
	if (place >= 0) pop_unit_enter(0);
}

long pop_fork(long flags)
{
	struct pop_slot *slot = pop_slot();
	uint64_t mask = lock_threads();
	uint64_t inner = pop_arena_lock();
	/* The child must not look at its parent's part of the control region: it reads its own before. */
	uint32_t depth = slot->handler_depth;
	uint64_t low = slot->native_stack_low, high = slot->native_stack_high;
	int place = pop_unit_reserve();
	long result = pop_raw(NR_clone, flags & (long)(CSIGNAL_ | CLONE_NAMESPACES_));
	if (!result) detach_child(slot, place, depth, low, high);
	else if (result > 0) result = pop_unit_parent(place, result);
	else pop_unit_cancel(place);
	pop_arena_unlock(inner);
	unlock_threads(mask);
	return result;
}

/* Variadic in C: ptid, tls, ctid arrive in 8-byte words behind the last pointer. */
int __clone(int (*function)(void *), void *stack, int flags, void *argument, void **more)
{
	if (!(flags & (int)CLONE_VM_) || flags & (int)CLONE_VFORK_) {
		long result = pop_fork(flags);
		if (result) return (int)result;
		pop_raw(NR_exit_group, function(argument));
	}
	return (int)start_thread(function, stack, (unsigned long)(unsigned)flags, argument, more);
}
