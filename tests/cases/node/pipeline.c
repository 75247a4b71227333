// A pipeline of three processes, each this program executed anew with a part to play: a source of numbers, a filter that
// multiplies, and a sink that adds them up. Prints "ready" once numbers arrive, and the sum when "go on" has come.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NUMBERS = 30000, FACTOR = 7 };

static int play_source(int go_on)
{
	char byte;
	for (int i = 0; i < NUMBERS; i++) {
		/* The rest waits, so that the pipes are full and everybody blocks while nothing is said. */
		if (i == NUMBERS / 2 && read(go_on, &byte, 1) != 1) return 1;
		printf("%d\n", i);
	}
	return fflush(stdout) != 0;
}

static int play_filter(void)
{
	int number;
	while (scanf("%d", &number) == 1) printf("%d\n", FACTOR * number);
	return fflush(stdout) != 0;
}

static pid_t start(const char *self, const char *part, int input, int output, int other)
{
	pid_t pid = fork();
	if (pid) return pid;
	char number[16];
	snprintf(number, sizeof number, "%d", other);
	dup2(input, 0);
	dup2(output, 1);
	for (int fd = 3; fd < 20; fd++) if (fd != other) close(fd);
	execl(self, part, number, (char *)0);
	_exit(99);
}

int main(int argc, char **argv)
{
	if (!strcmp(argv[0], "source")) return argc == 2 ? play_source(atoi(argv[1])) : 98;
	if (!strcmp(argv[0], "filter")) return play_filter();
	int go_on[2], first[2], second[2], number, status[2];
	if (pipe(go_on) || pipe(first) || pipe(second)) return 97;
	pid_t source = start(argv[0], "source", 0, first[1], go_on[0]);
	pid_t filter = start(argv[0], "filter", first[0], second[1], -1);
	close(first[0]), close(first[1]), close(second[1]);
	FILE *numbers = fdopen(second[0], "r");
	long sum = 0, count = 0;
	char line[64];
	while (count < NUMBERS / 4 && fscanf(numbers, "%d", &number) == 1) sum += number, count++;
	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin) || write(go_on[1], "g", 1) != 1) return 96;
	while (fscanf(numbers, "%d", &number) == 1) sum += number, count++;
	if (waitpid(source, &status[0], 0) != source || waitpid(filter, &status[1], 0) != filter) return 95;
	long wanted = (long)FACTOR * NUMBERS * (NUMBERS - 1) / 2;
	if (sum == wanted && count == NUMBERS && !status[0] && !status[1]) puts("PASS");
	else printf("%ld numbers, sum %ld, not %ld; %d %d\n", count, sum, wanted, status[0], status[1]);
	return 0;
}
