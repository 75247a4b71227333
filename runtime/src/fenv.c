/* <fenv.h>. IR sees RISC-V's encoding (fcsr: flags in bits 0-4, rounding mode in bits 5-7) on every ISA, so that a
 * saved environment means the same after a move. */
#include "runtime.h"

#define COMMON(name) __attribute__((section(".text.pop." #name), used, aligned(16)))

enum { NX = 1, UF = 2, OF = 4, DZ = 8, NV = 16, ALL = 31 };
enum { NEAREST, TO_ZERO, DOWN, UP };

#if defined __x86_64__
/* MXCSR: IE 0, DE 1, ZE 2, OE 3, UE 4, PE 5; rounding control 13-14 = nearest, down, up, zero. */
static const uint8_t to_native_round[] = { [NEAREST] = 0, [TO_ZERO] = 3, [DOWN] = 1, [UP] = 2 };
static const uint8_t from_native_round[] = { NEAREST, DOWN, UP, TO_ZERO };

int pop_fenv_get(void)
{
	uint32_t m;
	__asm__ volatile ("stmxcsr %0" : "=m"(m));
	return (m & 1 ? NV : 0) | (m & 4 ? DZ : 0) | (m & 8 ? OF : 0) | (m & 16 ? UF : 0) | (m & 32 ? NX : 0)
		| from_native_round[m >> 13 & 3] << 5;
}

void pop_fenv_set(int fcsr)
{
	uint32_t m;
	__asm__ volatile ("stmxcsr %0" : "=m"(m));
	m &= ~0x603fu;
	m |= (fcsr & NV ? 1u : 0) | (fcsr & DZ ? 4u : 0) | (fcsr & OF ? 8u : 0) | (fcsr & UF ? 16u : 0)
		| (fcsr & NX ? 32u : 0) | (uint32_t)to_native_round[fcsr >> 5 & 3] << 13;
	__asm__ volatile ("ldmxcsr %0" : : "m"(m));
}
#elif defined __aarch64__
/* FPSR: IOC 0, DZC 1, OFC 2, UFC 3, IXC 4; FPCR rounding mode 22-23 = nearest, up, down, zero. */
static const uint8_t to_native_round[] = { [NEAREST] = 0, [TO_ZERO] = 3, [DOWN] = 2, [UP] = 1 };
static const uint8_t from_native_round[] = { NEAREST, UP, DOWN, TO_ZERO };

int pop_fenv_get(void)
{
	uint64_t status, control;
	__asm__ volatile ("mrs %0, fpsr\n\tmrs %1, fpcr" : "=r"(status), "=r"(control));
	return (status & 1 ? NV : 0) | (status & 2 ? DZ : 0) | (status & 4 ? OF : 0) | (status & 8 ? UF : 0)
		| (status & 16 ? NX : 0) | from_native_round[control >> 22 & 3] << 5;
}

void pop_fenv_set(int fcsr)
{
	uint64_t status, control;
	__asm__ volatile ("mrs %0, fpsr\n\tmrs %1, fpcr" : "=r"(status), "=r"(control));
	status &= ~31ul;
	status |= (fcsr & NV ? 1u : 0) | (fcsr & DZ ? 2u : 0) | (fcsr & OF ? 4u : 0) | (fcsr & UF ? 8u : 0)
		| (fcsr & NX ? 16u : 0);
	control = (control & ~(3ul << 22)) | (uint64_t)to_native_round[fcsr >> 5 & 3] << 22;
	__asm__ volatile ("msr fpsr, %0\n\tmsr fpcr, %1" : : "r"(status), "r"(control));
}
#else
int pop_fenv_get(void)
{
	long fcsr;
	__asm__ volatile ("frcsr %0" : "=r"(fcsr));
	return (int)fcsr;
}

void pop_fenv_set(int fcsr) { __asm__ volatile ("fscsr %0" : : "r"((long)fcsr)); }
#endif

COMMON(feclearexcept) int feclearexcept(int mask)
{
	pop_fenv_set(pop_fenv_get() & ~(mask & ALL));
	return 0;
}

COMMON(feraiseexcept) int feraiseexcept(int mask)
{
	pop_fenv_set(pop_fenv_get() | (mask & ALL));
	return 0;
}

COMMON(fetestexcept) int fetestexcept(int mask) { return pop_fenv_get() & mask & ALL; }

COMMON(fegetround) int fegetround(void) { return pop_fenv_get() >> 5 & 7; }

COMMON(__fesetround) int __fesetround(int mode)
{
	pop_fenv_set((pop_fenv_get() & ALL) | mode << 5);
	return 0;
}

COMMON(fegetenv) int fegetenv(uint32_t *environment)
{
	*environment = (uint32_t)pop_fenv_get();
	return 0;
}

COMMON(fesetenv) int fesetenv(const uint32_t *environment)
{
	pop_fenv_set(environment == (const uint32_t *)-1 ? 0 : (int)*environment); /* FE_DFL_ENV */
	return 0;
}
