/* A frozen process: all of its threads are parked, and time stands still for it. The thread that completes the number,
 * by parking or by ending, stops the timers, notes the clocks and takes the pending signals into the migrating state;
 * the first one that goes on, here or on the destination, gives all of it back. */
#include "runtime.h"

static volatile uint32_t freeze_lock;
static uint32_t arrived, frozen;
static uint8_t here[POP_SLOT_COUNT]; /* threads that have arrived */

static void lock(void)
{
	uint32_t was = 0;
	if (__atomic_compare_exchange_n(&freeze_lock, &was, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return;
	while (__atomic_exchange_n(&freeze_lock, 2, __ATOMIC_SEQ_CST)) pop_futex_wait(&freeze_lock, 2);
}

static void unlock(void)
{
	if (__atomic_exchange_n(&freeze_lock, 0, __ATOMIC_SEQ_CST) == 2) pop_futex_wake(&freeze_lock, 1);
}

static void freeze_interval_timers(void)
{
	static const int64_t none[4];
	if (!POP_STATE->interval_timers_used) return;
	for (int which = 0; which < 3; which++) pop_raw(NR_setitimer, which, none, &POP_STATE->interval_timers[which]);
}

/* Only the first one counts time that passes while nothing runs. */
static void thaw_interval_timers(int64_t elapsed_ns)
{
	if (!POP_STATE->interval_timers_used) return;
	for (int which = 0; which < 3; which++) {
		int64_t *left = POP_STATE->interval_timers[which].left;
		if (!left[0] && !left[1]) continue;
		int64_t us = left[0] * 1000000 + left[1] - (which ? 0 : elapsed_ns / 1000);
		if (us < 1) us = 1;
		left[0] = us / 1000000;
		left[1] = us % 1000000;
		pop_raw(NR_setitimer, which, &POP_STATE->interval_timers[which], 0);
	}
}

static void freeze(struct pop_slot *slot)
{
	frozen = 1;
	freeze_interval_timers();
	pop_timers_note(-1);
	pop_pending_take(slot);
	pop_timers_stop();
	pop_clocks_freeze();
	pop_pending_take(slot);
	pop_timers_settle();
}

static void thaw(void)
{
	frozen = 0;
	int64_t elapsed = pop_clock_now(CLOCK_MONOTONIC_) - POP_STATE->clocks[POP_CLOCK_MONOTONIC];
	if (elapsed < 0) elapsed = 0;
	pop_pending_give(-1); /* before a timer expires again */
	thaw_interval_timers(elapsed);
	pop_timers_thaw(elapsed);
}

/* Signals are blocked. */
void pop_freeze_arrive(struct pop_slot *slot)
{
	unsigned index = pop_slot_index(slot);
	pop_clocks_freeze_thread(slot);
	lock();
	here[index] = 1;
	pop_timers_note((int)index);
	pop_pending_take(slot);
	if (++arrived >= pop_load(&POP_CONTROL->threads)) freeze(slot);
	unlock();
}

void pop_freeze_leave(struct pop_slot *slot)
{
	lock();
	here[pop_slot_index(slot)] = 0;
	arrived--;
	if (frozen) thaw();
	unlock();
	pop_pending_give((int)pop_slot_index(slot));
}

/* tkill and its kin. A thread that has parked has emptied the kernel's queue already; what comes later is put with what
 * it found there. */
long pop_freeze_signal(struct pop_call *call, int slot, int signal, const void *info)
{
	uint64_t mask = pop_signals_block();
	lock();
	long result = 0;
	if (slot >= 0 && here[slot] && signal > 0 && signal <= 64) pop_pending_add(slot, signal, info);
	else result = pop_kernel_call(call);
	unlock();
	pop_signals_unblock(mask);
	return result;
}

/* A thread ends. The others may be all that is left. */
void pop_freeze_without(struct pop_slot *slot)
{
	lock();
	if (arrived && !frozen && arrived >= pop_load(&POP_CONTROL->threads) - 1) freeze(slot);
	uint32_t left = pop_add(&POP_CONTROL->threads, -1); /* others count up without the lock */
	unlock();
	if (!left) pop_futex_wake(&POP_CONTROL->threads, 0x7fffffff);
}

/* A forked child has one thread, which runs, and nothing that waits. */
void pop_freeze_forget(void)
{
	freeze_lock = arrived = frozen = 0;
	pop_zero(here, sizeof here);
	POP_STATE->pending_count = 0;
	pop_timers_forget();
	pop_clocks_forget();
}

/* ---- On the destination ---- */

void pop_freeze_end(void)
{
	pop_clocks_resume();
	thaw();
}

void pop_freeze_end_thread(struct pop_slot *slot) { pop_pending_give((int)pop_slot_index(slot)); }
