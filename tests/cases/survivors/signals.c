// Signals that wait and timers that run at the moment of a move.
#include "survivor.h"
#include <sys/syscall.h>
#include <sys/time.h>

static void block(sigset_t *set, int count, const int *signals)
{
	sigemptyset(set);
	for (int i = 0; i < count; i++) sigaddset(set, signals[i]);
	CHECK(!pthread_sigmask(SIG_BLOCK, set, 0));
}

static const struct timespec at_once;

static void take(const sigset_t *set, int signal, int code, int value)
{
	siginfo_t info;
	CHECK(sigtimedwait(set, &info, &at_once) == signal);
	CHECK(info.si_code == code);
	if (code == SI_QUEUE) CHECK(info.si_value.sival_int == value);
	if (code == SI_QUEUE || code == SI_USER) CHECK(info.si_pid == getpid() && info.si_uid == getuid());
}

static void none_left(const sigset_t *set)
{
	CHECK(sigtimedwait(set, 0, &at_once) == -1 && errno == EAGAIN);
}

static void process_signals_wait(void)
{
	sigset_t set, waiting;
	block(&set, 3, (int[]){ SIGUSR1, SIGUSR2, SIGTERM });
	CHECK(!kill(getpid(), SIGUSR1) && !kill(getpid(), SIGUSR1) && !kill(getpid(), SIGTERM));
	ready();
	wait_go();
	CHECK(!sigpending(&waiting));
	CHECK(sigismember(&waiting, SIGUSR1) && !sigismember(&waiting, SIGUSR2) && sigismember(&waiting, SIGTERM));
	take(&set, SIGUSR1, SI_USER, 0);
	take(&set, SIGTERM, SI_USER, 0);
	none_left(&set);
}

static void queued_signals_keep_order_and_values(void)
{
	sigset_t set;
	int first = SIGRTMIN + 1, second = SIGRTMIN + 2;
	block(&set, 2, (int[]){ first, second });
	for (int i = 0; i < 300; i++) CHECK(!sigqueue(getpid(), i % 3 ? first : second, (union sigval){ .sival_int = i }));
	ready();
	wait_go();
	for (int i = 0; i < 300; i++) if (i % 3) take(&set, first, SI_QUEUE, i);
	for (int i = 0; i < 300; i++) if (!(i % 3)) take(&set, second, SI_QUEUE, i);
	none_left(&set);
}

static pthread_barrier_t gate;

static void *waits_for_own(void *argument)
{
	int number = (int)(intptr_t)argument;
	sigset_t set;
	block(&set, 2, (int[]){ SIGUSR1, SIGUSR2 });
	pthread_barrier_wait(&gate);
	pthread_barrier_wait(&gate);
	take(&set, number % 2 ? SIGUSR1 : SIGUSR2, SI_TKILL, 0);
	none_left(&set);
	return 0;
}

static void thread_signals_wait(void)
{
	pthread_t threads[6];
	sigset_t set;
	pthread_barrier_init(&gate, 0, 7);
	block(&set, 2, (int[]){ SIGUSR1, SIGUSR2 });
	for (int i = 0; i < 6; i++) CHECK(!pthread_create(&threads[i], 0, waits_for_own, (void *)(intptr_t)i));
	pthread_barrier_wait(&gate);
	for (int i = 0; i < 6; i++) CHECK(!pthread_kill(threads[i], i % 2 ? SIGUSR1 : SIGUSR2));
	ready();
	wait_go();
	none_left(&set);
	pthread_barrier_wait(&gate);
	for (int i = 0; i < 6; i++) CHECK(!pthread_join(threads[i], 0));
}

static volatile sig_atomic_t counts[65], values;
static void count(int signal, siginfo_t *info, void *context)
{
	counts[signal]++;
	if (info->si_code == SI_QUEUE) values += info->si_value.sival_int;
	(void)context;
}

static void handle(int signal, int flags)
{
	struct sigaction action = { .sa_sigaction = count, .sa_flags = SA_SIGINFO | flags };
	CHECK(!sigaction(signal, &action, 0));
}

static void handlers_run_when_unblocked(void)
{
	sigset_t set;
	int queued = SIGRTMIN + 3;
	handle(queued, 0), handle(SIGUSR1, 0);
	block(&set, 2, (int[]){ queued, SIGUSR1 });
	for (int i = 1; i <= 10; i++) CHECK(!sigqueue(getpid(), queued, (union sigval){ .sival_int = i }));
	CHECK(!raise(SIGUSR1));
	ready();
	wait_go();
	CHECK(counts[queued] == 0 && counts[SIGUSR1] == 0);
	CHECK(!pthread_sigmask(SIG_UNBLOCK, &set, 0));
	CHECK(counts[queued] == 10 && values == 55 && counts[SIGUSR1] == 1);
}

// A stream of signals to a thread that never blocks them: each is handled once, however often the process is moved.
static volatile int told;
static pthread_t target;

static void *floods(void *argument)
{
	long sent = 0;
	for (; !told; sent += 2) {
		CHECK(!sigqueue(getpid(), SIGRTMIN + 4, (union sigval){ .sival_int = 1 }));
		CHECK(!pthread_kill(target, SIGRTMIN + 5));
		usleep(200);
	}
	(void)argument;
	return (void *)sent;
}

