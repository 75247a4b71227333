#include "copy.h"

#ifdef LEAF_VECTORS
LEAF(memcpy) void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	if (n <= 16)
		copy_small(to, from, n);
	else if (n <= 128)
		copy_medium(to, from, n);
	else
		copy_up(to, from, n);
	return to;
}
#else
#include "src/string/memcpy.c"
#endif
