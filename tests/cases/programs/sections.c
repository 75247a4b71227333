// flags: -O1
/* Variables in sections of a program's own: a name like a C identifier is walked by __start_ and __stop_, any other is a place. */
#include <stdio.h>
#include <string.h>

struct command { const char *name; long (*run)(long); };

#define COMMAND(name) \
	static long name(long x); \
	static const struct command name##_command __attribute__((used, section("commands"))) = { #name, name }; \
	static long name(long x)

COMMAND(twice)
{
	for (volatile long i = 0; i < 20; i++) x += x % 3;
	return 2 * x;
}

COMMAND(square)
{
	for (volatile long i = 0; i < 20; i++) x ^= i;
	return x * x;
}

extern const struct command __start_commands[], __stop_commands[];

static struct { long count; const char *last; } state __attribute__((section(".State"))) = { 5, "none" };
static const long primes[] __attribute__((section(".rodata.primes"))) = { 2, 3, 5, 7 };
static char line[64] __attribute__((section(".bss.line")));
static void set_up(void) { state.count++; }
static void (*const start)(void) __attribute__((used, section(".init_array"))) = set_up;

__attribute__((section(".text.unlikely"))) static long rarely(long x)
{
	for (volatile int i = 0; i < 10; i++) x++;
	return x;
}

int main(void)
{
	static const char *const names[] = { "square", "twice" };
	for (int n = 0; n < 2; n++)
		for (const struct command *c = __start_commands; c < __stop_commands; c++) {
			if (strcmp(c->name, names[n])) continue;
			long value = 0;
			for (int i = 0; i < 4; i++) value += c->run(primes[i]);
			state.count += value;
			state.last = c->name;
			printf("%s %ld\n", c->name, value);
		}
	snprintf(line, sizeof line, "%ld commands, count %ld, last %s, %ld",
		(long)(__stop_commands - __start_commands), state.count, state.last, rarely(1));
	puts(line);
	return 0;
}
