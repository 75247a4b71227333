// Says "ready", and executes another program, given by its path, when it is told to.
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char line[32];
	if (argc != 2) return 64;
	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin)) return 3;
	execl(argv[1], argv[1], (char *)0);
	return 1;
}
