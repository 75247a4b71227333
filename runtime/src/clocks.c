/* The program's clocks. They are the kernel's as long as the program stays on one running kernel; what they must say
 * more or less elsewhere is a shift in the migrating state, so that no clock of the program ever runs backwards. */
#include "runtime.h"

enum { CLOCK_PROCESS_CPU_ = 2, CLOCK_THREAD_CPU_ = 3, CLOCK_RAW_ = 4, CLOCK_MONOTONIC_COARSE_ = 6, CLOCK_BOOT_ = 7,
	CLOCK_BOOT_ALARM_ = 9, TIMER_ABSTIME_ = 1, FUTEX_REALTIME_ = 256, WAIT_BITSET_ = 9, REQUEUE_PI_ = 11,
	LOCK_PI2_ = 13, RUSAGE_SELF_ = 0, RUSAGE_THREAD_ = 1, TICK_NS = 10000000 };

static const int kernel_clocks[POP_CLOCK_KINDS] = { CLOCK_MONOTONIC_, CLOCK_RAW_, CLOCK_BOOT_ };

static int64_t ns_of(struct pop_timespec t) { return t.seconds * 1000000000 + t.nanoseconds; }

static struct pop_timespec timespec_of(int64_t ns)
{
	return (struct pop_timespec){ ns / 1000000000, ns % 1000000000 };
}

int64_t pop_clock_kernel_now(long clock)
{
	struct pop_timespec time = { 0, 0 };
	if (!pop_vdso_clock_gettime || pop_vdso_clock_gettime(clock, &time)) pop_raw(NR_clock_gettime, clock, &time);
	return ns_of(time);
}

/* What the program's clock says beyond the kernel's. */
int64_t pop_clock_shift(long clock)
{
	switch (clock) {
	case CLOCK_MONOTONIC_: case CLOCK_MONOTONIC_COARSE_: return POP_STATE->shifts[POP_CLOCK_MONOTONIC];
	case CLOCK_RAW_: return POP_STATE->shifts[POP_CLOCK_RAW];
	case CLOCK_BOOT_: case CLOCK_BOOT_ALARM_: return POP_STATE->shifts[POP_CLOCK_BOOT];
	case CLOCK_PROCESS_CPU_: return POP_STATE->cpu_shift;
	case CLOCK_THREAD_CPU_: return pop_thread_state(pop_slot())->cpu_shift;
	default: return 0;
	}
}

int64_t pop_clock_now(long clock) { return pop_clock_kernel_now(clock) + pop_clock_shift(clock); }

/* A clock that names a process or thread (clock_getcpuclockid) names it by the program's number; -1: not by us. */
static int named_slot(long clock)
{
	return clock < 0 && clock & 4 ? pop_slot_of_tid(~(clock >> 3)) : -1;
}

static int names_own_process(long clock)
{
	uint32_t number = (uint32_t)~(clock >> 3);
	return clock < 0 && !(clock & 4) && (!number || number == POP_STATE->pid);
}

long pop_clock_native(long clock)
{
	int slot = named_slot(clock);
	if (slot >= 0) return ~(long)POP_SLOTS[slot].tid << 3 | (clock & 7);
	return names_own_process(clock) ? ~pop_raw(NR_getpid) << 3 | (clock & 7) : clock;
}

static int64_t named_shift(long clock)
{
	int slot = named_slot(clock);
	if (slot >= 0) return POP_STATE->threads[slot].cpu_shift;
	return names_own_process(clock) ? POP_STATE->cpu_shift : pop_clock_shift(clock);
}

/* clock_gettime when clocks differ, or the kernel gives no function for it. */
long pop_clock_gettime(struct pop_call *call)
{
	int clock = (int)call->args[0];
	struct pop_timespec *time = (void *)call->args[1];
	if (clock >= 0 && pop_vdso_clock_gettime && !pop_vdso_clock_gettime(clock, time)) {
		int64_t shift = pop_clock_shift(clock);
		if (shift) *time = timespec_of(ns_of(*time) + shift);
		return 0;
	}
	call->args[0] = pop_clock_native(clock);
	long result = pop_kernel_call(call);
	if (!result) *time = timespec_of(ns_of(*time) + named_shift(clock));
	return result;
}

