#include "compare.h"

#ifdef LEAF_VECTORS
LEAF(strcmp) int strcmp(const char *left, const char *right)
{
	return compare(left, right, 0, 0);
}
#else
#include "src/string/strcmp.c"
#endif
