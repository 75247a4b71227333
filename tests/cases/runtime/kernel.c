/* The asm-generic ABI on every kernel: structures, flags, fork, jumps, floating-point environment. No move. */
#include "mini.h"

struct stat {
	uint64_t device, inode;
	uint32_t mode, links, uid, gid;
	uint64_t special, pad1;
	int64_t bytes;
	int32_t block_bytes, pad2;
	int64_t blocks, times[6];
	uint32_t unused[2];
};
struct event { uint32_t events, pad; uint64_t data; };
enum { AT_FDCWD = -100, O_RDWR = 2, O_CREAT = 0100, O_EXCL = 0200, O_TRUNC = 01000,
	O_DIRECTORY = 0200000, O_NOFOLLOW = 0400000,
	O_LARGEFILE = 0100000, O_DIRECT = 040000, F_GETFL = 3, NR_ftruncate = 46, NR_exit_ = 93, NR_symlinkat = 36 };

int setjmp(char *buffer) __attribute__((returns_twice));
int sigsetjmp(char *buffer, int save) __attribute__((returns_twice));
int __pop_setjmp_rearm(char *record) __attribute__((returns_twice));
_Noreturn void longjmp(char *buffer, int value);
_Noreturn void siglongjmp(char *buffer, int value);
int fegetround(void), __fesetround(int), fetestexcept(int), feclearexcept(int), feraiseexcept(int);

static void files(void)
{
	struct stat status;
	CHECK(sizeof status == 128);
	CHECK(sys(NR_openat, AT_FDCWD, "/proc/self/status", O_DIRECTORY, 0) == -20);
	CHECK(sys(NR_openat, AT_FDCWD, "/proc/self", O_NOFOLLOW, 0) == -40);
	int directory = (int)sys(NR_openat, AT_FDCWD, "/", O_DIRECTORY | O_LARGEFILE, 0);
	CHECK(directory >= 0 && (leaf(NR_fcntl, directory, F_GETFL, 0) & O_DIRECTORY));
	CHECK(leaf(NR_fstat, directory, &status) == 0 && (status.mode & 0170000) == 0040000 && status.links > 1);
	struct stat again;
	CHECK(leaf(NR_newfstatat, AT_FDCWD, "/", &again, 0) == 0 && again.inode == status.inode
		&& again.device == status.device);
	CHECK(again.block_bytes == status.block_bytes && again.block_bytes >= 512 && again.times[2] == status.times[2]);
	int ends[2];
	CHECK(leaf(NR_pipe2, ends, O_DIRECT) == 0 && (leaf(NR_fcntl, ends[1], F_GETFL, 0) & O_DIRECT));
	int epoll = (int)leaf(NR_epoll_create1, 0);
	struct event event = { 4, 0, 0x1122334455667788 }, got[3] = { { 0 } };
	CHECK(leaf(NR_epoll_ctl, epoll, 1, ends[1], &event) == 0);
	event.events = 1, event.data = 5;
	CHECK(leaf(NR_epoll_ctl, epoll, 1, ends[0], &event) == 0);
	CHECK(sys(NR_write, ends[1], "z", 1) == 1);
	CHECK(sys(NR_epoll_pwait, epoll, got, 3, 1000, 0, 8) == 2);
	CHECK((got[0].data == 0x1122334455667788 && got[1].data == 5)
		|| (got[1].data == 0x1122334455667788 && got[0].data == 5));
	CHECK(got[0].events + got[1].events == 5);
	CHECK(leaf(244, 0) == -38 && leaf(435, 0) == -38 && leaf(100000, 0) == -38);
}

COMMON(shared_word) volatile int shared_word;

