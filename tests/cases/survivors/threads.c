// Threads: everything pthreads and C11 threads have, set up before the moves and checked after.
#include "survivor.h"
#include <limits.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <threads.h>

static pid_t tid_now(void) { return (pid_t)syscall(SYS_gettid); }

// ---- create, join, detach, exit ----

static pthread_barrier_t gate;
static _Thread_local int mine;
static _Thread_local char filled[64] = "template";

static void *remembers(void *argument)
{
	int number = (int)(intptr_t)argument, on_stack[8];
	pthread_t self = pthread_self();
	pid_t tid = tid_now();
	mine = number * 7;
	for (int i = 0; i < 8; i++) on_stack[i] = number + i;
	CHECK(!strcmp(filled, "template"));
	sprintf(filled, "thread %d", number);
	pthread_barrier_wait(&gate);
	char expected[32];
	sprintf(expected, "thread %d", number);
	CHECK(mine == number * 7 && !strcmp(filled, expected));
	CHECK(pthread_equal(self, pthread_self()) && tid == tid_now());
	for (int i = 0; i < 8; i++) CHECK(on_stack[i] == number + i);
	if (number % 2) pthread_exit((void *)(intptr_t)(number * 3));
	return (void *)(intptr_t)(number * 3);
}

static void hold_threads(int count)
{
	pthread_t threads[128];
	pthread_barrier_init(&gate, 0, (unsigned)count + 1);
	for (int i = 0; i < count; i++) CHECK(!pthread_create(&threads[i], 0, remembers, (void *)(intptr_t)i));
	pid_t tid = tid_now();
	ready();
	wait_go();
	CHECK(tid == tid_now() && tid == getpid());
	pthread_barrier_wait(&gate);
	for (int i = 0; i < count; i++) {
		void *result;
		CHECK(!pthread_join(threads[i], &result) && (intptr_t)result == i * 3);
	}
}

static void create_and_join(void) { hold_threads(8); }
static void hundred_threads(void) { hold_threads(100); }

static atomic_int told, started, ended, running;

static void *ends_soon(void *argument)
{
	atomic_fetch_add(&ended, 1);
	return argument;
}

static void *churns(void *argument)
{
	pthread_attr_t detached;
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	while (!atomic_load(&told)) {
		pthread_t thread;
		void *result, *given = (void *)(intptr_t)atomic_fetch_add(&started, 2);
		CHECK(!pthread_create(&thread, 0, ends_soon, given));
		CHECK(!pthread_join(thread, &result) && result == given);
		CHECK(!pthread_create(&thread, &detached, ends_soon, argument));
		while (atomic_load(&started) - atomic_load(&ended) > 100) usleep(1000);
	}
	return 0;
}

static void starting_and_ending(void)
{
	pthread_t threads[3];
	for (int i = 0; i < 3; i++) CHECK(!pthread_create(&threads[i], 0, churns, 0));
	ready();
	wait_go();
	atomic_store(&told, 1);
	for (int i = 0; i < 3; i++) CHECK(!pthread_join(threads[i], 0));
	for (int i = 0; i < 10000 && atomic_load(&ended) < atomic_load(&started); i++) usleep(1000);
	CHECK(atomic_load(&ended) == atomic_load(&started));
}

static void main_has_exited_end(void *argument)
{
	(void)argument;
	puts("PASS");
	fflush(stdout);
	exit(0);
}

static void main_has_exited(void)
{
	static struct on_go end = { main_has_exited_end, 0 };
	on_go(&end);
	pthread_exit(0);
}

// ---- cancellation ----

static pthread_mutex_t cancel_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t never_posted;
static int pipe_ends[2];
static atomic_int cleaned;

static void clean(void *argument) { atomic_fetch_add(&cleaned, (int)(intptr_t)argument); }
static void unlock(void *argument)
{
	CHECK(!pthread_mutex_unlock(argument));
	clean((void *)1);
}

static void *cancel_in_read(void *argument)
{
	char byte;
	pthread_cleanup_push(clean, (void *)1);
	read(pipe_ends[0], &byte, 1);
	pthread_cleanup_pop(0);
	return argument;
}

