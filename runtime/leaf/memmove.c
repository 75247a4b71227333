#include "copy.h"

#ifdef LEAF_VECTORS
LEAF(memmove) void *memmove(void *to, const void *from, size_t n)
{
	if (n <= 16)
		copy_small(to, from, n);
	else if (n <= 128)
		copy_medium(to, from, n);
	else if ((uintptr_t)to - (uintptr_t)from < n)
		copy_down(to, from, n);
	else
		copy_up(to, from, n);
	return to;
}
#else
#include "src/string/memmove.c"
#endif
