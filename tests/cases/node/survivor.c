// What the node's tests move, save and shoot at: it holds state of several kinds, and answers commands on standard input.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t hash = 1469598103934665603u;
static char *blocks[64];

static void mix(uint64_t value)
{
	for (int i = 0; i < 8; i++) hash = (hash ^ (value >> (8 * i) & 255)) * 1099511628211u;
}

static double series(int depth, double sum)
{
	double local[4] = { sum, sum * 0.5, sum * 0.25, depth };
	mix((uint64_t)(local[depth % 4] * 1000));
	return depth ? series(depth - 1, sum + 1.0 / depth) : local[0];
}

static void step(int number)
{
	int slot = number % 64;
	free(blocks[slot]);
	blocks[slot] = malloc(100 + number * 37 % 5000);
	memset(blocks[slot], number, 100);
	for (int i = 0; i < 64; i++) if (blocks[i]) mix((uint64_t)blocks[i][i]);
	printf("step %d %.9f %016llx\n", number, series(number % 20, 0), (unsigned long long)hash);
	fflush(stdout);
}

enum { BIG = 4 << 20 };
static char *volatile big;

static void grow(void)
{
	big = malloc(BIG);
	memset(big, 'x', BIG);
	puts("grown");
	fflush(stdout);
}

static void check_grown(void)
{
	int wrong = 0;
	for (int i = 0; i < BIG; i++) wrong += big[i] != 'x';
	puts(wrong ? "damaged" : "still grown");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char line[64];
	if (argc > 1 && !strcmp(argv[1], "count")) {
		for (int i = 0; i < atoi(argv[2]); i++) step(i);
		return 7;
	}
	puts("ready");
	fflush(stdout);
	for (int number = 0; fgets(line, sizeof line, stdin);) {
		if (!strncmp(line, "exit ", 5)) return atoi(line + 5);
		if (!strncmp(line, "step", 4)) step(number++);
		else if (!strncmp(line, "grown", 5)) check_grown();
		else if (!strncmp(line, "grow", 4)) grow();
		else if (!strncmp(line, "spin", 4)) for (volatile uint64_t n = 0;; n++) mix(n);
	}
	puts("end of input");
	return 3;
}
