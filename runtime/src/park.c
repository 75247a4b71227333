/* Parking: a thread stores what the agent needs to unwind it and sleeps until the agent lets go. On the destination
 * the same thread arrives at the gate instead and goes on from there. */
#include "runtime.h"

/* Parked threads of a restored process wait here until GO. */
uint32_t pop_gate;

#if defined __x86_64__
static const uint8_t gpr_numbers[] = { 3, 6, 12, 13, 14, 15 };
static const uint8_t fpr_numbers[] = { 0 };
#elif defined __aarch64__
static const uint8_t gpr_numbers[] = { 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30 };
static const uint8_t fpr_numbers[] = { 8, 9, 10, 11, 12, 13, 14, 15 };
#else
static const uint8_t gpr_numbers[] = { 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27 };
static const uint8_t fpr_numbers[] = { 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27 };
#endif

static void store_registers(struct pop_slot *slot, const struct pop_frame *frame)
{
	slot->pc = frame->pc;
	slot->sp = frame->sp;
	slot->tp = (uint64_t)pop_tp();
	for (int i = 0; i < POP_FRAME_GPRS; i++) slot->gpr[gpr_numbers[i]] = frame->gpr[i];
	for (int i = 0; i < POP_FRAME_FPRS; i++) slot->fpr[fpr_numbers[i]] = frame->fpr[i];
}

static int park_wanted(void) { return pop_load(&POP_UNIT->request) & 1; }

/* Until the agent lets go. An agent that dies with the move undecided has let go as well. A process that has moved
 * stays here until it is killed, or ends when nobody is left to do so. */
static void wait_for_release(uint32_t seen)
{
	static const struct pop_timespec glance = { 1, 0 };
	while (pop_load(&POP_UNIT->release) == seen || !pop_unit_current()) {
		long result = pop_raw(NR_futex, &POP_UNIT->release, FUTEX_WAIT_, pop_load(&POP_UNIT->release), &glance);
		if (result == -ETIMEDOUT_ && pop_unit_abandoned()) {
			if (!pop_unit_current()) for (;;) pop_raw(NR_exit_group, 0);
			pop_store(&POP_UNIT->countdown, 0);
			pop_store(&POP_UNIT->flag, 0);
			pop_store(&POP_UNIT->request, 0);
		}
		if (pop_unit_current() && !park_wanted()) return;
	}
}

/* Sleeps while the request stands; `release` is read before the request, so a release between the two is seen. */
static void sleep_parked(struct pop_slot *slot, uint32_t state)
{
	uint32_t seen = pop_load(&POP_UNIT->release);
	if (!park_wanted()) return;
	pop_store(&slot->state, state);
	pop_add(&POP_CONTROL->parked, 1);
	pop_unit_event();
	wait_for_release(seen);
	pop_store(&slot->state, POP_THREAD_RUNNING);
	pop_add(&POP_CONTROL->parked, -1);
	pop_unit_event();
}

/* The end of a process that has moved must not give up, in memory that others share, the locks it has taken along. */
static void set_robust_list(uint64_t list, uint64_t length)
{
	if (length) pop_raw(NR_set_robust_list, list, length);
}

static void park(struct pop_frame *frame, uint32_t state)
{
	struct pop_slot *slot = pop_slot();
	if (slot->handler_depth) return;
	struct pop_thread_state *thread = pop_thread_state(slot);
	/* A handler that ran now would change memory that the agent is reading. */
	uint64_t mask = pop_signals_block();
	thread->mask = mask;
	thread->fp_environment = (uint32_t)pop_fenv_get();
	pop_program_tid(slot);
	store_registers(slot, frame);
	set_robust_list(0, thread->robust_length);
	pop_freeze_arrive(slot);
	while (park_wanted()) sleep_parked(slot, state);
	pop_freeze_leave(slot);
	set_robust_list(thread->robust_list, thread->robust_length);
	pop_signals_unblock(mask);
}

/* True for the one thread whose point takes the countdown to zero. */
static int countdown_ends(void)
{
	uint64_t left = pop_load(&POP_UNIT->countdown);
	while (left) {
		if (__atomic_compare_exchange_n(&POP_UNIT->countdown, &left, left - 1, 0,
			__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return left == 1;
	}
	return 0;
}

void pop_park(struct pop_frame *frame)
{
	pop_add(&POP_UNIT->points, 1);
	if (pop_load(&POP_UNIT->countdown) && !pop_slot()->handler_depth && countdown_ends())
		__atomic_or_fetch(&POP_UNIT->request, 1, __ATOMIC_SEQ_CST);
	if (park_wanted()) park(frame, POP_THREAD_PARKED_POINT);
}

void pop_park_syscall(struct pop_frame *frame, const struct pop_call *call)
{
	struct pop_slot *slot = pop_slot();
	if (!park_wanted() || slot->handler_depth) return;
	slot->nr = (uint64_t)call->nr;
	for (int i = 0; i < 6; i++) slot->args[i] = (uint64_t)call->args[i];
	pop_thread_state(slot)->transferred = call->done;
	park(frame, POP_THREAD_PARKED_SYSCALL);
}

/* The innermost record of a restored thread has been reached: its whole native stack stands. */
void pop_arrive(void)
{
	pop_thread_go(pop_slot());
}
