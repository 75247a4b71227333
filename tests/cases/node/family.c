// A unit of related processes: children, a grandchild, a zombie, an orphan, a group and a session of their own, a shared
// file offset, memory shared with and without a file, an epoll set of two processes. "check" verifies every relation without changing any, "end" waits for all of them; each prints PASS or what
// differs.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD, GROUP, JOINER, SESSION, KINDS };

static pid_t root, pids[KINDS], grandchild, zombie, orphan, orphan_parent;
static int ask[KINDS + 1][2], answer[2], file, mapped_file, polled;
/* [0] is the root's, [1 + kind] a member's. */
static volatile unsigned *anonymous, *mapped;
static volatile sig_atomic_t seen_from, seen_signal;
static char complaints[1000];

static void complain(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	size_t used = strlen(complaints);
	vsnprintf(complaints + used, sizeof complaints - used, format, list);
	va_end(list);
}

#define CHECK(condition, ...) do { if (!(condition)) complain(#condition ": " __VA_ARGS__), complain("; "); } while (0)

static void note(int signal, siginfo_t *info, void *context)
{
	(void)context;
	seen_signal = signal;
	seen_from = info->si_pid;
}

static void say(const char *text) { if (write(answer[1], text, strlen(text)) < 0) _exit(90); }

static void listen_to(int fd, void (*serve)(char))
{
	for (char command; read(fd, &command, 1) == 1;) serve(command);
}

static void await_signal(int signal, pid_t from)
{
	for (int i = 0; i < 5000 && seen_signal != signal; i++) usleep(1000);
	CHECK(seen_signal == signal, "%d", (int)seen_signal);
	CHECK(seen_from == from, "%d %d", (int)seen_from, from);
	seen_signal = 0;
}

static void report(void)
{
	char text[1100];
	snprintf(text, sizeof text, "%s\n", complaints[0] ? complaints : "ok");
	say(text);
	complaints[0] = 0;
}

static void serve_member(char command)
{
	int kind = KINDS;
	for (int i = 0; i < KINDS; i++) if (pids[i] == getpid()) kind = i;
	if (command == 'e') _exit(40 + kind);
	CHECK(getppid() == root, "%d %d", getppid(), root);
	if (kind == CHILD) CHECK(getpgid(0) == getpgid(root) && getsid(0) == getsid(root), "%d", getpgid(0));
	if (kind == GROUP) CHECK(getpgid(0) == getpid() && getsid(0) == getsid(root), "%d", getpgid(0));
	if (kind == JOINER) CHECK(getpgid(0) == pids[GROUP], "%d", getpgid(0));
	if (kind == SESSION) CHECK(getpgid(0) == getpid() && getsid(0) == getpid(), "%d", getsid(0));
	await_signal(SIGUSR1, root);
	anonymous[1 + kind] = anonymous[0];
	mapped[1 + kind] = mapped[0];
	struct epoll_event event;
	CHECK(epoll_wait(polled, &event, 1, 0) == 0, "something waits in the answers");
	kill(getppid(), SIGUSR2);
	report();
}

static void serve_orphan(char command)
{
	if (command == 'e') _exit(0);
	CHECK(getppid() == 1, "%d", getppid());
	CHECK(getpid() == orphan || !orphan, "%d", getpid());
	CHECK(getpgid(0) == getpgid(root), "%d", getpgid(0));
	report();
}

static void be_child(void)
{
	grandchild = fork();
	if (!grandchild) {
		/* Ends when its parent closes its end: the move keeps who holds which end of a pipe. */
		char byte;
		close(ask[CHILD][1]);
		if (read(ask[CHILD][0], &byte, 0)) _exit(1);
		pause();
	}
	zombie = fork();
	if (!zombie) _exit(33);
	siginfo_t info;
	waitid(P_PID, zombie, &info, WEXITED | WNOWAIT);
	say("c\n");
}

static void end_child(char command)
{
	if (command == 'e') {
		int status;
		CHECK(kill(grandchild, SIGTERM) == 0, "%d", grandchild);
		CHECK(waitpid(grandchild, &status, 0) == grandchild && WIFSIGNALED(status), "%d", status);
		CHECK(waitpid(zombie, &status, 0) == zombie && status == 33 << 8, "%d", status);
		CHECK(waitpid(-1, &status, 0) == -1, "%d", status);
		if (complaints[0]) dprintf(2, "%s\n", complaints), _exit(91);
	}
	serve_member(command);
}

static void listen_for_answers(int count)
{
	char line[1200];
	for (int i = 0; i < count; i++) {
		size_t n = 0;
		while (n < sizeof line - 1 && read(answer[0], line + n, 1) == 1 && line[n] != '\n') n++;
		line[n] = 0;
		if (strcmp(line, "ok") && strcmp(line, "c")) complain("%s", line);
	}
}

