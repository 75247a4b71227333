/* Leaves: functions of libc that are native code of each ISA, since no thread ever parks in them. Each file defines one
 * function at a common address. Results are the same on every ISA, to the byte. RISC-V without vectors, and without
 * unaligned access that could be relied on, takes musl's own C. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define LEAF(name) __attribute__((section(".text.pop." #name), aligned(32), used))
#define ALIAS(name) __attribute__((weak, alias(#name)))

#if defined __x86_64__ || defined __aarch64__
#define LEAF_VECTORS 1

typedef unsigned char vector __attribute__((vector_size(16)));
typedef unsigned char loose_vector __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint64_t loose64 __attribute__((aligned(1), may_alias));
typedef uint32_t loose32 __attribute__((aligned(1), may_alias));
typedef uint16_t loose16 __attribute__((aligned(1), may_alias));

enum { VECTOR = sizeof(vector) };

#define LOAD(type, p, offset) (*(const loose##type *)((const char *)(p) + (offset)))
#define STORE(type, p, offset, value) (*(loose##type *)((char *)(p) + (offset)) = (value))
#define LOAD_VECTOR(p, offset) LOAD(_vector, p, offset)
#define STORE_VECTOR(p, offset, value) STORE(_vector, p, offset, value)
#define ALIGNED_VECTOR(p) (*(const vector_alias *)(p))
typedef vector vector_alias __attribute__((may_alias));

/* A mask has LANE_BITS bits for each byte of a vector, the byte at the lowest address in the lowest bits. */
#ifdef __x86_64__
#include <emmintrin.h>
#define LANE_BITS 1
static inline uint64_t lanes(vector truth)
{
	return (uint32_t)_mm_movemask_epi8((__m128i)truth);
}
#else
#include <arm_neon.h>
#define LANE_BITS 4
static inline uint64_t lanes(vector truth)
{
	uint8x8_t narrowed = vshrn_n_u16((uint16x8_t)truth, 4);
	return vget_lane_u64(vreinterpret_u64_u8(narrowed), 0);
}
#endif

static inline unsigned first_lane(uint64_t mask)
{
	return (unsigned)__builtin_ctzll(mask) / LANE_BITS;
}

static inline unsigned last_lane(uint64_t mask)
{
	return (63 - (unsigned)__builtin_clzll(mask)) / LANE_BITS;
}

static inline vector splat(int c)
{
	return (vector){0} + (unsigned char)c;
}

/* A read of 16 bytes at p stays within p's page. */
static inline int within_page(const void *p)
{
	return ((uintptr_t)p & 4095) <= 4096 - VECTOR;
}
#endif
