// 32 MiB, of which a thread writes the first 4 again and again: the same values. "check" looks at all of it, and
// changes the rest of it here and there.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 4 << 20, REWRITTEN = WORDS / 8, STRIDE = 4097 };

static uint64_t *memory;

static uint64_t value(uint64_t i) { return i * 0x9e3779b97f4a7c15u; }

static void *rewrite(void *unused)
{
	for (;;)
		for (uint64_t i = 0; i < REWRITTEN; i++) ((volatile uint64_t *)memory)[i] = value(i);
	return unused;
}

int main(void)
{
	memory = malloc(WORDS * sizeof *memory);
	for (uint64_t i = 0; i < WORDS; i++) memory[i] = value(i);
	pthread_t thread;
	pthread_create(&thread, 0, rewrite, 0);
	puts("ready");
	fflush(stdout);
	char line[80];
	for (uint64_t round = 1; fgets(line, sizeof line, stdin); round++) {
		uint64_t wrong = 0;
		for (uint64_t i = 0; i < WORDS; i++) {
			int changes = i >= REWRITTEN && i % STRIDE == 0;
			wrong += memory[i] != value(i) + (changes ? round - 1 : 0);
			if (changes) memory[i]++;
		}
		if (wrong) printf("%lu words are wrong in round %lu\n", (unsigned long)wrong, (unsigned long)round);
		else puts("PASS");
		fflush(stdout);
	}
	return 0;
}
