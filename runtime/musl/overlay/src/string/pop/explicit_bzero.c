#define _BSD_SOURCE
#include <string.h>

/* A volatile pointer keeps the call: without assembly nothing else tells the optimiser that the zeros matter. */
static void *(*volatile clear)(void *, int, size_t) = memset;

void explicit_bzero(void *d, size_t n)
{
	clear(d, 0, n);
}
