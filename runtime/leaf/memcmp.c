#include "leaf.h"

#ifdef LEAF_VECTORS
static inline uint64_t differing(const unsigned char *a, const unsigned char *b, size_t at)
{
	return lanes((vector)(LOAD_VECTOR(a, at) != LOAD_VECTOR(b, at)));
}

/* Where the first of up to 16 bytes differs, or n. The two words overlap; the first is looked at first. */
static inline size_t first_difference_small(const unsigned char *a, const unsigned char *b, size_t n)
{
	uint64_t words;
	if (n >= 8) {
		if ((words = LOAD(64, a, 0) ^ LOAD(64, b, 0)))
			return (size_t)__builtin_ctzll(words) / 8;
		if ((words = LOAD(64, a, n - 8) ^ LOAD(64, b, n - 8)))
			return n - 8 + (size_t)__builtin_ctzll(words) / 8;
		return n;
	}
	if (n >= 4) {
		if ((words = LOAD(32, a, 0) ^ LOAD(32, b, 0)))
			return (size_t)__builtin_ctzll(words) / 8;
		if ((words = LOAD(32, a, n - 4) ^ LOAD(32, b, n - 4)))
			return n - 4 + (size_t)__builtin_ctzll(words) / 8;
		return n;
	}
	size_t i = 0;
	while (i < n && a[i] == b[i])
		i++;
	return i;
}

LEAF(memcmp) int memcmp(const void *left, const void *right, size_t n)
{
	const unsigned char *a = left, *b = right;
	size_t at = 0;
	if (n < VECTOR) {
		at = first_difference_small(a, b, n);
		return at == n ? 0 : a[at] - b[at];
	}
	uint64_t mask;
	for (; at <= n - VECTOR; at += VECTOR) {
		if ((mask = differing(a, b, at)))
			goto found;
	}
	if (at == n)
		return 0;
	at = n - VECTOR;
	if (!(mask = differing(a, b, at)))
		return 0;
found:
	at += first_lane(mask);
	return a[at] - b[at];
}
#else
#include "src/string/memcmp.c"
#endif