static void start(int kind)
{
	if (pipe(ask[kind])) exit(92);
	pid_t pid = fork();
	if (pid) {
		pids[kind] = pid;
		return;
	}
	pids[kind] = getpid();
	for (int i = 0; i <= kind; i++) close(ask[i][1]);
	if (kind == GROUP) setpgid(0, 0);
	if (kind == JOINER) setpgid(0, pids[GROUP]);
	if (kind == SESSION) setsid();
	if (kind == CHILD) be_child();
	else say("c\n");
	listen_to(ask[kind][0], kind == CHILD ? end_child : serve_member);
	_exit(93);
}

static void start_orphan(void)
{
	if (pipe(ask[KINDS])) exit(92);
	orphan_parent = fork();
	if (!orphan_parent) {
		if (fork()) _exit(0);
		while (getppid() != 1) usleep(1000);
		say("c\n");
		listen_to(ask[KINDS][0], serve_orphan);
		_exit(94);
	}
	int status;
	CHECK(waitpid(orphan_parent, &status, 0) == orphan_parent && status == 0, "%d", status);
}

static void check(void)
{
	CHECK(getpid() == root, "%d", getpid());
	struct epoll_event event;
	for (int kind = 0; kind < KINDS; kind++) {
		anonymous[0]++;
		mapped[0] += 3;
		CHECK(write(ask[kind][1], "k", 1) == 1, "%d", kind);
		CHECK(kill(pids[kind], SIGUSR1) == 0, "%d", kind);
		await_signal(SIGUSR2, pids[kind]);
		CHECK(epoll_wait(polled, &event, 1, 5000) == 1 && event.data.u32 == 4711, "%u", event.data.u32);
		listen_for_answers(1);
		CHECK(anonymous[1 + kind] == anonymous[0], "%u %u", anonymous[1 + kind], anonymous[0]);
		CHECK(mapped[1 + kind] == mapped[0] && mapped[0] == 3 * anonymous[0], "%u %u", mapped[1 + kind], mapped[0]);
	}
	CHECK(getpgid(pids[JOINER]) == pids[GROUP], "%d", getpgid(pids[JOINER]));
	CHECK(getsid(pids[SESSION]) == pids[SESSION], "%d", getsid(pids[SESSION]));
	CHECK(kill(-pids[GROUP], 0) == 0, "%d", pids[GROUP]);
	CHECK(waitpid(-1, 0, WNOHANG) == 0, "a child has ended");
	CHECK(write(ask[KINDS][1], "k", 1) == 1, "orphan");
	listen_for_answers(1);
	/* One file description: whoever writes moves the offset for all. */
	off_t before = lseek(file, 0, SEEK_CUR);
	pid_t writer = fork();
	if (!writer) _exit(write(file, "x", 1) != 1);
	int status;
	CHECK(waitpid(writer, &status, 0) == writer && status == 0, "%d", status);
	CHECK(lseek(file, 0, SEEK_CUR) == before + 1, "%ld", (long)before);
}

static void end(void)
{
	int status;
	for (int kind = KINDS - 1; kind >= 0; kind--) {
		CHECK(write(ask[kind][1], "e", 1) == 1, "%d", kind);
		pid_t wanted = kind == JOINER ? -pids[GROUP] : pids[kind];
		pid_t ended = waitpid(wanted, &status, 0);
		CHECK(ended == pids[kind] && status == (40 + kind) << 8, "%d %d %x", kind, ended, status);
	}
	CHECK(write(ask[KINDS][1], "e", 1) == 1, "orphan");
	CHECK(waitpid(-1, &status, 0) == -1, "%d", status);
}

static void verdict(void)
{
	puts(complaints[0] ? complaints : "PASS");
	fflush(stdout);
	complaints[0] = 0;
}

static void share(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = 4711 };
	polled = epoll_create1(0);
	mapped_file = memfd_create("mapped", 0);
	if (epoll_ctl(polled, EPOLL_CTL_ADD, answer[0], &event) || ftruncate(mapped_file, 4096)) exit(96);
	anonymous = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	mapped = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, mapped_file, 0);
	if (anonymous == MAP_FAILED || mapped == MAP_FAILED) exit(97);
}

int main(void)
{
	char line[64];
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_RESTART };
	root = getpid();
	sigaction(SIGUSR1, &action, 0);
	sigaction(SIGUSR2, &action, 0);
	file = memfd_create("shared", 0);
	if (pipe(answer)) return 95;
	share();
	for (int kind = 0; kind < KINDS; kind++) {
		start(kind);
		listen_for_answers(1);
	}
	start_orphan();
	listen_for_answers(1);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		if (!strcmp(line, "check\n")) check();
		else end();
		verdict();
	}
	return 3;
}
