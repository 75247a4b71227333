/* Atomic operations that are one instruction on no or not every ISA: 16 bytes, and structs of any size. Compilers call
 * them by the names of GNU libatomic. All operations on 16 aligned bytes are lock-free on x86-64 and AArch64, because
 * compiled code has such instructions too; elsewhere a lock chosen by the address is held, by code that cannot park. */
#include "runtime.h"

typedef unsigned __int128 u128;

#define LIBATOMIC(result, name, ...) \
	result pop_atomic_##name(__VA_ARGS__) __asm__("__atomic_" #name); \
	result pop_atomic_##name(__VA_ARGS__)

static uint32_t locks[64];

static uint32_t *acquire(const volatile void *at)
{
	uint32_t *lock = &locks[(uintptr_t)at >> 4 & 63];
	for (int spins = 0; __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE); spins++)
		if (spins > 100) pop_raw(NR_sched_yield);
	return lock;
}

static void release(uint32_t *lock)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

/* Returns what was there; stores the new value when that was the expected one. */
static u128 swap16(volatile u128 *at, u128 expected, u128 desired)
{
#if defined __x86_64__
	uint64_t low = (uint64_t)expected, high = (uint64_t)(expected >> 64);
	__asm__ volatile("lock cmpxchg16b %0"
		: "+m"(*at), "+a"(low), "+d"(high)
		: "b"((uint64_t)desired), "c"((uint64_t)(desired >> 64)) : "memory", "cc");
	return (u128)high << 64 | low;
#elif defined __aarch64__
	uint64_t low, high, next_low, next_high;
	uint32_t failed;
	/* Only a successful store proves that both halves were read at once. */
	__asm__ volatile("1:	ldaxp %0,%1,[%5]\n"
		"	cmp %0,%6\n"
		"	ccmp %1,%7,#0,eq\n"
		"	csel %2,%8,%0,eq\n"
		"	csel %3,%9,%1,eq\n"
		"	stlxp %w4,%2,%3,[%5]\n"
		"	cbnz %w4,1b"
		: "=&r"(low), "=&r"(high), "=&r"(next_low), "=&r"(next_high), "=&r"(failed)
		: "r"(at), "r"((uint64_t)expected), "r"((uint64_t)(expected >> 64)), "r"((uint64_t)desired),
		"r"((uint64_t)(desired >> 64))
		: "memory", "cc");
	return (u128)high << 64 | low;
#else
	uint32_t *lock = acquire(at);
	u128 now = *at;
	if (now == expected) *at = desired;
	release(lock);
	return now;
#endif
}

LIBATOMIC(u128, load_16, volatile u128 *at, int order)
{
	(void)order;
	return swap16(at, 0, 0);
}

/* What was there before, and the new value in its place. */
#define UPDATE(name, new_value) \
	LIBATOMIC(u128, name, volatile u128 *at, u128 value, int order) \
	{ \
		(void)order; \
		u128 old = swap16(at, 0, 0), seen; \
		while ((seen = swap16(at, old, new_value)) != old) old = seen; \
		return old; \
	}

UPDATE(exchange_16, value)
UPDATE(fetch_add_16, old + value)
UPDATE(fetch_sub_16, old - value)
UPDATE(fetch_and_16, old & value)
UPDATE(fetch_or_16, old | value)
UPDATE(fetch_xor_16, old ^ value)
UPDATE(fetch_nand_16, ~(old & value))

LIBATOMIC(void, store_16, volatile u128 *at, u128 value, int order)
{
	pop_atomic_exchange_16(at, value, order);
}

LIBATOMIC(_Bool, compare_exchange_16, volatile u128 *at, u128 *expected, u128 desired, int success, int failure)
{
	(void)success, (void)failure;
	u128 seen = swap16(at, *expected, desired);
	if (seen == *expected) return 1;
	*expected = seen;
	return 0;
}

/* ---- Any size. ---- */

static void copy(void *to, const void *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
}

static int same(const void *a, const void *b, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (((const char *)a)[i] != ((const char *)b)[i]) return 0;
	return 1;
}

static int is16(size_t bytes, const volatile void *at)
{
	return bytes == 16 && !((uintptr_t)at & 15);
}

LIBATOMIC(void, load, size_t bytes, void *at, void *to, int order)
{
	u128 value;
	if (is16(bytes, at)) {
		value = pop_atomic_load_16(at, order);
		copy(to, &value, 16);
		return;
	}
	uint32_t *lock = acquire(at);
	copy(to, at, bytes);
	release(lock);
}

LIBATOMIC(void, exchange, size_t bytes, void *at, void *value, void *old, int order)
{
	u128 wide;
	if (is16(bytes, at)) {
		copy(&wide, value, 16);
		wide = pop_atomic_exchange_16(at, wide, order);
		copy(old, &wide, 16);
		return;
	}
	uint32_t *lock = acquire(at);
	/* The old value may go where the new one comes from. */
	for (size_t i = 0; i < bytes; i++) {
		char was = ((char *)at)[i];
		((char *)at)[i] = ((char *)value)[i];
		((char *)old)[i] = was;
	}
	release(lock);
}

LIBATOMIC(void, store, size_t bytes, void *at, void *value, int order)
{
	u128 wide;
	if (is16(bytes, at)) {
		copy(&wide, value, 16);
		pop_atomic_exchange_16(at, wide, order);
		return;
	}
	uint32_t *lock = acquire(at);
	copy(at, value, bytes);
	release(lock);
}

LIBATOMIC(_Bool, compare_exchange, size_t bytes, void *at, void *expected, void *desired, int success, int failure)
{
	if (is16(bytes, at)) {
		u128 wide, wanted;
		copy(&wide, desired, 16);
		copy(&wanted, expected, 16);
		_Bool done = pop_atomic_compare_exchange_16(at, &wanted, wide, success, failure);
		copy(expected, &wanted, 16);
		return done;
	}
	uint32_t *lock = acquire(at);
	int equal = same(at, expected, bytes);
	if (equal) copy(at, desired, bytes);
	else copy(expected, at, bytes);
	release(lock);
	return (_Bool)equal;
}

/* The same answer on every machine: it must not change by a move. */
LIBATOMIC(_Bool, is_lock_free, size_t bytes, const volatile void *at)
{
	return (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) && !((uintptr_t)at & (bytes - 1));
}