static void *cancel_in_cond(void *argument)
{
	pthread_mutex_lock(&cancel_mutex);
	pthread_cleanup_push(unlock, &cancel_mutex);
	for (;;) pthread_cond_wait(&never, &cancel_mutex);
	pthread_cleanup_pop(0);
	return argument;
}

static void *cancel_in_sem(void *argument)
{
	pthread_cleanup_push(clean, (void *)1);
	sem_wait(&never_posted);
	pthread_cleanup_pop(0);
	return argument;
}

static void *cancel_in_sleep(void *argument)
{
	pthread_cleanup_push(clean, (void *)1);
	sleep(100);
	pthread_cleanup_pop(0);
	return argument;
}

static void *cancel_spinning(void *argument)
{
	volatile uint64_t n = 0;
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, 0);
	pthread_cleanup_push(clean, (void *)1);
	for (;;) n++;
	pthread_cleanup_pop(0);
	return argument;
}

static void *cancel_disabled(void *argument)
{
	int old;
	char byte;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	CHECK(read(pipe_ends[0], &byte, 1) == 1 && byte == 'c');
	pthread_cleanup_push(clean, (void *)1);
	pthread_setcancelstate(old, 0);
	pthread_testcancel();
	CHECK(!"cancelled");
	pthread_cleanup_pop(0);
	return argument;
}

static void cancel(void *(*function)(void *))
{
	pthread_t thread;
	void *result;
	CHECK(!pipe(pipe_ends) && !sem_init(&never_posted, 0, 0));
	CHECK(!pthread_create(&thread, 0, function, 0));
	ready();
	wait_go();
	CHECK(atomic_load(&cleaned) == 0);
	CHECK(!pthread_cancel(thread));
	if (function == cancel_disabled) CHECK(write(pipe_ends[1], "c", 1) == 1);
	CHECK(!pthread_join(thread, &result) && result == PTHREAD_CANCELED);
	CHECK(atomic_load(&cleaned) == 1);
	CHECK(!pthread_mutex_lock(&cancel_mutex));
}

static void cancelled_in_read(void) { cancel(cancel_in_read); }
static void cancelled_in_condition(void) { cancel(cancel_in_cond); }
static void cancelled_in_semaphore(void) { cancel(cancel_in_sem); }
static void cancelled_in_sleep(void) { cancel(cancel_in_sleep); }
static void cancelled_while_computing(void) { cancel(cancel_spinning); }
static void cancellation_disabled(void) { cancel(cancel_disabled); }

// ---- mutexes ----

static pthread_mutex_t mutex;
static atomic_int got;

static void *locks_once(void *argument)
{
	int expected = (int)(intptr_t)argument;
	CHECK(pthread_mutex_trylock(&mutex) == EBUSY);
	atomic_fetch_add(&running, 1);
	CHECK(pthread_mutex_lock(&mutex) == expected);
	if (expected == EOWNERDEAD) CHECK(!pthread_mutex_consistent(&mutex));
	atomic_fetch_add(&got, 1);
	CHECK(!pthread_mutex_unlock(&mutex));
	return 0;
}

static void make_mutex(int type, int robust, int protocol, int shared)
{
	pthread_mutexattr_t kind;
	pthread_mutexattr_init(&kind);
	CHECK(!pthread_mutexattr_settype(&kind, type));
	CHECK(!pthread_mutexattr_setrobust(&kind, robust));
	CHECK(!pthread_mutexattr_setprotocol(&kind, protocol));
	CHECK(!pthread_mutexattr_setpshared(&kind, shared));
	CHECK(!pthread_mutex_init(&mutex, &kind));
}

