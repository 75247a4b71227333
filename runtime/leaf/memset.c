#include "leaf.h"

#ifdef LEAF_VECTORS
LEAF(memset) void *memset(void *to, int c, size_t n)
{
	vector value = splat(c);
	if (n < 16) {
		uint64_t word = 0x0101010101010101u * (unsigned char)c;
		if (n >= 8) {
			STORE(64, to, 0, word);
			STORE(64, to, n - 8, word);
		} else if (n >= 4) {
			STORE(32, to, 0, (uint32_t)word);
			STORE(32, to, n - 4, (uint32_t)word);
		} else if (n) {
			((unsigned char *)to)[0] = (unsigned char)c;
			((unsigned char *)to)[n / 2] = (unsigned char)c;
			((unsigned char *)to)[n - 1] = (unsigned char)c;
		}
		return to;
	}
	STORE_VECTOR(to, 0, value);
	STORE_VECTOR(to, n - 16, value);
	if (n <= 32)
		return to;
	STORE_VECTOR(to, 16, value);
	STORE_VECTOR(to, n - 32, value);
	if (n <= 64)
		return to;
	STORE_VECTOR(to, 32, value);
	STORE_VECTOR(to, 48, value);
	STORE_VECTOR(to, n - 64, value);
	STORE_VECTOR(to, n - 48, value);
	if (n <= 128)
		return to;
	char *end = (char *)to + n - 64;
	vector_alias *next = (vector_alias *)(((uintptr_t)to + 64) & ~(uintptr_t)15);
	for (; (char *)next < end; next += 4) {
		next[0] = value;
		next[1] = value;
		next[2] = value;
		next[3] = value;
	}
	return to;
}
#else
#include "src/string/memset.c"
#endif
