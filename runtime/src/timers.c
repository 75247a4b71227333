/* POSIX timers. The kernel's numbers for them are this process's own, so the program is given indices of a table in the
 * migrating state. Frozen, a timer keeps what is left until it expires; it goes on by the program's own clock. */
#include "runtime.h"

enum { SIGEV_NONE_ = 1, SIGEV_THREAD_ID_ = 4, SIGALRM_ = 14, TIMER_ABSTIME_ = 1, CLOCK_PROCESS_CPU_ = 2,
	CLOCK_THREAD_CPU_ = 3, CLOCK_REALTIME_ALARM_ = 8 };

struct event { uint64_t value; int32_t signal, notify, tid; uint8_t rest[44]; };
struct times { struct pop_timespec interval, value; };
_Static_assert(sizeof(struct event) == 64, "struct sigevent");

static int32_t kernel_numbers[POP_TIMERS];
static volatile uint32_t timer_lock;

static uint64_t lock(void)
{
	uint64_t mask = pop_signals_block();
	while (__atomic_exchange_n(&timer_lock, 1, __ATOMIC_SEQ_CST)) pop_futex_wait(&timer_lock, 1);
	return mask;
}

static void unlock(uint64_t mask)
{
	pop_store(&timer_lock, 0);
	pop_futex_wake(&timer_lock, 1);
	pop_signals_unblock(mask);
}

static int64_t ns_of(struct pop_timespec t) { return t.seconds * 1000000000 + t.nanoseconds; }

static struct pop_timespec timespec_of(int64_t ns)
{
	return (struct pop_timespec){ ns / 1000000000, ns % 1000000000 };
}

/* With the kernel's names for clock and thread, whatever thread calls. */
static long create(int index)
{
	const struct pop_timer *timer = &POP_STATE->timers[index];
	long owner = (long)POP_SLOTS[timer->owner].tid;
	struct event event = { .value = timer->value, .signal = timer->signal, .notify = timer->notify };
	if (timer->directed) event.tid = (int32_t)owner;
	long clock = timer->clock == CLOCK_THREAD_CPU_ ? ~owner << 3 | 6 : pop_clock_native(timer->clock);
	return pop_raw(NR_timer_create, clock, &event, &kernel_numbers[index]);
}

static long make(int clock, const struct event *event, int32_t *number)
{
	int index = 0;
	while (index < POP_TIMERS && POP_STATE->timers[index].used) index++;
	if (index == POP_TIMERS) return -EAGAIN_;
	struct pop_timer *timer = &POP_STATE->timers[index];
	*timer = (struct pop_timer){ .clock = clock, .signal = SIGALRM_, .value = (uint64_t)index };
	timer->owner = pop_slot_index(pop_slot());
	if (event) {
		timer->notify = event->notify, timer->signal = event->signal, timer->value = event->value;
		if (event->notify == SIGEV_THREAD_ID_) {
			int owner = pop_slot_of_tid(event->tid);
			if (owner < 0) return -EINVAL_;
			timer->owner = (uint32_t)owner;
			timer->directed = 1;
		}
	}
	long result = create(index);
	if (result) return result;
	timer->used = 1;
	if (POP_STATE->timers_used <= (uint32_t)index) POP_STATE->timers_used = (uint32_t)index + 1;
	*number = index;
	return 0;
}

/* The time an absolute deadline has by the kernel's clock. */
static long settle(int index, long flags, const struct times *wanted, struct times *old)
{
	struct pop_timer *timer = &POP_STATE->timers[index];
	struct times native = *wanted;
	if (flags & TIMER_ABSTIME_ && ns_of(native.value) > 0) {
		int64_t ns = ns_of(native.value) - pop_clock_shift(timer->clock);
		native.value = timespec_of(ns < 1 ? 1 : ns);
	}
	long result = pop_raw(NR_timer_settime, kernel_numbers[index], flags, &native, old);
	if (!result) {
		timer->overrun = 0;
		timer->realtime_deadline = flags & TIMER_ABSTIME_ && (timer->clock == 0 || timer->clock == CLOCK_REALTIME_ALARM_);
	}
	return result;
}

static long overrun(int index)
{
	struct pop_timer *timer = &POP_STATE->timers[index];
	long result = pop_raw(NR_timer_getoverrun, kernel_numbers[index]);
	if (result < 0) return result;
	result += timer->overrun;
	timer->overrun = 0;
	return result > 0x7fffffff ? 0x7fffffff : result;
}