static void stream_of_signals(void)
{
	pthread_t sender;
	void *sent;
	sigset_t all, old;
	handle(SIGRTMIN + 4, SA_RESTART), handle(SIGRTMIN + 5, SA_RESTART);
	target = pthread_self();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	CHECK(!pthread_create(&sender, 0, floods, 0));
	pthread_sigmask(SIG_SETMASK, &old, 0);
	ready();
	wait_go();
	told = 1;
	CHECK(!pthread_join(sender, &sent));
	usleep(50000);
	CHECK(counts[SIGRTMIN + 4] + counts[SIGRTMIN + 5] == (long)sent && counts[SIGRTMIN + 4] == (long)sent / 2);
}

static void dispositions_and_mask(void)
{
	stack_t stack = { .ss_sp = malloc(SIGSTKSZ), .ss_size = SIGSTKSZ }, seen;
	struct sigaction action;
	sigset_t set, mask;
	handle(SIGUSR2, SA_NODEFER | SA_RESTART);
	signal(SIGHUP, SIG_IGN);
	block(&set, 2, (int[]){ SIGUSR1, SIGRTMIN + 7 });
	CHECK(!sigaltstack(&stack, 0));
	ready();
	wait_go();
	CHECK(!sigaction(SIGUSR2, 0, &action) && action.sa_sigaction == count);
	CHECK((action.sa_flags & (SA_SIGINFO | SA_NODEFER | SA_RESTART)) == (SA_SIGINFO | SA_NODEFER | SA_RESTART));
	CHECK(!sigaction(SIGHUP, 0, &action) && action.sa_handler == SIG_IGN && !raise(SIGHUP));
	CHECK(!pthread_sigmask(SIG_BLOCK, 0, &mask));
	for (int i = 1; i < 32; i++) CHECK(sigismember(&mask, i) == (i == SIGUSR1));
	CHECK(sigismember(&mask, SIGRTMIN + 7) == 1);
	CHECK(!sigaltstack(0, &seen) && seen.ss_sp == stack.ss_sp && seen.ss_size == stack.ss_size);
}

// ---- timers ----

static void took(int64_t start, int64_t ns)
{
	int64_t elapsed = now(CLOCK_MONOTONIC) - start;
	CHECK(elapsed >= ns - 2000000 && elapsed < ns + 20000000000);
}

static void wait_count(int signal, int wanted)
{
	struct timespec tick = { 0, 5000000 };
	for (int i = 0; i < 8000 && counts[signal] < wanted; i++) clock_nanosleep(CLOCK_MONOTONIC, 0, &tick, 0);
	CHECK(counts[signal] >= wanted);
}

static void alarm_rings_once(void)
{
	handle(SIGALRM, SA_RESTART);
	int64_t start = now(CLOCK_MONOTONIC);
	alarm(2);
	ready();
	wait_count(SIGALRM, 1);
	took(start, 2000000000);
	wait_go();
	usleep(100000);
	CHECK(counts[SIGALRM] == 1);
}

static void interval_timers(void)
{
	handle(SIGALRM, SA_RESTART), handle(SIGVTALRM, SA_RESTART), handle(SIGPROF, SA_RESTART);
	struct itimerval real = { { 0, 300000 }, { 1, 0 } }, used = { { 0, 0 }, { 500, 0 } }, left;
	CHECK(!setitimer(ITIMER_REAL, &real, 0) && !setitimer(ITIMER_VIRTUAL, &used, 0));
	CHECK(!setitimer(ITIMER_PROF, &used, 0));
	ready();
	wait_go();
	wait_count(SIGALRM, 3);
	CHECK(!getitimer(ITIMER_REAL, &left) && left.it_interval.tv_usec == 300000);
	CHECK(!getitimer(ITIMER_VIRTUAL, &left) && left.it_value.tv_sec > 400 && left.it_value.tv_sec <= 500);
	CHECK(!getitimer(ITIMER_PROF, &left) && left.it_value.tv_sec > 400 && left.it_value.tv_sec <= 500);
	CHECK(counts[SIGVTALRM] == 0 && counts[SIGPROF] == 0);
}