static void contended(int depth)
{
	pthread_t threads[3];
	for (int i = 0; i < depth; i++) CHECK(!pthread_mutex_lock(&mutex));
	for (int i = 0; i < 3; i++) CHECK(!pthread_create(&threads[i], 0, locks_once, 0));
	while (atomic_load(&running) < 3) usleep(1000);
	ready();
	wait_go();
	CHECK(atomic_load(&got) == 0);
	for (int i = 0; i < depth; i++) CHECK(!pthread_mutex_unlock(&mutex));
	for (int i = 0; i < 3; i++) CHECK(!pthread_join(threads[i], 0));
	CHECK(atomic_load(&got) == 3);
	CHECK(!pthread_mutex_lock(&mutex) && !pthread_mutex_unlock(&mutex));
}

static void mutex_normal(void) { make_mutex(PTHREAD_MUTEX_NORMAL, 0, 0, 0), contended(1); }
static void mutex_recursive(void) { make_mutex(PTHREAD_MUTEX_RECURSIVE, 0, 0, 0), contended(3); }
static void mutex_shared(void) { make_mutex(PTHREAD_MUTEX_NORMAL, 0, 0, PTHREAD_PROCESS_SHARED), contended(1); }
static void mutex_inheriting(void) { make_mutex(PTHREAD_MUTEX_NORMAL, 0, PTHREAD_PRIO_INHERIT, 0), contended(1); }
static void mutex_recursive_inheriting(void)
{
	make_mutex(PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_INHERIT, 0), contended(2);
}

static void mutex_errorcheck(void)
{
	make_mutex(PTHREAD_MUTEX_ERRORCHECK, 0, 0, 0);
	CHECK(pthread_mutex_unlock(&mutex) == EPERM);
	CHECK(!pthread_mutex_lock(&mutex));
	ready();
	wait_go();
	CHECK(pthread_mutex_lock(&mutex) == EDEADLK);
	CHECK(!pthread_mutex_unlock(&mutex) && pthread_mutex_unlock(&mutex) == EPERM);
}

static void *dies_with_it(void *argument)
{
	CHECK(!pthread_mutex_lock(&mutex));
	atomic_store(&running, 1);
	char byte;
	CHECK(read(pipe_ends[0], &byte, 1) == 1);
	return argument;
}

static void robust(int protocol)
{
	pthread_t owner, waiter;
	CHECK(!pipe(pipe_ends));
	make_mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, protocol, 0);
	CHECK(!pthread_create(&owner, 0, dies_with_it, 0));
	while (!atomic_load(&running)) usleep(1000);
	CHECK(!pthread_create(&waiter, 0, locks_once, (void *)EOWNERDEAD));
	ready();
	wait_go();
	CHECK(write(pipe_ends[1], "x", 1) == 1);
	CHECK(!pthread_join(owner, 0) && !pthread_join(waiter, 0) && atomic_load(&got) == 1);
	CHECK(!pthread_mutex_lock(&mutex) && !pthread_mutex_unlock(&mutex));
}

static void mutex_robust(void) { robust(PTHREAD_PRIO_NONE); }
static void mutex_robust_inheriting(void) { robust(PTHREAD_PRIO_INHERIT); }

static void *locks_in_time(void *argument)
{
	(void)argument;
	struct timespec deadline = timespec_of(now(CLOCK_REALTIME) + 1500000000);
	atomic_store(&running, 1);
	CHECK(pthread_mutex_timedlock(&mutex, &deadline) == ETIMEDOUT);
	CHECK(now(CLOCK_REALTIME) >= deadline.tv_sec * 1000000000ll + deadline.tv_nsec);
	return 0;
}

static void timed_mutex(int protocol)
{
	pthread_t waiter;
	make_mutex(PTHREAD_MUTEX_NORMAL, 0, protocol, 0);
	CHECK(!pthread_mutex_lock(&mutex));
	CHECK(!pthread_create(&waiter, 0, locks_in_time, 0));
	while (!atomic_load(&running)) usleep(1000);
	ready();
	CHECK(!pthread_join(waiter, 0));
	wait_go();
	CHECK(!pthread_mutex_unlock(&mutex));
}

static void mutex_timed(void) { timed_mutex(PTHREAD_PRIO_NONE); }
static void mutex_timed_inheriting(void) { timed_mutex(PTHREAD_PRIO_INHERIT); }

