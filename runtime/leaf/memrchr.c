#include "leaf.h"

#ifdef LEAF_VECTORS
LEAF(memrchr) void *__memrchr(const void *block, int c, size_t n)
{
	const unsigned char *s = block;
	vector wanted = splat(c);
	while (n >= VECTOR) {
		uint64_t mask = lanes((vector)(LOAD_VECTOR(s, n - VECTOR) == wanted));
		n -= VECTOR;
		if (mask)
			return (void *)(s + n + last_lane(mask));
	}
	while (n--) {
		if (s[n] == (unsigned char)c)
			return (void *)(s + n);
	}
	return 0;
}
void *memrchr(const void *, int, size_t) ALIAS(__memrchr);
#else
#include "src/string/memrchr.c"
#endif
