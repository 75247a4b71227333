/* strcmp and strncmp: the same but for the limit, which is no argument of one of them. */
#pragma once

#include "leaf.h"

#ifdef LEAF_VECTORS
static inline __attribute__((always_inline)) int compare(const char *left, const char *right, int limited, size_t n)
{
	const unsigned char *a = (const unsigned char *)left, *b = (const unsigned char *)right;
	for (;;) {
		if ((!limited || n >= VECTOR) && within_page(a) && within_page(b)) {
			vector x = LOAD_VECTOR(a, 0), y = LOAD_VECTOR(b, 0);
			uint64_t mask = lanes((vector)(x != y) | (vector)(x == 0));
			if (mask) {
				unsigned at = first_lane(mask);
				return a[at] - b[at];
			}
			a += VECTOR;
			b += VECTOR;
			n -= VECTOR;
			continue;
		}
#pragma clang loop unroll(disable)
		for (int i = 0; i < VECTOR; i++, a++, b++, n--) {
			if (limited && !n)
				return 0;
			if (*a != *b || !*a)
				return *a - *b;
		}
	}
}
#endif
