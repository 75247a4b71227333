// Kernel objects that must survive: `objects KIND [ARGUMENT]` sets one kind up, says "ready", waits for a line of input,
// looks at every property again and prints PASS, or what differs. `all` does so for every kind at once, each in a thread of
// its own; `most` leaves out what a live move refuses.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "check.h"

static pthread_barrier_t together;
static int threaded, alone = 1;
static const char *place;

static void pause_here(void)
{
	char line[32];
	if (threaded) {
		pthread_barrier_wait(&together);
		pthread_barrier_wait(&together);
		return;
	}
	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin)) _exit(3);
}

static void files(const char *folder)
{
	char path[256], gone[256];
	snprintf(path, sizeof path, "%s/file", folder);
	snprintf(gone, sizeof gone, "%s/gone", folder);
	int plain = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	MUST(plain >= 0 && write(plain, "0123456789", 10) == 10 && lseek(plain, 3, SEEK_SET) == 3);
	int shared = dup(plain), own = open(path, O_RDONLY | O_CLOEXEC);
	int log = open(path, O_WRONLY | O_APPEND | O_NONBLOCK);
	int nameless = open(gone, O_RDWR | O_CREAT | O_TRUNC, 0600);
	int again = open(gone, O_RDONLY);
	MUST(write(nameless, "secret", 6) == 6 && lseek(nameless, 5 << 20, SEEK_SET) > 0 && write(nameless, "end", 3) == 3);
	MUST(lseek(nameless, 2, SEEK_SET) == 2 && !unlink(gone));
	MUST(dup3(own, 77, 0) == 77 && dup3(shared, 78, O_CLOEXEC) == 78);
	pause_here();
	IS(lseek(plain, 0, SEEK_CUR), 3);
	IS(lseek(own, 0, SEEK_CUR), 0);
	CHECK(holds(shared, "3456789"));
	IS(lseek(plain, 0, SEEK_CUR), 10);
	IS(lseek(78, 0, SEEK_CUR), 10);
	IS(fcntl(own, F_GETFD), FD_CLOEXEC);
	IS(fcntl(77, F_GETFD), 0);
	IS(fcntl(78, F_GETFD), FD_CLOEXEC);
	IS(lseek(77, 4, SEEK_SET), 4);
	IS(lseek(own, 0, SEEK_CUR), 4);
	IS(fcntl(log, F_GETFL) & (O_APPEND | O_NONBLOCK | O_ACCMODE), O_APPEND | O_NONBLOCK | O_WRONLY);
	IS(write(log, "+log", 4), 4);
	struct stat status;
	IS(fstat(log, &status), 0);
	IS(status.st_size, 14);
	IS(fstat(nameless, &status), 0);
	IS(status.st_nlink, 0);
	IS(status.st_size, (5 << 20) + 3);
	IS(status.st_mode & 07777, 0600);
	IS(lseek(nameless, 0, SEEK_CUR), 2);
	char buffer[8] = "";
	IS(read(nameless, buffer, 4), 4);
	CHECK(!memcmp(buffer, "cret", 4));
	IS(pread(again, buffer, 6, 5 << 20), 3);
	CHECK(!memcmp(buffer, "end", 3));
	IS(pwrite(nameless, "S", 1, 0), 1);
	IS(pread(again, buffer, 1, 0), 1);
	IS(buffer[0], 'S');
}

static void directory(const char *folder)
{
	char path[256];
	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof path, "%s/entry-%d", folder, i);
		close(open(path, O_CREAT | O_WRONLY, 0600));
	}
	static char seen[100];
	DIR *stream = opendir(folder);
	MUST(stream != 0);
	int count = 0, number;
	struct dirent *entry;
	while (count < 30 && (entry = readdir(stream)))
		if (sscanf(entry->d_name, "entry-%d", &number) == 1) seen[number]++, count++;
	MUST(!chdir(folder));
	umask(027);
	pause_here();
	while ((entry = readdir(stream)))
		if (sscanf(entry->d_name, "entry-%d", &number) == 1) seen[number]++, count++;
	IS(count, 100);
	for (int i = 0; i < 100; i++) IS(seen[i], 1);
	IS(access("entry-5", F_OK), 0);
	IS(umask(0), 027);
}