// ---- condition variables, reader-writer locks, barriers, semaphores ----

static pthread_cond_t condition;
static int turn;

static void *waits_turn(void *argument)
{
	int number = (int)(intptr_t)argument;
	CHECK(!pthread_mutex_lock(&mutex));
	while (turn != number) CHECK(!pthread_cond_wait(&condition, &mutex));
	turn++;
	CHECK(!pthread_cond_broadcast(&condition) && !pthread_mutex_unlock(&mutex));
	return 0;
}

static void condition_broadcast(void)
{
	pthread_t threads[6];
	pthread_mutex_init(&mutex, 0);
	pthread_cond_init(&condition, 0);
	turn = -1;
	for (int i = 0; i < 6; i++) CHECK(!pthread_create(&threads[i], 0, waits_turn, (void *)(intptr_t)(5 - i)));
	ready();
	wait_go();
	pthread_mutex_lock(&mutex);
	turn = 0;
	pthread_cond_signal(&condition), pthread_cond_broadcast(&condition);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < 6; i++) CHECK(!pthread_join(threads[i], 0));
	CHECK(turn == 6);
}

static void timed_condition(clockid_t clock, int shared)
{
	static struct on_go nothing;
	pthread_condattr_t kind;
	pthread_condattr_init(&kind);
	CHECK(!pthread_condattr_setclock(&kind, clock) && !pthread_condattr_setpshared(&kind, shared));
	pthread_mutex_init(&mutex, 0);
	CHECK(!pthread_cond_init(&condition, &kind));
	(void)nothing;
	int64_t start = now(clock), deadline = start + 1500000000;
	struct timespec until = timespec_of(deadline);
	CHECK(!pthread_mutex_lock(&mutex));
	ready();
	int result;
	do result = pthread_cond_timedwait(&condition, &mutex, &until); while (!result);
	int64_t end = now(clock);
	CHECK(result == ETIMEDOUT && end >= deadline && end < deadline + 10000000000ll);
	CHECK(!pthread_mutex_unlock(&mutex));
	wait_go();
}

static void condition_realtime(void) { timed_condition(CLOCK_REALTIME, 0); }
static void condition_monotonic(void) { timed_condition(CLOCK_MONOTONIC, 0); }
static void condition_shared(void) { timed_condition(CLOCK_MONOTONIC, PTHREAD_PROCESS_SHARED); }

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static atomic_int writers;

static void *writes(void *argument)
{
	CHECK(pthread_rwlock_trywrlock(&rwlock) == EBUSY);
	atomic_fetch_add(&running, 1);
	CHECK(!pthread_rwlock_wrlock(&rwlock) && atomic_fetch_add(&writers, 1) == 0);
	usleep(100);
	CHECK(atomic_fetch_sub(&writers, 1) == 1 && !pthread_rwlock_unlock(&rwlock));
	return argument;
}

static void rwlock_read_held(void)
{
	pthread_t threads[3];
	CHECK(!pthread_rwlock_rdlock(&rwlock) && !pthread_rwlock_rdlock(&rwlock));
	for (int i = 0; i < 3; i++) CHECK(!pthread_create(&threads[i], 0, writes, 0));
	while (atomic_load(&running) < 3) usleep(1000);
	ready();
	wait_go();
	CHECK(!pthread_rwlock_unlock(&rwlock) && pthread_rwlock_trywrlock(&rwlock) == EBUSY);
	CHECK(!pthread_rwlock_unlock(&rwlock));
	for (int i = 0; i < 3; i++) CHECK(!pthread_join(threads[i], 0));
}

static void *in_barrier(void *argument)
{
	int serial = 0;
	for (int round = 0; round < 5; round++) serial += pthread_barrier_wait(argument) == PTHREAD_BARRIER_SERIAL_THREAD;
	return (void *)(intptr_t)serial;
}

