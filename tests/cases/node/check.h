// What survivor programs look at their state with: CHECK and IS say what differs, MUST ends a program that cannot be set up.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int failures;

static void expect(int holds, const char *what, long long value)
{
	if (holds) return;
	printf("differs: %s (%lld, errno %d)\n", what, value, errno);
	failures++;
}

#define CHECK(condition) expect((condition), #condition, 0)
#define IS(expression, wanted) \
	do { long long got = (long long)(expression); expect(got == (long long)(wanted), #expression " is " #wanted, got); } while (0)

static void must(int holds, const char *what)
{
	if (holds) return;
	printf("cannot set up: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	_exit(2);
}

#define MUST(condition) must((condition), #condition)

static int holds(int fd, const char *text)
{
	char buffer[4096];
	ssize_t n = read(fd, buffer, sizeof buffer);
	return n == (ssize_t)strlen(text) && !memcmp(buffer, text, (size_t)n);
}