static void pipes(const char *folder)
{
	int ends[2], packets[2], half[2];
	char path[256];
	MUST(!pipe2(ends, O_CLOEXEC) && fcntl(ends[0], F_SETPIPE_SZ, 1 << 17) == 1 << 17);
	MUST(!fcntl(ends[1], F_SETFL, O_NONBLOCK) && write(ends[1], "in the pipe", 11) == 11);
	MUST(!pipe2(packets, O_DIRECT) && write(packets[1], "one", 3) == 3 && write(packets[1], "three", 5) == 5);
	MUST(!pipe(half) && write(half[1], "last words", 10) == 10 && !close(half[1]));
	snprintf(path, sizeof path, "%s/fifo", folder);
	MUST(!mkfifo(path, 0600));
	int fifo = open(path, O_RDWR);
	MUST(fifo >= 0 && write(fifo, "first in", 8) == 8);
	pause_here();
	IS(fcntl(ends[0], F_GETPIPE_SZ), 1 << 17);
	IS(fcntl(ends[0], F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDONLY);
	IS(fcntl(ends[1], F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_WRONLY | O_NONBLOCK);
	IS(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
	CHECK(holds(ends[0], "in the pipe"));
	IS(write(ends[1], "more", 4), 4);
	CHECK(holds(ends[0], "more"));
	CHECK(holds(packets[0], "one"));
	CHECK(holds(packets[0], "three"));
	CHECK(holds(half[0], "last words"));
	IS(read(half[0], path, 1), 0);
	CHECK(holds(fifo, "first in"));
	struct stat status;
	IS(fstat(fifo, &status), 0);
	CHECK(S_ISFIFO(status.st_mode));
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	IS(write(ends[1], "x", 1), -1);
	IS(errno, EPIPE);
}

static void unix_sockets(const char *folder)
{
	int stream[2], datagrams[2], packets[2], orphan[2], shut[2], big = 100000;
	char buffer[64], *bulk = malloc(60000);
	memset(bulk, 'b', 60000);
	MUST(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream));
	MUST(!setsockopt(stream[0], SOL_SOCKET, SO_SNDBUF, &big, sizeof big));
	MUST(write(stream[0], "to one", 6) == 6 && write(stream[0], bulk, 60000) == 60000 && write(stream[1], "back", 4) == 4);
	MUST(!socketpair(AF_UNIX, SOCK_DGRAM, 0, datagrams));
	MUST(send(datagrams[0], "one", 3, 0) == 3 && send(datagrams[0], "three", 5, 0) == 5);
	MUST(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, packets) && send(packets[1], "packet", 6, 0) == 6);
	MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, orphan) && write(orphan[1], "bye", 3) == 3 && !close(orphan[1]));
	MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, shut) && write(shut[0], "eof", 3) == 3 && !shutdown(shut[0], SHUT_WR));
	struct sockaddr_un at = { AF_UNIX }, hidden = { AF_UNIX };
	snprintf(at.sun_path, sizeof at.sun_path, "%s/listener", folder);
	int hidden_bytes = 3 + snprintf(hidden.sun_path + 1, 90, "popcorn-test-%s", strrchr(folder, '/') + 1);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), abstract = socket(AF_UNIX, SOCK_STREAM, 0);
	MUST(!bind(listener, (void *)&at, sizeof at) && !listen(listener, 7));
	MUST(!bind(abstract, (void *)&hidden, (socklen_t)hidden_bytes) && !listen(abstract, 7));
	pause_here();
	socklen_t length = sizeof big;
	IS(getsockopt(stream[0], SOL_SOCKET, SO_SNDBUF, &big, &length), 0);
	IS(big, 200000);
	IS(read(stream[1], buffer, 6), 6);
	CHECK(!memcmp(buffer, "to one", 6));
	int rest = 60000;
	while (rest > 0) {
		ssize_t n = read(stream[1], bulk, (size_t)rest);
		if (n <= 0) break;
		for (ssize_t i = 0; i < n; i++) if (bulk[i] != 'b') failures++;
		rest -= (int)n;
	}
	IS(rest, 0);
	CHECK(holds(stream[0], "back"));
	IS(write(stream[1], "again", 5), 5);
	CHECK(holds(stream[0], "again"));
	CHECK(holds(datagrams[1], "one"));
	CHECK(holds(datagrams[1], "three"));
	CHECK(holds(packets[0], "packet"));
	IS(fcntl(packets[0], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	IS(read(packets[0], buffer, 1), -1);
	IS(errno, EAGAIN);
	CHECK(holds(orphan[0], "bye"));
	IS(read(orphan[0], buffer, 1), 0);
	CHECK(holds(shut[1], "eof"));
	IS(read(shut[1], buffer, 1), 0);
	IS(write(shut[1], "other way", 9), 9);
	CHECK(holds(shut[0], "other way"));
	for (int i = 0; i < 2; i++) {
		int client = socket(AF_UNIX, SOCK_STREAM, 0);
		IS(connect(client, i ? (void *)&hidden : (void *)&at, i ? (socklen_t)hidden_bytes : sizeof at), 0);
		int server = accept(i ? abstract : listener, 0, 0);
		CHECK(server >= 0);
		IS(write(client, "hello", 5), 5);
		CHECK(holds(server, "hello"));
	}
}

static int bound(int type, struct sockaddr_in *at)
{
	int fd = socket(AF_INET, type, 0), one = 1;
	socklen_t length = sizeof *at;
	*at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	MUST(fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
	MUST(!bind(fd, (void *)at, sizeof *at) && !getsockname(fd, (void *)at, &length));
	return fd;
}

static void inet(const char *folder)
{
	(void)folder;
	struct sockaddr_in listening, udp, peer, now;
	int listener = bound(SOCK_STREAM, &listening), one = 1, ttl = 9, value = 0;
	MUST(!listen(listener, 5) && !setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one));
	int receiver = bound(SOCK_DGRAM, &udp), sender = bound(SOCK_DGRAM, &peer), fresh = socket(AF_INET6, SOCK_STREAM, 0);
	MUST(!connect(sender, (void *)&udp, sizeof udp) && !setsockopt(sender, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl));
	MUST(!setsockopt(receiver, SOL_SOCKET, SO_BROADCAST, &one, sizeof one) && fresh >= 0);
	pause_here();
	socklen_t length = sizeof now;
	IS(getsockname(listener, (void *)&now, &length), 0);
	IS(now.sin_port, listening.sin_port);
	length = sizeof value;
	IS(getsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &value, &length), 0);
	IS(value != 0, 1);
	IS(getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &value, &length), 0);
	IS(value, 1);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	IS(connect(client, (void *)&listening, sizeof listening), 0);
	int server = accept(listener, 0, 0);
	IS(write(client, "tcp", 3), 3);
	CHECK(holds(server, "tcp"));
	IS(send(sender, "udp", 3, 0), 3);
	CHECK(holds(receiver, "udp"));
	length = sizeof now;
	IS(getsockname(sender, (void *)&now, &length), 0);
	IS(now.sin_port, peer.sin_port);
	length = sizeof value;
	IS(getsockopt(sender, IPPROTO_IP, IP_TTL, &value, &length), 0);
	IS(value, 9);
	IS(getsockopt(receiver, SOL_SOCKET, SO_BROADCAST, &value, &length), 0);
	IS(value, 1);
	IS(getsockopt(fresh, SOL_SOCKET, SO_DOMAIN, &value, &length), 0);
	IS(value, AF_INET6);
}

