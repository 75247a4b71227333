/* Raw system calls by asm-generic number. Nothing here knows about parking. */
#ifndef POP_SYS_H
#define POP_SYS_H

#include <stddef.h>
#include <stdint.h>

/* asm-generic numbers (include/uapi/asm-generic/unistd.h). */
enum {
	NR_epoll_ctl = 21, NR_epoll_pwait = 22, NR_dup = 23, NR_dup3 = 24, NR_fcntl = 25, NR_flock = 32, NR_fallocate = 47,
	NR_chdir = 49, NR_openat = 56, NR_close = 57, NR_pipe2 = 59, NR_lseek = 62, NR_read = 63, NR_write = 64,
	NR_readv = 65, NR_writev = 66, NR_pread64 = 67, NR_pwrite64 = 68, NR_preadv = 69, NR_pwritev = 70,
	NR_sendfile = 71, NR_pselect6 = 72, NR_ppoll = 73, NR_signalfd4 = 74, NR_vmsplice = 75, NR_splice = 76,
	NR_tee = 77, NR_readlinkat = 78, NR_newfstatat = 79, NR_fstat = 80, NR_timerfd_settime = 86,
	NR_timerfd_gettime = 87, NR_exit = 93, NR_exit_group = 94, NR_waitid = 95,
	NR_set_tid_address = 96, NR_futex = 98, NR_set_robust_list = 99, NR_get_robust_list = 100,
	NR_nanosleep = 101, NR_getitimer = 102, NR_setitimer = 103, NR_timer_create = 107, NR_timer_gettime = 108,
	NR_timer_getoverrun = 109, NR_timer_settime = 110, NR_timer_delete = 111, NR_clock_gettime = 113,
	NR_clock_getres = 114,
	NR_clock_nanosleep = 115, NR_sched_setparam = 118, NR_sched_setscheduler = 119,
	NR_sched_getscheduler = 120, NR_sched_getparam = 121, NR_sched_setaffinity = 122,
	NR_sched_getaffinity = 123, NR_sched_yield = 124, NR_sched_rr_get_interval = 127, NR_kill = 129,
	NR_tkill = 130,
	NR_tgkill = 131, NR_sigaltstack = 132, NR_rt_sigsuspend = 133, NR_rt_sigaction = 134,
	NR_rt_sigprocmask = 135, NR_rt_sigpending = 136, NR_rt_sigtimedwait = 137, NR_rt_sigqueueinfo = 138,
	NR_rt_sigreturn = 139,
	NR_setpriority = 140, NR_getpriority = 141, NR_times = 153, NR_setpgid = 154, NR_getpgid = 155, NR_getsid = 156,
	NR_setsid = 157, NR_getrusage = 165, NR_umask = 166, NR_getpid = 172, NR_getuid = 174, NR_gettid = 178, NR_mq_timedsend = 182,
	NR_mq_timedreceive = 183,
	NR_msgrcv = 188, NR_msgsnd = 189, NR_semctl = 191, NR_semtimedop = 192, NR_semop = 193, NR_shmat = 196,
	NR_shmdt = 197, NR_accept = 202, NR_connect = 203, NR_sendto = 206, NR_recvfrom = 207,
	NR_getsockopt = 209, NR_sendmsg = 211, NR_recvmsg = 212, NR_brk = 214, NR_munmap = 215, NR_mremap = 216,
	NR_clone = 220, NR_execve = 221, NR_mmap = 222, NR_mprotect = 226, NR_madvise = 233,
	NR_remap_file_pages = 234, NR_rt_tgsigqueueinfo = 240, NR_accept4 = 242, NR_recvmmsg = 243,
	NR_arch_specific = 244, NR_wait4 = 260, NR_prlimit64 = 261, NR_fanotify_init = 262,
	NR_open_by_handle_at = 265, NR_sendmmsg = 269, NR_sched_setattr = 274, NR_sched_getattr = 275,
	NR_getrandom = 278, NR_userfaultfd = 282, NR_copy_file_range = 285, NR_preadv2 = 286, NR_pwritev2 = 287,
	NR_pkey_mprotect = 288, NR_rseq = 293,
	NR_io_getevents = 4, NR_io_pgetevents = 292, NR_io_uring_enter = 426, NR_pidfd_open = 434,
	NR_close_range = 436, NR_execveat = 281,
	NR_clone3 = 435, NR_openat2 = 437, NR_epoll_pwait2 = 441, NR_futex_waitv = 449,
	POP_NR_COUNT = 452,
};

enum { EPERM_ = 1, ESRCH_ = 3, EINTR_ = 4, EBADF_ = 9, ECHILD_ = 10, EAGAIN_ = 11, ENOMEM_ = 12, EFAULT_ = 14,
	EEXIST_ = 17, EINVAL_ = 22, EDEADLK_ = 35, ENOSYS_ = 38, EPROTO_ = 71, EMFILE_ = 24, ETIMEDOUT_ = 110 };

enum { MAP_SHARED_ = 1, MAP_PRIVATE_ = 2, MAP_TYPE_ = 15, MAP_FIXED_ = 16, MAP_ANONYMOUS_ = 32,
	MAP_GROWSDOWN_ = 0x100, MAP_NORESERVE_ = 0x4000, MAP_FIXED_NOREPLACE_ = 0x100000 };
enum { PROT_READ_ = 1, PROT_WRITE_ = 2 };
enum { AT_FDCWD_ = -100, O_CLOEXEC_ = 02000000 };
enum { CLOCK_MONOTONIC_ = 1 };
enum { FUTEX_WAIT_ = 0, FUTEX_WAKE_ = 1 };

struct pop_timespec { int64_t seconds, nanoseconds; };

#if defined __x86_64__
static inline long pop_raw_native(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;
	__asm__ volatile ("syscall" : "=a"(result) : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
		: "rcx", "r11", "memory");
	return result;
}

/* -1: the kernel has no such call. A constant number folds away. */
static const int16_t pop_native_numbers[POP_NR_COUNT] = {
	[0 ... POP_NR_COUNT - 1] = -1,
#define NR(generic, native, name) [generic] = native,
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winitializer-overrides"
#include "x86_64/numbers.inc"
#pragma clang diagnostic pop
#undef NR
};

static inline long pop_native_number(long nr)
{
	return (unsigned long)nr < POP_NR_COUNT ? pop_native_numbers[nr] : -1;
}
#elif defined __aarch64__
static inline long pop_raw_native(long nr, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;
	__asm__ volatile ("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
}
#elif defined __riscv
static inline long pop_raw_native(long nr, long a, long b, long c, long d, long e, long f)
{
	register long a7 __asm__("a7") = nr;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;
	register long a5 __asm__("a5") = f;
	__asm__ volatile ("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5) : "memory");
	return a0;
}
#endif

#if !defined __x86_64__
static inline long pop_native_number(long nr)
{
	return (unsigned long)nr < POP_NR_COUNT && nr != NR_arch_specific ? nr : -1;
}
#endif

#define POP_RAW_ARGS(nr, a, b, c, d, e, f, ...) \
	pop_raw_native(pop_native_number(nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/* pop_raw(NR_x, up to six arguments). */
#define pop_raw(...) POP_RAW_ARGS(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

static inline long pop_futex_wait(volatile uint32_t *word, uint32_t value)
{
	return pop_raw(NR_futex, word, FUTEX_WAIT_, value, 0);
}

static inline long pop_futex_wake(volatile uint32_t *word, int count)
{
	return pop_raw(NR_futex, word, FUTEX_WAKE_, count);
}

#endif
