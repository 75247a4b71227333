/* Every system call of libc is a call of the runtime. A call that cannot block goes to a function that never parks,
 * so that its callers need no state-map site. */
#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

long __pop_syscall(long, long, long, long, long, long, long);
long __pop_syscall_leaf(long, long, long, long, long, long, long);

/* Numbers that may wait for something another process or thread does. F_SETLKW comes with a number that is no constant
 * here (through __syscall_cp), so fcntl is not among them. */
static inline __attribute__((always_inline)) int __pop_may_block(long n)
{
	switch (n) {
	case 4: case 22: case 32: case 47: case 56: case 63: case 64: case 65: case 66: case 67: case 68: case 69:
	case 70: case 71: case 72: case 73: case 75: case 76: case 77: case 95: case 98: case 101: case 115: case 133:
	case 137: case 182: case 183: case 188: case 189: case 192: case 193: case 202: case 203: case 206: case 207:
	case 211: case 212: case 242: case 243: case 260: case 269: case 285: case 286: case 287: case 292: case 426:
	case 437: case 441: case 449:
		return 1;
	default:
		return 0;
	}
}

static inline __attribute__((always_inline))
long __syscall6(long n, long a, long b, long c, long d, long e, long f)
{
	if (__builtin_constant_p(n) && !__pop_may_block(n)) return __pop_syscall_leaf(n, a, b, c, d, e, f);
	return __pop_syscall(n, a, b, c, d, e, f);
}

#define __POP_INLINE static inline __attribute__((always_inline)) long
__POP_INLINE __syscall0(long n) { return __syscall6(n, 0, 0, 0, 0, 0, 0); }
__POP_INLINE __syscall1(long n, long a) { return __syscall6(n, a, 0, 0, 0, 0, 0); }
__POP_INLINE __syscall2(long n, long a, long b) { return __syscall6(n, a, b, 0, 0, 0, 0); }
__POP_INLINE __syscall3(long n, long a, long b, long c) { return __syscall6(n, a, b, c, 0, 0, 0); }
__POP_INLINE __syscall4(long n, long a, long b, long c, long d) { return __syscall6(n, a, b, c, d, 0, 0); }
__POP_INLINE __syscall5(long n, long a, long b, long c, long d, long e) { return __syscall6(n, a, b, c, d, e, 0); }
#undef __POP_INLINE

/* For the few waits that must not park: the lock they wait for is only held across code that cannot park. */
#define __pop_futex_leaf(addr, op, val) __pop_syscall_leaf(SYS_futex, (long)(addr), (op), (val), 0, 0, 0)

#define IPC_64 0