static void barrier(int shared)
{
	static pthread_barrier_t b;
	pthread_barrierattr_t kind;
	pthread_barrierattr_init(&kind);
	pthread_barrierattr_setpshared(&kind, shared);
	pthread_t threads[5];
	CHECK(!pthread_barrier_init(&b, &kind, 6));
	for (int i = 0; i < 5; i++) CHECK(!pthread_create(&threads[i], 0, in_barrier, &b));
	ready();
	wait_go();
	intptr_t serial = (intptr_t)in_barrier(&b);
	for (int i = 0; i < 5; i++) {
		void *result;
		CHECK(!pthread_join(threads[i], &result));
		serial += (intptr_t)result;
	}
	CHECK(serial == 5 && !pthread_barrier_destroy(&b));
}

static void barrier_private(void) { barrier(PTHREAD_PROCESS_PRIVATE); }
static void barrier_shared(void) { barrier(PTHREAD_PROCESS_SHARED); }

static void *takes(void *argument)
{
	CHECK(!sem_wait(argument));
	atomic_fetch_add(&got, 1);
	return 0;
}

static void semaphore(sem_t *s)
{
	pthread_t threads[4];
	int value;
	for (int i = 0; i < 4; i++) CHECK(!pthread_create(&threads[i], 0, takes, s));
	ready();
	wait_go();
	CHECK(atomic_load(&got) == 0);
	for (int i = 0; i < 4; i++) CHECK(!sem_post(s));
	for (int i = 0; i < 4; i++) CHECK(!pthread_join(threads[i], 0));
	struct timespec until = timespec_of(now(CLOCK_REALTIME) + 20000000);
	CHECK(sem_timedwait(s, &until) == -1 && errno == ETIMEDOUT);
	CHECK(!sem_getvalue(s, &value) && value == 0);
}

static void semaphore_private(void)
{
	static sem_t s;
	CHECK(!sem_init(&s, 0, 0));
	semaphore(&s);
}

// ---- once, keys, attributes, C11 ----

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static atomic_int destroyed;

static void initialise(void)
{
	char byte;
	atomic_store(&running, 1);
	CHECK(read(pipe_ends[0], &byte, 1) == 1);
	atomic_fetch_add(&got, 1);
}

static void *initialises(void *argument)
{
	CHECK(!pthread_once(&once, initialise) && atomic_load(&got) == 1);
	return argument;
}

static void once_under_way(void)
{
	pthread_t threads[3];
	CHECK(!pipe(pipe_ends));
	for (int i = 0; i < 3; i++) CHECK(!pthread_create(&threads[i], 0, initialises, 0));
	while (!atomic_load(&running)) usleep(1000);
	ready();
	wait_go();
	CHECK(write(pipe_ends[1], "x", 1) == 1);
	for (int i = 0; i < 3; i++) CHECK(!pthread_join(threads[i], 0));
	CHECK(atomic_load(&got) == 1);
}

static void destroy(void *value)
{
	atomic_fetch_add(&destroyed, *(int *)value);
	free(value);
}

static void *has_value(void *argument)
{
	int *value = malloc(sizeof *value);
	*value = (int)(intptr_t)argument;
	CHECK(!pthread_setspecific(key, value));
	pthread_barrier_wait(&gate);
	CHECK(pthread_getspecific(key) == value && *value == (int)(intptr_t)argument);
	return 0;
}

static void keys_with_destructors(void)
{
	pthread_t threads[4];
	CHECK(!pthread_key_create(&key, destroy) && !pthread_barrier_init(&gate, 0, 5));
	for (int i = 0; i < 4; i++) CHECK(!pthread_create(&threads[i], 0, has_value, (void *)(intptr_t)(1 << i)));
	ready();
	wait_go();
	pthread_barrier_wait(&gate);
	for (int i = 0; i < 4; i++) CHECK(!pthread_join(threads[i], 0));
	CHECK(atomic_load(&destroyed) == 15);
}

static char *own_stack;
enum { OWN_STACK = 256 << 10 };