static void forks(void)
{
	long parent = leaf(NR_getpid);
	long child = leaf(NR_clone, 17, 0, 0, 0, 0);
	if (!child) {
		CHECK(leaf(NR_getpid) != parent && leaf(NR_gettid) == leaf(NR_getpid) && leaf(NR_getppid) == parent);
		CHECK(((struct pop_control *)POP_PROCESS_BASE)->pid == leaf(NR_getpid));
		CHECK(leaf(NR_mmap, 0, 8192, 3, 0x22, -1, 0) > 0);
		shared_word = 9;
		leaf(NR_exit_group, 21);
	}
	CHECK(child > 0);
	int status = 0;
	CHECK(sys(NR_wait4, child, &status, 0, 0) == child && status == 21 << 8 && shared_word == 0);
	CHECK(((struct pop_control *)POP_PROCESS_BASE)->threads == 1);
}

static char buffer[POP_JMP_BYTES] __attribute__((aligned(16)));
static char record[POP_RECORD_BYTES] __attribute__((aligned(16)));
static volatile int stage;

static __attribute__((noinline)) void thrower(double value)
{
	uint64_t *dsp = (uint64_t *)((char *)__builtin_thread_pointer() + POP_TP_DSP);
	*dsp -= 4096;
	if (value > 1) longjmp(buffer, stage);
}

static void jumps(void)
{
	uint64_t *dsp = (uint64_t *)((char *)__builtin_thread_pointer() + POP_TP_DSP), before = *dsp;
	volatile double kept = 2.5;
	stage = 3;
	int value = setjmp(buffer);
	if (!value) thrower(kept);
	CHECK(value == 3 && *dsp == before && kept == 2.5);
	stage = 0;
	value = setjmp(buffer);
	if (!value) thrower(kept);
	CHECK(value == 1);
	/* After a move a buffer leads to its frame's record. It keeps the common part: dsp as it was at setjmp. */
	*(char **)(buffer + POP_JMP_RECORD) = record;
	*(uint64_t *)(buffer + POP_JMP_SITE) = 7;
	*(uint64_t *)(buffer + POP_JMP_EPOCH) += 1;
	*dsp -= 64;
	stage = 4;
	value = __pop_setjmp_rearm(record);
	if (!value) thrower(kept);
	CHECK(value == 4 && *dsp == before && *(uint64_t *)(record + POP_RECORD_SITE) == 7);
	uint64_t mask = 1ul << 11, now = 0;
	value = sigsetjmp(buffer, 1);
	if (!value) {
		CHECK(leaf(NR_rt_sigprocmask, 0, &mask, 0, 8) == 0);
		siglongjmp(buffer, 2);
	}
	CHECK(value == 2 && leaf(NR_rt_sigprocmask, 0, 0, &now, 8) == 0 && now == 0);
	value = sigsetjmp(buffer, 0);
	if (!value) {
		CHECK(leaf(NR_rt_sigprocmask, 0, &mask, 0, 8) == 0);
		siglongjmp(buffer, 2);
	}
	CHECK(value == 2 && leaf(NR_rt_sigprocmask, 2, &now, &mask, 8) == 0 && mask == 1ul << 11);
}

static void rounding(void)
{
	volatile double one = 1, three = 3, tiny = 1e-30;
	CHECK(fegetround() == 0);
	volatile double nearest = one + tiny;
	CHECK(__fesetround(3) == 0 && fegetround() == 3);
	volatile double up = one + tiny;
	CHECK(__fesetround(2) == 0 && fegetround() == 2);
	volatile double down = one - tiny;
	CHECK(__fesetround(1) == 0 && fegetround() == 1 && __fesetround(0) == 0);
	CHECK(nearest == 1 && up > 1 && down < 1);
	feclearexcept(31);
	CHECK(fetestexcept(31) == 0);
	volatile double third = one / three, zero = 0, infinite = one / zero;
	(void)third, (void)infinite;
	CHECK(fetestexcept(31) == (1 | 8));
	feraiseexcept(16);
	feclearexcept(8);
	CHECK(fetestexcept(31) == (1 | 16));
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	struct timespec time;
	CHECK(leaf(NR_clock_gettime, 0, &time) == 0 && time.seconds > 1600000000);
	files();
	forks();
	jumps();
	rounding();
	print("kernel\n");
	finish(8);
}
