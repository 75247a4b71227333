/* A computation that may be moved at every point; its state is common memory and an integer in a frame. */
#include "mini.h"

COMMON(sum) uint64_t sum = 1;
COMMON(at) uint64_t at;
COMMON(limit) uint64_t limit = 100000000;
COMMON(pid) long pid;
COMMON(tid) long tid;

static _Noreturn void work(void)
{
	for (; at < limit; at++) {
		sum = sum * 6364136223846793005ul + at;
		point();
	}
	print_number("sum", (long)(sum >> 1));
	CHECK(leaf(NR_getpid) == pid);
	CHECK(leaf(NR_gettid) == tid);
	CHECK(leaf(NR_kill, pid, 0) == 0);
	CHECK(leaf(NR_tgkill, pid, tid, 0) == 0);
	finish(7);
}

/* Built as the compiler would: rebuild the inner frame, then go on behind the point. */
void resume_0(struct pop_record *record)
{
	((void (*)(struct pop_record *))record->next->resume)(record->next);
	at++;
	work();
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv;
	for (; *envp; envp++) CHECK(!((*envp)[0] == 'P' && (*envp)[1] == 'O' && (*envp)[2] == 'P' && (*envp)[7] == '_'));
	pid = leaf(NR_getpid);
	tid = leaf(NR_gettid);
	print("start\n");
	work();
}