static void posix_timers(void)
{
	timer_t once, absolute, periodic, idle, silent, used;
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL };
	int64_t start = now(CLOCK_MONOTONIC);
	struct itimerspec times = { { 0, 0 }, { 2, 0 } }, left;
	for (int i = 0; i < 5; i++) handle(SIGRTMIN + 1 + i, SA_RESTART);
	event.sigev_signo = SIGRTMIN + 1;
	CHECK(!timer_create(CLOCK_MONOTONIC, &event, &once) && !timer_settime(once, 0, &times, 0));
	event.sigev_signo = SIGRTMIN + 2;
	times.it_value = timespec_of(now(CLOCK_REALTIME) + 2000000000);
	CHECK(!timer_create(CLOCK_REALTIME, &event, &absolute) && !timer_settime(absolute, TIMER_ABSTIME, &times, 0));
	event.sigev_signo = SIGRTMIN + 3;
	times = (struct itimerspec){ { 0, 100000000 }, { 0, 100000000 } };
	CHECK(!timer_create(CLOCK_BOOTTIME, &event, &periodic) && !timer_settime(periodic, 0, &times, 0));
	event.sigev_signo = SIGRTMIN + 4;
	CHECK(!timer_create(CLOCK_MONOTONIC, &event, &idle));
	event.sigev_signo = SIGRTMIN + 5;
	times = (struct itimerspec){ { 0, 0 }, { 500, 0 } };
	CHECK(!timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &used) && !timer_settime(used, 0, &times, 0));
	event.sigev_notify = SIGEV_NONE;
	CHECK(!timer_create(CLOCK_MONOTONIC, &event, &silent) && !timer_settime(silent, 0, &times, 0));
	ready();
	wait_count(SIGRTMIN + 1, 1);
	took(start, 2000000000);
	wait_count(SIGRTMIN + 2, 1);
	wait_go();
	int before = counts[SIGRTMIN + 3];
	CHECK(before >= 3);
	wait_count(SIGRTMIN + 3, before + 2);
	CHECK(counts[SIGRTMIN + 1] == 1 && counts[SIGRTMIN + 2] == 1 && counts[SIGRTMIN + 4] == 0);
	CHECK(!timer_gettime(idle, &left) && !left.it_value.tv_sec && !left.it_value.tv_nsec);
	CHECK(!timer_gettime(silent, &left) && left.it_value.tv_sec > 300 && left.it_value.tv_sec < 500);
	CHECK(!timer_gettime(used, &left) && left.it_value.tv_sec > 400 && left.it_value.tv_sec <= 500);
	CHECK(!timer_gettime(periodic, &left) && left.it_interval.tv_nsec == 100000000 && !timer_delete(periodic));
	CHECK(timer_gettime(periodic, &left) == -1 && errno == EINVAL && counts[SIGRTMIN + 5] == 0);
}

static void timer_signal_waits(void)
{
	timer_t timer;
	sigset_t set;
	siginfo_t info;
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1, .sigev_value.sival_int = 77 };
	struct itimerspec times = { { 0, 1000000 }, { 0, 1000000 } }, none = { { 0, 0 }, { 0, 0 } };
	block(&set, 1, (int[]){ SIGRTMIN + 1 });
	CHECK(!timer_create(CLOCK_MONOTONIC, &event, &timer) && !timer_settime(timer, 0, &times, 0));
	usleep(50000);
	ready();
	wait_go();
	CHECK(sigtimedwait(&set, &info, &at_once) == SIGRTMIN + 1);
	CHECK(info.si_code == SI_TIMER && info.si_value.sival_int == 77 && info.si_overrun > 10);
	CHECK(!timer_settime(timer, 0, &none, 0) && !timer_delete(timer));
}

static volatile int notified;
static void notify(union sigval value)
{
	CHECK(value.sival_int == 1234);
	__atomic_add_fetch(&notified, 1, __ATOMIC_SEQ_CST);
}

static void timer_thread(void)
{
	timer_t timer, late;
	struct sigevent event = { .sigev_notify = SIGEV_THREAD, .sigev_value.sival_int = 1234 };
	event.sigev_notify_function = notify;
	struct itimerspec times = { { 0, 50000000 }, { 0, 50000000 } }, once = { { 0, 0 }, { 2, 0 } };
	CHECK(!timer_create(CLOCK_MONOTONIC, &event, &timer) && !timer_settime(timer, 0, &times, 0));
	CHECK(!timer_create(CLOCK_REALTIME, &event, &late) && !timer_settime(late, 0, &once, 0));
	ready();
	wait_go();
	int before = notified;
	for (int i = 0; i < 2000 && notified < before + 3; i++) usleep(5000);
	CHECK(notified >= before + 3 && !timer_delete(timer));
	usleep(100000);
	int after = notified;
	usleep(300000);
	CHECK(notified <= after + 1 && !timer_delete(late));
}

// Not moved by the ring: the test sends five signals to the process group and three to the supervisor.
static void tell(int signal)
{
	counts[signal]++;
	CHECK(write(1, "handled\n", 8) == 8);
}

static void group_signals_come_once(void)
{
	struct sigaction action = { .sa_handler = tell, .sa_flags = SA_RESTART };
	CHECK(!sigaction(SIGUSR1, &action, 0) && !sigaction(SIGUSR2, &action, 0));
	ready();
	wait_go();
	printf("%d %d\n", (int)counts[SIGUSR1], (int)counts[SIGUSR2]);
}

int main(int argc, char **argv)
{
	static const struct survivor cases[] = {
		CASE(process_signals_wait), CASE(queued_signals_keep_order_and_values), CASE(thread_signals_wait),
		CASE(handlers_run_when_unblocked), CASE(stream_of_signals), CASE(dispositions_and_mask), CASE(alarm_rings_once),
		CASE(interval_timers), CASE(posix_timers), CASE(timer_signal_waits), CASE(timer_thread),
		{ "group_signals_come_once", group_signals_come_once },
	};
	return survive(argc, argv, cases, COUNT(cases));
}
