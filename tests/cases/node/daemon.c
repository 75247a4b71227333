// A process that its parent has left behind, in a session of its own: the program's first process ends with 5. "fork" starts a
// child, "check" prints PASS if both are still who they were, and at the end of the input the child is waited for.
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t own, child;
static int ask[2], answer[2];

static void be_child(void)
{
	pid_t self = getpid();
	char byte;
	close(ask[1]);
	while (read(ask[0], &byte, 1) == 1) {
		byte = getppid() == own && getpid() == self && getsid(0) == own ? 'y' : 'n';
		if (write(answer[1], &byte, 1) != 1) _exit(8);
	}
	_exit(7);
}

static int start_child(void)
{
	if (pipe(ask) || pipe(answer)) return 0;
	child = fork();
	if (!child) be_child();
	return child > 0;
}

static int check(void)
{
	char byte = 'n';
	int right = getpid() == own && getppid() == 1 && getsid(0) == own && getpgrp() == own;
	if (child && (write(ask[1], "k", 1) != 1 || read(answer[0], &byte, 1) != 1 || byte != 'y')) return 0;
	return right;
}

int main(void)
{
	char line[64];
	int status;
	pid_t pid = fork();
	if (pid) return pid > 0 ? 5 : 1;
	own = getpid();
	if (setsid() != own) return 2;
	while (getppid() != 1) usleep(1000);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		puts((strcmp(line, "fork\n") ? check() : start_child()) ? "PASS" : "differs");
		fflush(stdout);
	}
	if (!child) return 0;
	close(ask[1]);
	if (waitpid(child, &status, 0) != child || status != 7 << 8) puts("the child ended otherwise");
	return 0;
}
