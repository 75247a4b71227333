// threads COUNT KIND: that many threads which compute, which wait for a futex, or half of each.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void *computes(void *argument)
{
	unsigned state = 1;
	for (;;)
		state = state * 1664525u + 1013904223u ^ state >> 7, *(volatile unsigned *)argument = state;
}

static void *waits(void *argument)
{
	pthread_mutex_lock(&lock);
	for (;;)
		pthread_cond_wait(&never, &lock);
	return argument;
}

int main(int argc, char **argv)
{
	static unsigned words[1024];
	int count = argc > 1 ? atoi(argv[1]) : 1;
	const char *kind = argc > 2 ? argv[2] : "mixed";
	for (int i = 1; i < count; i++) {
		int runs = !strcmp(kind, "running") || (!strcmp(kind, "mixed") && i % 2);
		pthread_t thread;
		if (pthread_create(&thread, 0, runs ? computes : waits, &words[i])) return 1;
	}
	fputs("ready\n", stderr);
	if (!strcmp(kind, "waiting")) waits(0);
	computes(&words[0]);
}
