#include "leaf.h"

#ifdef LEAF_VECTORS
size_t strlen(const char *);
void *memcpy(void *restrict, const void *restrict, size_t);

LEAF(stpcpy) char *__stpcpy(char *restrict to, const char *restrict from)
{
	size_t n = strlen(from);
	memcpy(to, from, n + 1);
	return to + n;
}
char *stpcpy(char *restrict, const char *restrict) ALIAS(__stpcpy);
#else
#include "src/string/stpcpy.c"
#endif
