#include "leaf.h"

#ifdef LEAF_VECTORS
/* Whole aligned vectors are read: never beyond the page that holds a byte which memchr may read. */
LEAF(memchr) void *memchr(const void *block, int c, size_t n)
{
	if (!n)
		return 0;
	vector wanted = splat(c);
	unsigned skip = (unsigned)((uintptr_t)block & (VECTOR - 1));
	const char *p = (const char *)block - skip;
	const char *end = (const char *)block + n;
	if (end < (const char *)block)
		end = (const char *)UINTPTR_MAX;
	uint64_t mask = lanes((vector)(ALIGNED_VECTOR(p) == wanted)) >> (skip * LANE_BITS) << (skip * LANE_BITS);
	while (!mask) {
		if ((size_t)(end - p) <= VECTOR)
			return 0;
		p += VECTOR;
		mask = lanes((vector)(ALIGNED_VECTOR(p) == wanted));
	}
	p += first_lane(mask);
	return p < end ? (void *)p : 0;
}
#else
#include "src/string/memchr.c"
#endif
