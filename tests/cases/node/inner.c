// A session of its own on a pseudo terminal of the program's, as script(1) makes it, that must survive checkpoints and moves: a
// child leads it, and the child's child is in the terminal's foreground. Says "ready", and looks again after a line of input. With
// "waiting" there is something in the terminal by then, in both directions; with "polled" it is in an epoll set.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include "check.h"

static int waiting;

static void interrupted(int number)
{
	(void)number;
	_exit(5);
}

/* What was typed before the move, and a line whose end was typed after it. */
static int lines_are(int fd)
{
	char line[16];
	pid_t foreground = tcgetpgrp(fd);
	MUST(!tcsetpgrp(fd, getpid()));
	int whole = read(fd, line, sizeof line) == 6 && !memcmp(line, "whole\n", 6);
	int both = read(fd, line, sizeof line) == 8 && !memcmp(line, "partial\n", 8);
	MUST(!tcsetpgrp(fd, foreground));
	return whole && both;
}

static int lead(const char *terminal, int ready, int go)
{
	char word;
	int status;
	MUST(setsid() == getpid());
	int fd = open(terminal, O_RDWR), same = open("/dev/tty", O_RDWR);
	MUST(fd >= 0 && same >= 0);
	struct termios modes;
	MUST(!tcgetattr(fd, &modes));
	modes.c_lflag &= ~(tcflag_t)ECHO;
	modes.c_oflag &= ~(tcflag_t)OPOST;
	MUST(!tcsetattr(fd, TCSANOW, &modes));
	if (waiting) MUST(write(fd, "early\t\n", 7) == 7);
	pid_t child = fork();
	if (!child) {
		signal(SIGINT, interrupted);
		close(1); /* Or whoever reads what we print would wait for it, if it is not interrupted. */
		setpgid(0, 0);
		MUST(write(ready, "x", 1) == 1);
		alarm(20);
		for (;;) pause();
	}
	setpgid(child, child);
	MUST(!tcsetpgrp(fd, child) && write(ready, "x", 1) == 1);
	if (read(go, &word, 1) != 1) _exit(3);
	IS(getsid(0), getpid()); /* Not tcgetsid: qemu-user 7.2 gives back what was there before. */
	IS(getsid(child), getpid());
	IS(tcgetpgrp(fd), child);
	IS(fcntl(fd, F_GETFD), 0);
	IS(fcntl(fd, F_GETFL) & (O_ACCMODE | O_CLOEXEC), O_RDWR);
	signal(SIGTTOU, SIG_IGN);
	if (waiting) IS(lines_are(fd), 1);
	IS(write(same, "old way ", 8), 8);
	int again = open("/dev/tty", O_RDWR);
	IS(write(again, "new way", 7), 7);
	IS(waitpid(child, &status, 0), child); /* Whoever has the master sends it ^C. */
	IS(status, 5 << 8);
	IS(tcsetpgrp(again, getpid()), 0);
	IS(tcgetpgrp(fd), getpid());
	fflush(stdout);
	return failures ? 8 : 7;
}

int main(int argc, char **argv)
{
	waiting = argc > 1 && !strcmp(argv[1], "waiting");
	const char *words = waiting ? "early\t\nold way new way" : "old way new way";
	int ready[2], go[2], status, expected = (int)strlen(words);
	char line[32], text[32] = "";
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	MUST(master >= 0 && !grantpt(master) && !unlockpt(master) && !pipe(ready) && !pipe(go));
	char *terminal = ptsname(master);
	if (argc > 1 && !strcmp(argv[1], "polled"))
		MUST(!epoll_ctl(epoll_create1(EPOLL_CLOEXEC), EPOLL_CTL_ADD, master, &(struct epoll_event){ .events = EPOLLIN }));
	pid_t child = fork();
	if (!child) {
		close(master);
		_exit(lead(terminal, ready[1], go[0]));
	}
	MUST(read(ready[0], text, 1) == 1 && read(ready[0], text, 1) == 1);
	if (waiting) MUST(write(master, "whole\npart", 10) == 10);
	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin)) _exit(3);
	if (waiting) MUST(write(master, "s\177ial\n", 6) == 6);
	IS(write(go[1], "x", 1), 1);
	for (int have = 0; have < expected;) {
		MUST(poll(&(struct pollfd){ master, POLLIN, 0 }, 1, 5000) == 1);
		ssize_t n = read(master, text + have, (size_t)(expected - have));
		if (n <= 0) break;
		have += (int)n;
	}
	CHECK(!strcmp(text, words));
	IS(write(master, "\3", 1), 1);
	IS(waitpid(child, &status, 0), child);
	IS(status, 7 << 8);
	puts(failures ? "FAIL" : "PASS");
	return failures != 0;
}