static void *on_given_stack(void *argument)
{
	char local[1000];
	memset(local, 'l', sizeof local);
	if (argument) CHECK(local > own_stack && local < own_stack + OWN_STACK);
	pthread_barrier_wait(&gate);
	for (size_t i = 0; i < sizeof local; i++) CHECK(local[i] == 'l');
	pthread_attr_t now_has;
	void *low;
	size_t bytes;
	CHECK(!pthread_getattr_np(pthread_self(), &now_has) && !pthread_attr_getstack(&now_has, &low, &bytes));
	CHECK(local > (char *)low && local < (char *)low + bytes);
	return argument;
}

static void stack_attributes(void)
{
	pthread_t threads[2];
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	CHECK(!pthread_barrier_init(&gate, 0, 3));
	CHECK(!pthread_attr_setstacksize(&attributes, 300 << 10) && !pthread_attr_setguardsize(&attributes, 64 << 10));
	CHECK(!pthread_create(&threads[0], &attributes, on_given_stack, 0));
	own_stack = mmap(0, OWN_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(own_stack != MAP_FAILED && !pthread_attr_setstack(&attributes, own_stack, OWN_STACK));
	CHECK(!pthread_create(&threads[1], &attributes, on_given_stack, (void *)1));
	ready();
	wait_go();
	pthread_barrier_wait(&gate);
	for (int i = 0; i < 2; i++) CHECK(!pthread_join(threads[i], 0));
	CHECK(!munmap(own_stack, OWN_STACK));
}

static mtx_t c11_mutex;
static cnd_t c11_condition;
static int c11_told;

static int c11_thread(void *argument)
{
	CHECK(mtx_lock(&c11_mutex) == thrd_success && mtx_lock(&c11_mutex) == thrd_success);
	CHECK(mtx_unlock(&c11_mutex) == thrd_success);
	while (!c11_told) CHECK(cnd_wait(&c11_condition, &c11_mutex) == thrd_success);
	CHECK(mtx_unlock(&c11_mutex) == thrd_success);
	return *(int *)argument;
}

static void c11_threads(void)
{
	thrd_t threads[3];
	int numbers[3] = { 11, 22, 33 }, result;
	CHECK(mtx_init(&c11_mutex, mtx_plain | mtx_recursive) == thrd_success && cnd_init(&c11_condition) == thrd_success);
	for (int i = 0; i < 3; i++) CHECK(thrd_create(&threads[i], c11_thread, &numbers[i]) == thrd_success);
	ready();
	wait_go();
	mtx_lock(&c11_mutex);
	c11_told = 1;
	cnd_broadcast(&c11_condition);
	mtx_unlock(&c11_mutex);
	for (int i = 0; i < 3; i++) CHECK(thrd_join(threads[i], &result) == thrd_success && result == numbers[i]);
	struct timespec until = timespec_of(now(CLOCK_REALTIME) + 20000000);
	mtx_lock(&c11_mutex);
	CHECK(cnd_timedwait(&c11_condition, &c11_mutex, &until) == thrd_timedout);
}

int main(int argc, char **argv)
{
	static const struct survivor cases[] = {
		CASE(create_and_join), CASE(hundred_threads), CASE(starting_and_ending), CASE(main_has_exited),
		CASE(cancelled_in_read), CASE(cancelled_in_condition), CASE(cancelled_in_semaphore), CASE(cancelled_in_sleep),
		CASE(cancelled_while_computing), CASE(cancellation_disabled), CASE(mutex_normal), CASE(mutex_recursive),
		CASE(mutex_shared), CASE(mutex_inheriting), CASE(mutex_recursive_inheriting), CASE(mutex_errorcheck),
		CASE(mutex_robust), CASE(mutex_robust_inheriting), CASE(mutex_timed), CASE(mutex_timed_inheriting),
		CASE(condition_broadcast), CASE(condition_realtime), CASE(condition_monotonic), CASE(condition_shared),
		CASE(rwlock_read_held), CASE(barrier_private), CASE(barrier_shared), CASE(semaphore_private),
		CASE(once_under_way), CASE(keys_with_destructors), CASE(stack_attributes),
		CASE(c11_threads),
	};
	return survive(argc, argv, cases, COUNT(cases));
}
