// Clocks: they never run backwards, count what was used before the move, and are what absolute timeouts mean.
#include "survivor.h"
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>

static const clockid_t clocks[] = {
	CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW,
	CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,
};
static volatile int told;

static void *looks(void *argument)
{
	int64_t last[COUNT(clocks)] = { 0 };
	long looked = 0;
	for (; !told; looked++) {
		for (size_t i = 0; i < COUNT(clocks); i++) {
			int64_t seen = now(clocks[i]);
			CHECK(seen >= last[i]);
			last[i] = seen;
		}
	}
	(void)argument;
	return (void *)looked;
}

static void never_backwards(void)
{
	pthread_t threads[2];
	void *looked;
	for (int i = 0; i < 2; i++) CHECK(!pthread_create(&threads[i], 0, looks, 0));
	ready();
	wait_go();
	told = 1;
	for (int i = 0; i < 2; i++) CHECK(!pthread_join(threads[i], &looked) && (long)looked > 10);
}

static void use_processor(int64_t ns)
{
	int64_t start = now(CLOCK_THREAD_CPUTIME_ID);
	for (volatile int i = 0; now(CLOCK_THREAD_CPUTIME_ID) - start < ns;) i++;
}

static int64_t us(struct timeval t) { return t.tv_sec * 1000000ll + t.tv_usec; }

static void processor_time_goes_on(void)
{
	struct rusage usage, after;
	struct tms ticks, ticks_after;
	clockid_t by_pid, by_thread;
	use_processor(300000000);
	int64_t process = now(CLOCK_PROCESS_CPUTIME_ID), thread = now(CLOCK_THREAD_CPUTIME_ID);
	clock_t processor = clock(), elapsed = times(&ticks);
	CHECK(process >= 300000000 && thread >= 300000000 && !getrusage(RUSAGE_SELF, &usage));
	CHECK(!clock_getcpuclockid(getpid(), &by_pid) && !pthread_getcpuclockid(pthread_self(), &by_thread));
	ready();
	wait_go();
	int64_t limit = 60000000000;
	CHECK(now(CLOCK_PROCESS_CPUTIME_ID) >= process && now(CLOCK_PROCESS_CPUTIME_ID) < process + limit);
	CHECK(now(CLOCK_THREAD_CPUTIME_ID) >= thread && now(CLOCK_THREAD_CPUTIME_ID) < thread + limit);
	CHECK(now(by_pid) >= process && now(by_pid) < process + limit);
	CHECK(now(by_thread) >= thread && now(by_thread) < thread + limit);
	CHECK(clock() >= processor && times(&ticks_after) >= elapsed);
	CHECK(ticks_after.tms_utime >= ticks.tms_utime - 1 && !getrusage(RUSAGE_SELF, &after));
	CHECK(us(after.ru_utime) >= us(usage.ru_utime) && us(after.ru_stime) >= us(usage.ru_stime));
}

static void timerfd(clockid_t clock, int flags)
{
	uint64_t expirations;
	int fd = timerfd_create(clock, 0);
	int64_t start = now(clock), wanted = 1500000000;
	struct itimerspec times = { { 0, 0 }, timespec_of(flags ? start + wanted : wanted) };
	CHECK(fd >= 0 && !timerfd_settime(fd, flags, &times, 0));
	ready();
	CHECK(read(fd, &expirations, 8) == 8 && expirations == 1);
	CHECK(now(clock) - start >= wanted && now(clock) - start < wanted + 20000000000);
	wait_go();
	// Set here, after the moves, it means this clock as well.
	start = now(clock), wanted = 20000000;
	times.it_value = timespec_of(start + wanted);
	CHECK(!timerfd_settime(fd, TFD_TIMER_ABSTIME, &times, 0) && read(fd, &expirations, 8) == 8);
	CHECK(now(clock) - start >= wanted && now(clock) - start < wanted + 20000000000);
}

static void timerfd_monotonic(void) { timerfd(CLOCK_MONOTONIC, TFD_TIMER_ABSTIME); }
static void timerfd_boottime(void) { timerfd(CLOCK_BOOTTIME, TFD_TIMER_ABSTIME); }
static void timerfd_relative(void) { timerfd(CLOCK_REALTIME, 0); }

// What a checkpoint restored on another kernel must keep: printed at both ends, compared by the test.
static void continue_after_restore(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t condition;
	pthread_condattr_t kind;
	int64_t before[COUNT(clocks)];
	for (size_t i = 0; i < COUNT(clocks); i++) before[i] = now(clocks[i]);
	ready();
	wait_go();
	for (size_t i = 0; i < COUNT(clocks); i++) CHECK(now(clocks[i]) >= before[i]);
	int64_t start = now(CLOCK_MONOTONIC);
	CHECK(start - before[1] < 100000000000);
	struct timespec until = timespec_of(start + 100000000);
	CHECK(!clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, 0));
	int64_t end = now(CLOCK_MONOTONIC);
	CHECK(end - start >= 100000000 && end - start < 20000000000);
	pthread_condattr_init(&kind);
	CHECK(!pthread_condattr_setclock(&kind, CLOCK_MONOTONIC) && !pthread_cond_init(&condition, &kind));
	until = timespec_of(end + 100000000);
	pthread_mutex_lock(&mutex);
	CHECK(pthread_cond_timedwait(&condition, &mutex, &until) == ETIMEDOUT);
	CHECK(now(CLOCK_MONOTONIC) - end >= 100000000 && now(CLOCK_MONOTONIC) - end < 20000000000);
}

int main(int argc, char **argv)
{
	static const struct survivor cases[] = {
		CASE(never_backwards), CASE(processor_time_goes_on), CASE(timerfd_monotonic), CASE(timerfd_boottime),
		CASE(timerfd_relative), CASE(continue_after_restore),
	};
	return survive(argc, argv, cases, COUNT(cases));
}
