#include "leaf.h"

#ifdef LEAF_VECTORS
LEAF(strlen) size_t strlen(const char *s)
{
	unsigned skip = (unsigned)((uintptr_t)s & (VECTOR - 1));
	const char *p = s - skip;
	uint64_t mask = lanes((vector)(ALIGNED_VECTOR(p) == 0)) >> (skip * LANE_BITS);
	if (mask)
		return first_lane(mask);
	do {
		p += VECTOR;
		mask = lanes((vector)(ALIGNED_VECTOR(p) == 0));
	} while (!mask);
	return (size_t)(p - s) + first_lane(mask);
}
#else
#include "src/string/strlen.c"
#endif