static long on_timer(const struct pop_call *call, int index)
{
	const long *a = call->args;
	switch (call->nr) {
	case NR_timer_gettime: return pop_raw(NR_timer_gettime, kernel_numbers[index], a[1]);
	case NR_timer_getoverrun: return overrun(index);
	case NR_timer_settime:
		if ((uint64_t)a[2] < POP_PAGE) return -EINVAL_;
		return settle(index, a[1], (void *)a[2], (void *)a[3]);
	default:
		POP_STATE->timers[index].used = 0;
		return pop_raw(NR_timer_delete, kernel_numbers[index]);
	}
}

long pop_timer_call(struct pop_call *call)
{
	const long *a = call->args;
	uint64_t mask = lock();
	long result = -EINVAL_;
	if (call->nr == NR_timer_create) result = make((int)a[0], (void *)a[1], (int32_t *)a[2]);
	else if ((uint64_t)(int)a[0] < POP_TIMERS && POP_STATE->timers[(int)a[0]].used) result = on_timer(call, (int)a[0]);
	unlock(mask);
	return result;
}

int pop_timer_directed(int signal, uint64_t value)
{
	for (uint32_t i = 0; i < POP_STATE->timers_used; i++) {
		const struct pop_timer *timer = &POP_STATE->timers[i];
		if (timer->used && timer->directed && timer->signal == signal && timer->value == value) return 1;
	}
	return 0;
}

/* ---- Freezing ---- */

static int counts_processor_time(const struct pop_timer *timer)
{
	return timer->clock < 0 || timer->clock == CLOCK_PROCESS_CPU_ || timer->clock == CLOCK_THREAD_CPU_;
}

/* What is left of a thread's own timers (or, -1, of the process's), noted before the signals that wait are taken. */
void pop_timers_note(int slot)
{
	for (uint32_t i = 0; i < POP_STATE->timers_used; i++) {
		struct pop_timer *timer = &POP_STATE->timers[i];
		struct times times = { { 0, 0 }, { 0, 0 } };
		if (!timer->used || (timer->directed ? (int)timer->owner : -1) != slot) continue;
		pop_raw(NR_timer_gettime, kernel_numbers[i], &times);
		timer->noted = ns_of(times.value);
	}
}

void pop_timers_stop(void)
{
	static const struct times none;
	for (uint32_t i = 0; i < POP_STATE->timers_used; i++) {
		struct pop_timer *timer = &POP_STATE->timers[i];
		struct times was = { { 0, 0 }, { 0, 0 } };
		if (!timer->used) continue;
		pop_raw(NR_timer_settime, kernel_numbers[i], 0, &none, &was);
		timer->left = ns_of(was.value);
		timer->interval = ns_of(was.interval);
	}
}

/* One that expired after the signals had been taken, and whose signal the kernel has dropped because it was stopped
 * (as it does from 6.13 on), or that waits for a thread that sleeps: it expires when it goes on. */
void pop_timers_settle(void)
{
	for (uint32_t i = 0; i < POP_STATE->timers_used; i++) {
		struct pop_timer *timer = &POP_STATE->timers[i];
		if (!timer->used || timer->notify == SIGEV_NONE_) continue;
		int missed = timer->noted > 0 && timer->left == 0 && !pop_pending_overrun(timer->signal, timer->value, 0);
		if (missed) timer->left = 1;
		pop_pending_overrun(timer->signal, timer->value, &timer->overrun);
	}
}

void pop_timers_thaw(int64_t elapsed_ns)
{
	int64_t realtime_elapsed = POP_STATE->timers_used ? pop_clock_now(0) - POP_STATE->realtime : 0;
	for (uint32_t i = 0; i < POP_STATE->timers_used; i++) {
		struct pop_timer *timer = &POP_STATE->timers[i];
		if (!timer->used || !timer->left) continue;
		int64_t left = timer->left;
		if (!counts_processor_time(timer)) left -= timer->realtime_deadline ? realtime_elapsed : elapsed_ns;
		if (left < 1) left = 1;
		struct times times = { timespec_of(timer->interval), timespec_of(left) };
		pop_raw(NR_timer_settime, kernel_numbers[i], 0, &times, 0);
	}
}

/* On the destination, when every thread has its number. */
void pop_timers_create_again(void)
{
	for (uint32_t i = 0; i < POP_STATE->timers_used; i++)
		if (POP_STATE->timers[i].used && create((int)i)) POP_STATE->timers[i].used = 0;
}

/* A forked child has none. */
void pop_timers_forget(void)
{
	for (uint32_t i = 0; i < POP_STATE->timers_used; i++) POP_STATE->timers[i].used = 0;
	POP_STATE->timers_used = 0;
	timer_lock = 0;
}
