/* Relative timeouts. A call interrupted only by the agent is made again with the time that is left, which is kept in
 * the migrating thread state, for the program's own argument must not change. */
#include "runtime.h"

enum { NO_TIMEOUT, TIMESPEC, MILLISECONDS };

/* Which argument is a relative timeout, -1 if none. */
static int timespec_argument(const struct pop_call *call)
{
	switch (call->nr) {
	case NR_nanosleep: return 0;
	case NR_clock_nanosleep: return call->args[1] & 1 ? -1 : 2; /* TIMER_ABSTIME */
	case NR_ppoll: return 2;
	case NR_pselect6: return 4;
	case NR_epoll_pwait2: return 3;
	case NR_rt_sigtimedwait: return 2;
	case NR_semtimedop: return 3;
	case NR_recvmmsg: return 4;
	case NR_io_getevents:
	case NR_io_pgetevents: return 4;
	case NR_futex: return (call->args[1] & 127) == FUTEX_WAIT_ ? 3 : -1;
	default: return -1;
	}
}

/* Where a sleep's caller wants to be told what was left, -1 if the call is none. */
static int remaining_argument(const struct pop_call *call)
{
	if (call->nr == NR_nanosleep) return 1;
	return call->nr == NR_clock_nanosleep && !(call->args[1] & 1) ? 3 : -1;
}

/* It is told here. qemu-user 7.2 writes there what it finds on its stack when a signal comes just before a sleep
 * begins; programs give the request's own place, and would then sleep for hours. */
void pop_timeout_hide_remaining(struct pop_call *call)
{
	int argument = remaining_argument(call);
	if (argument >= 0) call->native[argument + 1] = 0;
}

/* A handler of the program has ended the sleep. */
void pop_timeout_tell_remaining(const struct pop_timeout *timeout, const struct pop_call *call)
{
	int argument = remaining_argument(call);
	if (argument < 0 || (uint64_t)call->args[argument] < POP_PAGE) return;
	struct pop_timespec *remaining = (void *)call->args[argument];
	if (timeout->kind == TIMESPEC) {
		int64_t left = timeout->deadline_ns - pop_clock_kernel_now(CLOCK_MONOTONIC_);
		if (left < 0) left = 0;
		*remaining = (struct pop_timespec){ left / 1000000000, left % 1000000000 };
	} else {
		*remaining = *(const struct pop_timespec *)call->args[timespec_argument(call)];
	}
}

void pop_timeout_begin(struct pop_timeout *timeout, struct pop_call *call)
{
	timeout->kind = NO_TIMEOUT;
	int argument = timespec_argument(call);
	if (argument >= 0) {
		const struct pop_timespec *given = (void *)call->args[argument];
		if (!given) return;
		/* An unreadable or invalid one is the kernel's to refuse. */
		if ((uint64_t)given < POP_PAGE || given->seconds < 0 || (uint64_t)given->nanoseconds >= 1000000000) return;
		if (given->seconds > 0x7fffffff || !(given->seconds | given->nanoseconds)) return;
		timeout->kind = TIMESPEC;
		timeout->argument = argument;
		timeout->deadline_ns = pop_clock_kernel_now(CLOCK_MONOTONIC_) + given->seconds * 1000000000 + given->nanoseconds;
	} else if (call->nr == NR_epoll_pwait && (int)call->args[3] > 0) {
		timeout->kind = MILLISECONDS;
		timeout->argument = 3;
		timeout->deadline_ns = pop_clock_kernel_now(CLOCK_MONOTONIC_) + (int)call->args[3] * 1000000l;
	}
}

void pop_timeout_restart(struct pop_timeout *timeout, struct pop_call *call)
{
	if (timeout->kind == NO_TIMEOUT) return;
	int64_t left = timeout->deadline_ns - pop_clock_kernel_now(CLOCK_MONOTONIC_);
	if (left < 0) left = 0;
	if (timeout->kind == MILLISECONDS) {
		call->args[timeout->argument] = (left + 999999) / 1000000;
		return;
	}
	struct pop_timespec *restart = &pop_thread_state(pop_slot())->restart;
	*restart = (struct pop_timespec){ left / 1000000000, left % 1000000000 };
	call->args[timeout->argument] = (long)restart;
}
