#include "leaf.h"

#ifdef LEAF_VECTORS
LEAF(strcmp) int strcmp(const char *left, const char *right)
{
	const unsigned char *a = (const unsigned char *)left, *b = (const unsigned char *)right;
	for (;;) {
		if (within_page(a) && within_page(b)) {
			vector x = LOAD_VECTOR(a, 0), y = LOAD_VECTOR(b, 0);
			uint64_t mask = lanes((vector)(x != y) | (vector)(x == 0));
			if (mask) {
				unsigned at = first_lane(mask);
				return a[at] - b[at];
			}
			a += VECTOR;
			b += VECTOR;
			continue;
		}
#pragma clang loop unroll(disable)
		for (int i = 0; i < VECTOR; i++, a++, b++) {
			if (*a != *b || !*a)
				return *a - *b;
		}
	}
}
#else
#include "src/string/strcmp.c"
#endif
