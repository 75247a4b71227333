/* memcpy and memmove: everything is loaded before anything is stored as far as registers go, longer blocks by a loop. */
#pragma once
#include "leaf.h"

#ifdef LEAF_VECTORS
static inline __attribute__((always_inline)) void copy_small(char *to, const char *from, size_t n)
{
	if (n >= 8) {
		uint64_t head = LOAD(64, from, 0), tail = LOAD(64, from, n - 8);
		STORE(64, to, 0, head);
		STORE(64, to, n - 8, tail);
	} else if (n >= 4) {
		uint32_t head = LOAD(32, from, 0), tail = LOAD(32, from, n - 4);
		STORE(32, to, 0, head);
		STORE(32, to, n - 4, tail);
	} else if (n >= 2) {
		uint16_t head = LOAD(16, from, 0), tail = LOAD(16, from, n - 2);
		STORE(16, to, 0, head);
		STORE(16, to, n - 2, tail);
	} else if (n) {
		*to = *from;
	}
}

/* 17 to 128 bytes. */
static inline __attribute__((always_inline)) void copy_medium(char *to, const char *from, size_t n)
{
	vector a = LOAD_VECTOR(from, 0), z = LOAD_VECTOR(from, n - 16);
	if (n > 32) {
		vector b = LOAD_VECTOR(from, 16), y = LOAD_VECTOR(from, n - 32);
		if (n > 64) {
			vector c = LOAD_VECTOR(from, 32), x = LOAD_VECTOR(from, n - 48);
			vector d = LOAD_VECTOR(from, 48), w = LOAD_VECTOR(from, n - 64);
			STORE_VECTOR(to, 32, c);
			STORE_VECTOR(to, 48, d);
			STORE_VECTOR(to, n - 64, w);
			STORE_VECTOR(to, n - 48, x);
		}
		STORE_VECTOR(to, 16, b);
		STORE_VECTOR(to, n - 32, y);
	}
	STORE_VECTOR(to, 0, a);
	STORE_VECTOR(to, n - 16, z);
}

/* More than 128 bytes, upwards: right unless `to` lies in the block behind `from`. The last 64 bytes are read first,
 * the first 16 as well, so that the loop can start where `to` is aligned. */
static inline __attribute__((always_inline)) void copy_up(char *to, const char *from, size_t n)
{
	vector first = LOAD_VECTOR(from, 0);
	vector w = LOAD_VECTOR(from, n - 64), x = LOAD_VECTOR(from, n - 48);
	vector y = LOAD_VECTOR(from, n - 32), z = LOAD_VECTOR(from, n - 16);
	char *end = to + n;
	size_t skip = VECTOR - ((uintptr_t)to & (VECTOR - 1));
	const char *source = from + skip;
	char *target = to + skip;
	do {
		vector a = LOAD_VECTOR(source, 0), b = LOAD_VECTOR(source, 16);
		vector c = LOAD_VECTOR(source, 32), d = LOAD_VECTOR(source, 48);
		source += 64;
		((vector_alias *)target)[0] = a;
		((vector_alias *)target)[1] = b;
		((vector_alias *)target)[2] = c;
		((vector_alias *)target)[3] = d;
		target += 64;
	} while (target < end - 64);
	STORE_VECTOR(end, -64, w);
	STORE_VECTOR(end, -48, x);
	STORE_VECTOR(end, -32, y);
	STORE_VECTOR(end, -16, z);
	STORE_VECTOR(to, 0, first);
}

/* The mirror image, right unless `to` lies before `from` within the block. */
static inline __attribute__((always_inline)) void copy_down(char *to, const char *from, size_t n)
{
	vector last = LOAD_VECTOR(from, n - 16);
	vector a = LOAD_VECTOR(from, 0), b = LOAD_VECTOR(from, 16);
	vector c = LOAD_VECTOR(from, 32), d = LOAD_VECTOR(from, 48);
	size_t skip = (uintptr_t)(to + n) & (VECTOR - 1);
	const char *source = from + n - skip;
	char *target = to + n - skip;
	do {
		vector w = LOAD_VECTOR(source, -64), x = LOAD_VECTOR(source, -48);
		vector y = LOAD_VECTOR(source, -32), z = LOAD_VECTOR(source, -16);
		source -= 64;
		target -= 64;
		((vector_alias *)target)[3] = z;
		((vector_alias *)target)[2] = y;
		((vector_alias *)target)[1] = x;
		((vector_alias *)target)[0] = w;
	} while (target > to + 64);
	STORE_VECTOR(to, 48, d);
	STORE_VECTOR(to, 32, c);
	STORE_VECTOR(to, 16, b);
	STORE_VECTOR(to, 0, a);
	STORE_VECTOR(to, n - 16, last);
}
#endif
