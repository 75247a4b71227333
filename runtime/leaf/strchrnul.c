#include "leaf.h"

#ifdef LEAF_VECTORS
static inline uint64_t stops(const char *p, vector wanted)
{
	vector bytes = ALIGNED_VECTOR(p);
	return lanes((vector)(bytes == wanted) | (vector)(bytes == 0));
}

LEAF(strchrnul) char *__strchrnul(const char *s, int c)
{
	vector wanted = splat(c);
	unsigned skip = (unsigned)((uintptr_t)s & (VECTOR - 1));
	const char *p = s - skip;
	uint64_t mask = stops(p, wanted) >> (skip * LANE_BITS) << (skip * LANE_BITS);
	while (!mask) {
		p += VECTOR;
		mask = stops(p, wanted);
	}
	return (char *)p + first_lane(mask);
}
char *strchrnul(const char *, int) ALIAS(__strchrnul);
#else
#include "src/string/strchrnul.c"
#endif