static void events(const char *folder)
{
	(void)folder;
	int counter = eventfd(5, EFD_NONBLOCK), semaphore = eventfd(3, EFD_SEMAPHORE);
	uint64_t value = 0xfffffffff0ull;
	MUST(write(counter, &value, 8) == 8);
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	MUST(!sigprocmask(SIG_BLOCK, &set, 0));
	int signals = signalfd(-1, &set, SFD_NONBLOCK);
	int relative = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), disarmed = timerfd_create(CLOCK_REALTIME, 0);
	int expired = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), date = timerfd_create(CLOCK_REALTIME, 0);
	struct itimerspec in = { { 7, 500 }, { 3600, 0 } }, soon = { { 0, 0 }, { 0, 1 } }, now;
	struct timespec time;
	MUST(!timerfd_settime(relative, 0, &in, 0) && !timerfd_settime(expired, 0, &soon, 0));
	clock_gettime(CLOCK_REALTIME, &time);
	struct itimerspec at = { { 0, 0 }, { time.tv_sec + 5000, 0 } };
	MUST(!timerfd_settime(date, TFD_TIMER_ABSTIME, &at, 0));
	MUST(poll(&(struct pollfd){ expired, POLLIN, 0 }, 1, 5000) == 1);
	int set_of = epoll_create1(EPOLL_CLOEXEC), ends[2];
	MUST(!pipe(ends));
	MUST(!epoll_ctl(set_of, EPOLL_CTL_ADD, ends[0], &(struct epoll_event){ EPOLLIN, { .u64 = 0x1122334455667788 } }));
	MUST(!epoll_ctl(set_of, EPOLL_CTL_ADD, counter, &(struct epoll_event){ EPOLLIN | EPOLLET, { .u64 = 7 } }));
	pause_here();
	IS(read(counter, &value, 8), 8);
	IS(value, 0xfffffffff5);
	IS(read(counter, &value, 8), -1);
	IS(errno, EAGAIN);
	for (int i = 0; i < 3; i++) IS(read(semaphore, &value, 8) == 8 && value == 1, 1);
	IS(poll(&(struct pollfd){ semaphore, POLLIN, 0 }, 1, 0), 0);
	raise(SIGUSR2);
	struct signalfd_siginfo info;
	IS(read(signals, &info, sizeof info), sizeof info);
	IS(info.ssi_signo, SIGUSR2);
	IS(timerfd_gettime(relative, &now), 0);
	CHECK(now.it_value.tv_sec <= 3600 && now.it_value.tv_sec > 3300);
	IS(now.it_interval.tv_sec, 7);
	IS(now.it_interval.tv_nsec, 500);
	IS(timerfd_gettime(disarmed, &now), 0);
	IS(now.it_value.tv_sec + now.it_value.tv_nsec, 0);
	IS(read(expired, &value, 8), 8);
	IS(value, 1);
	IS(read(expired, &value, 8), -1);
	clock_gettime(CLOCK_REALTIME, &time);
	IS(timerfd_gettime(date, &now), 0);
	CHECK(llabs(now.it_value.tv_sec + time.tv_sec - at.it_value.tv_sec) <= 1);
	struct epoll_event ready[4];
	while (epoll_wait(set_of, ready, 4, 0) > 0) continue; /* an edge may be reported once more */
	IS(write(ends[1], "x", 1), 1);
	IS(epoll_wait(set_of, ready, 4, 1000), 1);
	IS(ready[0].data.u64, 0x1122334455667788);
	IS(epoll_ctl(set_of, EPOLL_CTL_DEL, ends[0], 0), 0);
	IS(write(counter, &value, 8), 8);
	IS(epoll_wait(set_of, ready, 4, 1000), 1);
	IS(ready[0].data.u64, 7);
}

