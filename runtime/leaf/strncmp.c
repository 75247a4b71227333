#include "compare.h"

#ifdef LEAF_VECTORS
LEAF(strncmp) int strncmp(const char *left, const char *right, size_t n)
{
	return compare(left, right, 1, n);
}
#else
#include "src/string/strncmp.c"
#endif
