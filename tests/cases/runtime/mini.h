/* A libc of a few lines for the runtime's test programs, which stand in for compiled IR: globals that move are COMMON,
 * a thread's outermost frame is rebuilt by a hand-written resume_N, N being the thread's `role`. */
#ifndef MINI_H
#define MINI_H
#include "popcorn_abi.h"

#define COMMON(name) __attribute__((section(".data.pop." #name), aligned(16)))
/* A signal handler: function 0 or 1 whose address is the same on every ISA. */
#define HANDLER(number) __attribute__((section(".handler." #number)))

long __pop_syscall(long nr, long a, long b, long c, long d, long e, long f);
long __pop_syscall_leaf(long nr, long a, long b, long c, long d, long e, long f);
void __pop_park(void);
int __clone(int (*function)(void *), void *stack, int flags, void *argument, void **more);

#define SYS6(nr, a, b, c, d, e, f, ...) __pop_syscall(nr, (long)(a), (long)(b), (long)(c), (long)(d), \
	(long)(e), (long)(f))
#define sys(...) SYS6(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define LEAF6(nr, a, b, c, d, e, f, ...) \
	__pop_syscall_leaf(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define leaf(...) LEAF6(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

enum { NR_dup3 = 24, NR_fcntl = 25, NR_openat = 56, NR_close = 57, NR_pipe2 = 59, NR_lseek = 62, NR_read = 63,
	NR_write = 64, NR_ppoll = 73, NR_newfstatat = 79, NR_fstat = 80, NR_exit = 93, NR_exit_group = 94,
	NR_set_tid_address = 96, NR_futex = 98, NR_nanosleep = 101, NR_clock_gettime = 113, NR_kill = 129,
	NR_tgkill = 131, NR_sigaltstack = 132, NR_rt_sigaction = 134, NR_rt_sigprocmask = 135, NR_getppid = 173,
	NR_getpid = 172, NR_gettid = 178, NR_brk = 214, NR_munmap = 215, NR_mremap = 216, NR_clone = 220, NR_mmap = 222,
	NR_mprotect = 226, NR_madvise = 233, NR_wait4 = 260, NR_epoll_create1 = 20, NR_epoll_ctl = 21,
	NR_epoll_pwait = 22, NR_unlinkat = 35 };

struct timespec { long seconds, nanoseconds; };

static inline void point(void) { if (((volatile struct pop_unit *)POP_CONTROL_BASE)->flag) __pop_park(); }

/* A leaf: a thread must not park where no resume_N was written for. */
static inline void print(const char *text)
{
	long n = 0;
	while (text[n]) n++;
	leaf(NR_write, 1, text, n);
}

static inline void print_number(const char *name, long value)
{
	char digits[24], *at = digits + sizeof digits;
	unsigned long rest = value < 0 ? -(unsigned long)value : (unsigned long)value;
	*--at = 0;
	*--at = '\n';
	do *--at = (char)('0' + rest % 10); while (rest /= 10);
	if (value < 0) *--at = '-';
	print(name);
	print("=");
	print(at);
}

static inline _Noreturn void finish(int status) { for (;;) leaf(NR_exit_group, status); }

#define CHECK(condition) do { if (!(condition)) { \
	print("failed: " #condition " at " __FILE__ ":"); print_number("line", __LINE__); finish(1); } } while (0)

/* The word the harness reads to choose resume_N for a thread. */
#define role (*(volatile uint64_t *)((char *)__builtin_thread_pointer() + POP_TP_TLS))

int main(int argc, char **argv, char **envp);
#ifndef MINI_NO_START
void __libc_start_main(int (*entry)(int, char **, char **), int argc, char **argv)
{
	finish(entry(argc, argv, argv + argc + 1));
}
#endif
#endif