static void add_us(int64_t *timeval, int64_t us)
{
	us += timeval[0] * 1000000 + timeval[1];
	timeval[0] = us / 1000000;
	timeval[1] = us % 1000000;
}

/* getrusage and times, as the kernel has answered them. */
long pop_clock_usage(const struct pop_call *call, long result)
{
	struct pop_state *state = POP_STATE;
	if (!state->clocks_differ || pop_failed(result)) return result;
	if (call->nr == NR_times) {
		int64_t *ticks = (int64_t *)call->args[0];
		if (ticks) ticks[0] += state->usage_shift[0] * 1000 / TICK_NS, ticks[1] += state->usage_shift[1] * 1000 / TICK_NS;
		return result + state->shifts[POP_CLOCK_BOOT] / TICK_NS;
	}
	int64_t *usage = (int64_t *)call->args[1];
	if (call->args[0] == RUSAGE_SELF_) add_us(usage, state->usage_shift[0]), add_us(usage + 2, state->usage_shift[1]);
	if (call->args[0] == RUSAGE_THREAD_) add_us(usage, pop_thread_state(pop_slot())->cpu_shift / 1000);
	return result;
}

/* ---- Absolute times on their way to the kernel ---- */

static void translate(struct pop_call *call, int argument, int64_t shift)
{
	const struct pop_timespec *given = (void *)call->args[argument];
	if (!shift || (uint64_t)given < POP_PAGE) return;
	/* An invalid one is the kernel's to refuse. */
	if (given->seconds < 0 || given->seconds > 0x7fffffff || (uint64_t)given->nanoseconds >= 1000000000) return;
	int64_t ns = ns_of(*given) - shift;
	*(struct pop_timespec *)call->scratch = timespec_of(ns < 0 ? 0 : ns);
	call->native[1 + argument] = (long)call->scratch;
}

/* Which clock a timerfd counts by: only its entry in /proc says. */
static long timerfd_clock(int fd)
{
	static const char folder[] = "/proc/self/fdinfo/", name[] = "clockid:";
	char text[512], *end = text;
	for (const char *c = folder; *c; c++) *end++ = *c;
	int divisor = 1;
	while (fd / divisor >= 10) divisor *= 10;
	for (; divisor; divisor /= 10) *end++ = (char)('0' + fd / divisor % 10);
	*end = 0;
	long file = pop_raw(NR_openat, AT_FDCWD_, text, O_CLOEXEC_);
	if (file < 0) return -1;
	long bytes = pop_raw(NR_read, file, text, sizeof text - 1);
	pop_raw(NR_close, file);
	if (bytes < 0) return -1;
	text[bytes] = 0;
	for (char *c = text; *c; c++) {
		size_t i = 0;
		while (name[i] && c[i] == name[i]) i++;
		if (name[i]) continue;
		for (c += i; *c == ' ' || *c == '\t';) c++;
		return *c - '0';
	}
	return -1;
}

static void translate_timerfd(struct pop_call *call)
{
	const struct { struct pop_timespec interval, value; } *given = (void *)call->args[2];
	if (!(call->args[1] & TIMER_ABSTIME_) || (uint64_t)given < POP_PAGE || call->args[0] < 0) return;
	int64_t shift = pop_clock_shift(timerfd_clock((int)call->args[0])), ns = ns_of(given->value);
	if (!shift || !ns) return; /* zero stops it */
	struct pop_timespec *times = (void *)call->scratch;
	times[0] = given->interval;
	times[1] = timespec_of(ns - shift < 1 ? 1 : ns - shift);
	call->native[3] = (long)times;
}

static void translate_futex(struct pop_call *call)
{
	long op = call->args[1] & 127;
	if (op != WAIT_BITSET_ && op != LOCK_PI2_ && op != REQUEUE_PI_) return;
	if (!(call->args[1] & FUTEX_REALTIME_)) translate(call, 3, pop_clock_shift(CLOCK_MONOTONIC_));
}

