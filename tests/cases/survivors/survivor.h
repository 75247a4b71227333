// What every survivor has: it sets something up, says "ready PID", is moved, is told "go", checks everything and says
// PASS. A helper thread reads the "go", so that the main thread can be inside the call under test meanwhile.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition) ((condition) ? (void)0 : fail_at(__FILE__, __LINE__, #condition))
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define CASE(function) { #function, function }

static inline void fail_at(const char *file, int line, const char *what)
{
	int error = errno;
	printf("FAIL %s:%d: %s (errno %d: %s)\n", strrchr(file, '/') ? strrchr(file, '/') + 1 : file, line, what, error,
		strerror(error));
	fflush(stdout);
	_exit(1);
}

static inline void ready(void)
{
	printf("ready %d\n", (int)getpid());
	fflush(stdout);
}

static inline void wait_go(void)
{
	char line[8];
	for (size_t n = 0; n < sizeof line; n++) {
		CHECK(read(0, line + n, 1) == 1);
		if (line[n] == '\n') return;
	}
}

struct on_go { void (*function)(void *); void *argument; };

static inline void *go_thread(void *argument)
{
	struct on_go *what = argument;
	wait_go();
	what->function(what->argument);
	return 0;
}

// Says ready; once told "go", another thread calls the function.
static inline pthread_t on_go(struct on_go *what)
{
	pthread_t thread;
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	CHECK(!pthread_create(&thread, 0, go_thread, what));
	pthread_sigmask(SIG_SETMASK, &old, 0);
	ready();
	return thread;
}

static inline int64_t now(clockid_t clock)
{
	struct timespec t;
	CHECK(!clock_gettime(clock, &t));
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static inline struct timespec timespec_of(int64_t ns)
{
	return (struct timespec){ ns / 1000000000, ns % 1000000000 };
}

struct survivor { const char *name; void (*run)(void); };

static inline int survive(int argc, char **argv, const struct survivor *cases, size_t count)
{
	alarm(120);
	for (size_t i = 0; i < count; i++) {
		if (argc != 2 || strcmp(argv[1], cases[i].name)) continue;
		cases[i].run();
		puts("PASS");
		return 0;
	}
	return 64;
}
