/* Four threads, moved together: one computes, one waits for a pipe, one sleeps, main waits for their ends. */
#include "mini.h"

enum { THREAD_FLAGS = 0x7d0f00, MAP_ANONYMOUS = 0x22 };
COMMON(sum) uint64_t sum = 1;
COMMON(at) uint64_t at;
COMMON(pipe_ends) int pipe_ends[2];
COMMON(request) struct timespec request = { 0, 250000000 };
COMMON(byte) char byte;
COMMON(tids) int tids[3];
COMMON(seen) int seen[3];
COMMON(slept) long slept = -1;

static int compute(void *argument)
{
	(void)argument;
	for (; at < 60000000; at++) {
		sum = sum * 6364136223846793005ul + at;
		point();
	}
	sys(NR_write, pipe_ends[1], "x", 1);
	CHECK(leaf(NR_gettid) == seen[0]);
	return 0;
}

static int take(long count)
{
	CHECK(count == 1 && byte == 'x');
	CHECK(leaf(NR_gettid) == seen[1]);
	return 0;
}

static int receive(void *argument)
{
	(void)argument;
	return take(sys(NR_read, pipe_ends[0], &byte, 1));
}

static int doze(void *argument)
{
	(void)argument;
	slept = sys(NR_nanosleep, &request, 0);
	return 0;
}

static _Noreturn void wait_all(void)
{
	for (int i = 0; i < 3; i++)
		for (int tid; (tid = *(volatile int *)&tids[i]);) sys(NR_futex, &tids[i], 0, tid, 0);
	CHECK(slept == 0);
	print_number("sum", (long)(sum >> 1));
	finish(9);
}

#define INNER(record) (((long (*)(struct pop_record *))(record)->next->resume)((record)->next))
void resume_0(struct pop_record *record) { INNER(record); wait_all(); }
void resume_1(struct pop_record *record) { INNER(record); at++; leaf(NR_exit, compute(0)); }
void resume_2(struct pop_record *record) { leaf(NR_exit, take(INNER(record))); }
void resume_3(struct pop_record *record) { slept = INNER(record); leaf(NR_exit, 0); }

static void spawn(int i, int (*function)(void *))
{
	char *block = (char *)leaf(NR_mmap, 0, 0x20000, 3, MAP_ANONYMOUS, -1, 0);
	char *tp = block + 0x1f000 + POP_TP_RESERVED;
	*(char **)tp = tp;
	*(uint64_t *)(tp + POP_TP_TLS) = (uint64_t)(i + 1);
	void *more[3] = { &tids[i], tp, &tids[i] };
	int tid = __clone(function, block + 0x1f000, THREAD_FLAGS, 0, more);
	CHECK(tid > 0);
	seen[i] = tid;
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	CHECK(leaf(NR_pipe2, pipe_ends, 0) == 0);
	spawn(0, compute);
	spawn(1, receive);
	spawn(2, doze);
	wait_all();
}