void pop_clocks_translate(struct pop_call *call)
{
	if (!POP_STATE->clocks_differ) return;
	switch (call->nr) {
	case NR_clock_nanosleep:
		call->native[1] = pop_clock_native((int)call->args[0]);
		if (call->args[1] & TIMER_ABSTIME_) translate(call, 2, named_shift((int)call->args[0]));
		break;
	case NR_clock_getres: call->native[1] = pop_clock_native((int)call->args[0]); break;
	case NR_futex: translate_futex(call); break;
	case NR_futex_waitv: translate(call, 3, pop_clock_shift(call->args[4])); break;
	case NR_timerfd_settime: translate_timerfd(call); break;
	default: break;
	}
}

/* ---- Freezing ---- */

/* Two processes with the same number count time by the same kernel clocks. 0: unknown. */
static uint64_t this_machine(void)
{
	static uint64_t known;
	uint8_t text[128];
	if (known) return known;
	long file = pop_raw(NR_openat, AT_FDCWD_, "/proc/sys/kernel/random/boot_id", O_CLOEXEC_);
	if (file < 0) return 0;
	long bytes = pop_raw(NR_read, file, text, 64);
	pop_raw(NR_close, file);
	if (bytes <= 0) return 0;
	long more = pop_raw(NR_readlinkat, AT_FDCWD_, "/proc/self/ns/time", text + bytes, 64);
	if (more > 0) bytes += more;
	uint64_t hash = 1469598103934665603u;
	for (long i = 0; i < bytes; i++) hash = (hash ^ text[i]) * 1099511628211u;
	return known = hash | 1;
}

static void read_usage(int64_t us[2])
{
	int64_t usage[18];
	pop_zero(usage, sizeof usage);
	pop_raw(NR_getrusage, RUSAGE_SELF_, usage);
	for (int i = 0; i < 2; i++) us[i] = usage[2 * i] * 1000000 + usage[2 * i + 1];
}

void pop_clocks_freeze(void)
{
	struct pop_state *state = POP_STATE;
	state->machine = this_machine();
	state->realtime = pop_clock_kernel_now(0);
	for (int i = 0; i < POP_CLOCK_KINDS; i++) state->clocks[i] = pop_clock_now(kernel_clocks[i]);
	state->cpu_ns = pop_clock_now(CLOCK_PROCESS_CPU_);
	read_usage(state->usage_us);
	for (int i = 0; i < 2; i++) state->usage_us[i] += state->usage_shift[i];
}

/* On the same kernel time has passed for the program; on another one it goes on where it stood. */
void pop_clocks_resume(void)
{
	struct pop_state *state = POP_STATE;
	int same = state->machine && state->machine == this_machine();
	for (int i = 0; i < POP_CLOCK_KINDS; i++) {
		int64_t here = pop_clock_kernel_now(kernel_clocks[i]);
		if (!same || here + state->shifts[i] < state->clocks[i]) state->shifts[i] = state->clocks[i] - here;
	}
	int64_t used[2];
	read_usage(used);
	for (int i = 0; i < 2; i++) state->usage_shift[i] = state->usage_us[i] - used[i];
	state->cpu_shift = state->cpu_ns - pop_clock_kernel_now(CLOCK_PROCESS_CPU_);
	state->clocks_differ = 1;
}

/* Of the calling thread. */
void pop_clocks_freeze_thread(struct pop_slot *slot)
{
	struct pop_thread_state *thread = pop_thread_state(slot);
	thread->cpu_ns = pop_clock_kernel_now(CLOCK_THREAD_CPU_) + thread->cpu_shift;
}

void pop_clocks_resume_thread(struct pop_slot *slot)
{
	struct pop_thread_state *thread = pop_thread_state(slot);
	thread->cpu_shift = thread->cpu_ns - pop_clock_kernel_now(CLOCK_THREAD_CPU_);
}

/* A forked child begins to count its processor time. */
void pop_clocks_forget(void)
{
	POP_STATE->cpu_shift = POP_STATE->usage_shift[0] = POP_STATE->usage_shift[1] = 0;
	pop_thread_state(pop_slot())->cpu_shift = 0;
}