static void memory_files(const char *folder)
{
	(void)folder;
	int plain = memfd_create("plain", MFD_CLOEXEC), sealed = memfd_create("sealed", MFD_ALLOW_SEALING);
	MUST(!ftruncate(plain, 3 << 20) && pwrite(plain, "middle", 6, 2 << 20) == 6 && lseek(plain, 2 << 20, SEEK_SET) > 0);
	MUST(write(sealed, "sealed", 6) == 6);
	MUST(!fcntl(sealed, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_WRITE));
	pause_here();
	CHECK(fcntl(plain, F_GETFD) == FD_CLOEXEC);
	char buffer[8];
	IS(read(plain, buffer, 6), 6);
	CHECK(!memcmp(buffer, "middle", 6));
	IS(lseek(plain, 0, SEEK_END), 3 << 20);
	IS(fcntl(plain, F_GET_SEALS), F_SEAL_SEAL);
	IS(fcntl(sealed, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_WRITE);
	IS(pread(sealed, buffer, 8, 0), 6);
	CHECK(!memcmp(buffer, "sealed", 6));
	IS(pwrite(sealed, "x", 1, 0), -1);
	IS(errno, EPERM);
}

static void shared_memory(const char *folder)
{
	(void)folder;
	enum { PAGE = 4096 };
	char *memory = mmap(0, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(memory != MAP_FAILED && strcpy(memory + 5 * PAGE, "sixth page"));
	MUST(!mprotect(memory + 5 * PAGE, PAGE, PROT_READ) && !munmap(memory + PAGE, PAGE));
	pause_here();
	CHECK(!strcmp(memory + 5 * PAGE, "sixth page"));
	if (!alone) return; /* A child would hold pipes open that others close. */
	pid_t child = fork();
	if (!child) {
		strcpy(memory + 2 * PAGE, "from the child");
		_exit(0);
	}
	int status;
	IS(waitpid(child, &status, 0), child);
	CHECK(!strcmp(memory + 2 * PAGE, "from the child"));
}

static void watches(const char *folder)
{
	char path[256], one[256], two[256];
	snprintf(one, sizeof one, "%s/one", folder);
	snprintf(two, sizeof two, "%s/two", folder);
	MUST(!mkdir(one, 0700) && !mkdir(two, 0700));
	int fd = inotify_init1(IN_NONBLOCK), first = inotify_add_watch(fd, one, IN_CREATE);
	int second = inotify_add_watch(fd, two, IN_CREATE | IN_DELETE);
	MUST(fd >= 0 && first >= 0 && second > first && !inotify_rm_watch(fd, first));
	char buffer[1024];
	while (read(fd, buffer, sizeof buffer) > 0) continue;
	pause_here();
	snprintf(path, sizeof path, "%s/two/new", folder);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	IS(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 1000), 1);
	CHECK(read(fd, buffer, sizeof buffer) > 0);
	struct inotify_event *event = (void *)buffer;
	IS(event->wd, second);
	IS(event->mask, IN_CREATE);
	CHECK(!strcmp(event->name, "new"));
}

static void locks(const char *folder)
{
	char path[256];
	snprintf(path, sizeof path, "%s/locked", folder);
	int fd = open(path, O_RDWR | O_CREAT, 0600), ranges = open(path, O_RDWR);
	MUST(fd >= 0 && !flock(fd, LOCK_EX));
	struct flock range = { .l_type = F_WRLCK, .l_start = 10, .l_len = 5 };
	MUST(!fcntl(ranges, F_OFD_SETLK, &range));
	pause_here();
	int other = open(path, O_RDWR);
	IS(flock(other, LOCK_EX | LOCK_NB), -1);
	range = (struct flock){ .l_type = F_WRLCK, .l_start = 14, .l_len = 1 };
	IS(fcntl(other, F_OFD_GETLK, &range), 0);
	IS(range.l_type, F_WRLCK);
	IS(range.l_start, 10);
	IS(flock(fd, LOCK_UN), 0);
	IS(flock(other, LOCK_EX | LOCK_NB), 0);
}

static void record_locks(const char *folder)
{
	char path[256];
	snprintf(path, sizeof path, "%s/record", folder);
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	struct flock range = { .l_type = F_WRLCK, .l_start = 10, .l_len = 5 };
	MUST(fd >= 0 && !fcntl(fd, F_SETLK, &range));
	pause_here();
	int other = open(path, O_RDWR);
	range = (struct flock){ .l_type = F_WRLCK, .l_start = 14, .l_len = 1 };
	IS(fcntl(other, F_OFD_GETLK, &range), 0);
	IS(range.l_type, F_WRLCK);
	IS(range.l_start, 10);
	IS(range.l_len, 5);
}

static void terminals(const char *folder)
{
	(void)folder;
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	MUST(master >= 0 && !grantpt(master) && !unlockpt(master));
	int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	struct termios modes;
	struct winsize size = { 33, 77, 0, 0 };
	MUST(!tcgetattr(slave, &modes));
	modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	modes.c_cc[VINTR] = 7;
	MUST(!tcsetattr(slave, TCSANOW, &modes) && !ioctl(slave, TIOCSWINSZ, &size));
	pause_here();
	struct termios now;
	IS(tcgetattr(slave, &now), 0);
	IS(now.c_lflag, modes.c_lflag);
	IS(now.c_cc[VINTR], 7);
	IS(ioctl(master, TIOCGWINSZ, &size), 0);
	IS(size.ws_row, 33);
	IS(size.ws_col, 77);
	IS(write(master, "x", 1), 1);
	CHECK(holds(slave, "x"));
	IS(isatty(slave), 1);
}

static void traits(const char *folder)
{
	(void)folder;
	struct rlimit limit = { 100, 200 };
	cpu_set_t set, first;
	MUST(!setrlimit(RLIMIT_CORE, &(struct rlimit){ 4096, 4096 }) && !setrlimit(RLIMIT_NOFILE, &limit));
	MUST(setpriority(PRIO_PROCESS, 0, 5) == 0 && !sched_getaffinity(0, sizeof set, &set));
	CPU_ZERO(&first);
	for (int i = 0; i < CPU_SETSIZE; i++) if (CPU_ISSET(i, &set)) { CPU_SET(i, &first); break; }
	MUST(!sched_setaffinity(0, sizeof first, &first));
	pause_here();
	IS(getrlimit(RLIMIT_NOFILE, &limit), 0);
	IS(limit.rlim_cur, 100);
	IS(limit.rlim_max, 200);
	IS(getrlimit(RLIMIT_CORE, &limit), 0);
	IS(limit.rlim_cur, 4096);
	errno = 0;
	IS(getpriority(PRIO_PROCESS, 0), 5);
	IS(sched_getaffinity(0, sizeof set, &set), 0);
	CHECK(CPU_EQUAL(&set, &first));
}

static void hold(const char *folder)
{
	char path[256];
	snprintf(path, sizeof path, "%s/data", folder);
	int fd = open(path, O_RDONLY);
	MUST(fd >= 0);
	pause_here();
	char buffer[64] = "";
	CHECK(read(fd, buffer, sizeof buffer - 1) >= 0);
	printf("read: %s\n", buffer);
}

/* What no checkpoint can hold, one kind a word of the argument. */
/* The kernel keeps a queue that has a name; one that has been removed is made anew. */
static void queues(const char *folder)
{
	char name[64], bytes[32];
	unsigned priority;
	struct mq_attr size = { .mq_maxmsg = 4, .mq_msgsize = sizeof bytes };
	snprintf(name, sizeof name, "/popcorn-%s", strrchr(folder, '/') + 1);
	mq_unlink(name);
	mqd_t gone = mq_open(name, O_RDWR | O_CREAT, 0600, &size), other = mq_open(name, O_RDONLY | O_NONBLOCK);
	MUST(gone >= 0 && other >= 0 && !mq_unlink(name));
	mqd_t named = mq_open(name, O_RDWR | O_CREAT, 0600, &size);
	MUST(named >= 0 && !mq_send(named, "low", 3, 1) && !mq_send(named, "high", 4, 9));
	pause_here();
	IS(mq_receive(named, bytes, sizeof bytes, &priority), 4);
	IS(priority, 9);
	IS(mq_receive(named, bytes, sizeof bytes, &priority), 3);
	IS(priority, 1);
	IS(mq_getattr(gone, &size), 0);
	IS(size.mq_maxmsg, 4);
	IS(size.mq_msgsize, (long)sizeof bytes);
	IS(mq_receive(other, bytes, sizeof bytes, 0), -1);
	IS(errno, EAGAIN);
	IS(mq_send(gone, "x", 1, 0), 0);
	IS(mq_receive(other, bytes, sizeof bytes, 0), 1);
	IS(mq_unlink(name), 0);
}

static void refused(const char *what)
{
	if (strstr(what, "notify")) {
		struct sigevent event = { .sigev_notify = SIGEV_NONE };
		mqd_t queue = mq_open("/popcorn-notify", O_RDWR | O_CREAT, 0600, 0);
		MUST(queue >= 0 && !mq_notify(queue, &event) && !mq_unlink("/popcorn-notify"));
	}
	if (strstr(what, "netlink")) MUST(socket(AF_NETLINK, SOCK_RAW, 0) >= 0);
	if (strstr(what, "fuse")) MUST(open("/dev/fuse", O_RDWR) >= 0);
	if (strstr(what, "uffd")) MUST(syscall(SYS_userfaultfd, 1) >= 0);
	if (strstr(what, "io_uring")) {
		uint32_t parameters[30] = { 0 };
		MUST(syscall(SYS_io_uring_setup, 4, parameters) >= 0);
	}
	if (strstr(what, "self")) MUST(open("/proc/self/maps", O_RDONLY) >= 0);
	if (strstr(what, "code"))
		MUST(mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
	if (strstr(what, "mlock")) MUST(!mlock(what, 1));
	if (strstr(what, "passed")) {
		int ends[2], fd = 0;
		MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
		char control[CMSG_SPACE(sizeof fd)] = { 0 };
		struct iovec part = { "x", 1 };
		struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET, header->cmsg_type = SCM_RIGHTS, header->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(header), &fd, sizeof fd);
		MUST(sendmsg(ends[0], &message, 0) == 1);
	}
	if (strstr(what, "unaccepted")) {
		struct sockaddr_in at;
		int listener = bound(SOCK_STREAM, &at), client = socket(AF_INET, SOCK_STREAM, 0);
		MUST(!listen(listener, 1) && !connect(client, (void *)&at, sizeof at));
	}
	pause_here();
}

static const struct kind { const char *name; void (*run)(const char *); } kinds[] = {
	{ "files", files }, { "directory", directory }, { "pipes", pipes }, { "unix", unix_sockets }, { "inet", inet },
	{ "events", events }, { "memory", memory_files }, { "watches", watches }, { "locks", locks },
	{ "terminals", terminals }, { "traits", traits }, { "shared-memory", shared_memory }, { "queues", queues },
	{ "record-locks", record_locks }, { "hold", hold }, { "refused", refused },
};

enum { ALL = 14, MOST = ALL - 1 };

static void *run_kind(void *kind)
{
	((const struct kind *)kind)->run(place);
	return 0;
}

static void run_together(int count)
{
	pthread_t threads[ALL];
	threaded = 1;
	alone = 0;
	pthread_barrier_init(&together, 0, (unsigned)count + 1);
	for (int i = 0; i < count; i++) MUST(!pthread_create(&threads[i], 0, run_kind, (void *)&kinds[i]));
	pthread_barrier_wait(&together);
	threaded = 0;
	pause_here();
	pthread_barrier_wait(&together);
	for (int i = 0; i < count; i++) pthread_join(threads[i], 0);
}

int main(int argc, char **argv)
{
	if (argc != 3) return 64;
	place = argv[2];
	if (!strcmp(argv[1], "all")) run_together(ALL);
	else if (!strcmp(argv[1], "most")) run_together(MOST);
	else for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].name, argv[1])) kinds[i].run(place);
	puts(failures ? "FAIL" : "PASS");
	return failures != 0;
}
