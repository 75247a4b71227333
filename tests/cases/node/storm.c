// Children all the time: some end at once, some compute, some execute this program again, some leave an orphan behind. The
// first process counts them and checks how each ended. Its first argument says how many; with "after-input" behind it,
// that many after the end of its standard input.
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AT_ONCE, COMPUTES, EXECUTES, LEAVES_ORPHAN, KINDS };

static unsigned compute(unsigned n)
{
	volatile unsigned hash = 1;
	for (unsigned i = 0; i < n; i++) hash = hash * 31 + i;
	return hash;
}

static void be(int number, char *program)
{
	char text[16];
	switch (number % KINDS) {
	case COMPUTES:
		_exit(compute(20000) != 0 ? number % 100 : 101);
	case EXECUTES:
		snprintf(text, sizeof text, "%d", number);
		execl(program, program, "again", text, (char *)0);
		_exit(102);
	case LEAVES_ORPHAN:
		if (!fork()) {
			compute(5000);
			_exit(0);
		}
		/* fall through */
	default:
		_exit(number % 100);
	}
}

static int input_goes_on(void)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };
	return poll(&input, 1, 0) == 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "again")) {
		int number = atoi(argv[2]);
		return compute(10000) != 0 ? number % 100 : 103;
	}
	int more = argc > 1 ? atoi(argv[1]) : 100, count = more, wrong = 0;
	int until_input_ends = argc == 3 && !strcmp(argv[2], "after-input");
	for (int i = 0; i < count; i += 2) {
		if (until_input_ends) {
			until_input_ends = input_goes_on();
			count = i + more;
		}
		pid_t first = fork();
		if (!first) be(i, argv[0]);
		pid_t second = fork();
		if (!second) be(i + 1, argv[0]);
		for (int k = 0; k < 2; k++) {
			int status;
			pid_t ended = wait(&status);
			int expected = ended == first ? i : ended == second ? i + 1 : -1;
			if (expected < 0 || status != (expected % 100) << 8) {
				printf("child %d: pid %d (of %d, %d), status %x\n", i, ended, first, second, status);
				wrong++;
			}
		}
	}
	if (!wrong) printf("%d children, all as expected\n", count);
	return wrong != 0;
}
