// A process that its parent has left behind, in a session of its own: the program's first process ends with 5. "check" prints
// PASS if it is still who it was.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	char line[64];
	pid_t pid = fork();
	if (pid) return pid > 0 ? 5 : 1;
	pid_t own = getpid();
	if (setsid() != own) return 2;
	while (getppid() != 1) usleep(1000);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		int right = getpid() == own && getppid() == 1 && getsid(0) == own && getpgrp() == own && !strcmp(line, "check\n");
		puts(right ? "PASS" : "differs");
		fflush(stdout);
	}
	return 3;
}
