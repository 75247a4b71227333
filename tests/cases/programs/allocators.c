// flags: -O2
/* The attributes C libraries put on their allocators describe arguments by number: allocators that may park keep working. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile unsigned long steps;

__attribute__((noinline, malloc, alloc_size(1))) static void *grab(size_t bytes)
{
	for (unsigned i = 0; i < 40; i++) steps += i;
	return malloc(bytes);
}

__attribute__((noinline, alloc_size(2, 3), returns_nonnull)) static void *grow(void *old, size_t count, size_t size)
{
	for (unsigned i = 0; i < 40; i++) steps += i;
	void *result = realloc(old, count * size);
	if (!result) abort();
	return result;
}

__attribute__((noinline, alloc_size(2), alloc_align(1), malloc)) static void *aligned(size_t alignment, size_t bytes)
{
	for (unsigned i = 0; i < 40; i++) steps += i;
	return aligned_alloc(alignment, bytes);
}

int main(void)
{
	char *text = grab(16);
	strcpy(text, "allocate");
	unsigned long *numbers = 0;
	for (size_t n = 1; n <= 20; n++) {
		numbers = grow(numbers, n, sizeof *numbers);
		numbers[n - 1] = n * n;
	}
	unsigned long *wide = aligned(256, 512);
	wide[0] = numbers[19];
	printf("%s %lu %lu %d\n", text, numbers[10], wide[0], (int)((unsigned long)wide % 256));
	free(wide);
	free(numbers);
	free(text);
	printf("%lu\n", steps);
	return 0;
}
