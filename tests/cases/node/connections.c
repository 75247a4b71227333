// TCP connections that must survive a checkpoint: `connections KIND FAMILY PORT` connects to a listener of the test (4 or 6 is
// the family; 46 is IPv4 from an IPv6 socket), says "ready", and looks at every property again after a line of input.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "check.h"

static int family, port;
static volatile int is_filled;

static void pause_here(void)
{
	char line[32];
	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin)) _exit(3);
}

/* The loopback address of the family, with a port. */
static socklen_t address(struct sockaddr_storage *at, int number)
{
	memset(at, 0, sizeof *at);
	if (family == 4) {
		*(struct sockaddr_in *)at = (struct sockaddr_in){
			.sin_family = AF_INET, .sin_port = htons((uint16_t)number), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		return sizeof(struct sockaddr_in);
	}
	struct sockaddr_in6 *six = (void *)at;
	*six = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)number) };
	MUST(inet_pton(AF_INET6, family == 6 ? "::1" : "::ffff:127.0.0.1", &six->sin6_addr) == 1);
	return sizeof *six;
}

static int new_socket(void)
{
	int fd = socket(family == 4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
	MUST(fd >= 0);
	return fd;
}

static int connected(int number)
{
	struct sockaddr_storage at;
	int fd = new_socket();
	socklen_t length = address(&at, number);
	MUST(!connect(fd, (void *)&at, length));
	return fd;
}

/* At a port that nobody else has. */
static int listening(int *number)
{
	struct sockaddr_storage at;
	socklen_t length = address(&at, 0);
	int fd = new_socket();
	MUST(!bind(fd, (void *)&at, length) && !listen(fd, 5) && !getsockname(fd, (void *)&at, &length));
	*number = ntohs(family == 4 ? ((struct sockaddr_in *)&at)->sin_port : ((struct sockaddr_in6 *)&at)->sin6_port);
	return fd;
}

/* Writes the numbers from *next on; 0 when the limit is not reached and nothing more goes in. */
static int write_numbers(int fd, uint32_t *next, uint32_t limit)
{
	static uint32_t rest_bytes;
	while (rest_bytes || *next < limit) {
		if (!rest_bytes) rest_bytes = sizeof *next;
		ssize_t n = send(fd, (char *)next + sizeof *next - rest_bytes, rest_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN) return 0;
		MUST(n > 0);
		if (!(rest_bytes -= (uint32_t)n)) ++*next;
	}
	return 1;
}

static void write_all_numbers(int fd, uint32_t *next, uint32_t limit)
{
	while (!write_numbers(fd, next, limit)) poll(&(struct pollfd){ fd, POLLOUT, 0 }, 1, 1000);
}

/* Reads numbers, which must follow each other; 0 at the end of the stream. */
static int read_numbers(int fd, uint32_t *next)
{
	static unsigned char buffer[16384];
	static size_t have;
	ssize_t n = recv(fd, buffer + have, sizeof buffer - have, 0);
	if (n < 0) IS(errno, 0);
	if (n <= 0) return 0;
	have += (size_t)n;
	size_t at = 0;
	for (; at + 4 <= have; at += 4, ++*next) {
		uint32_t got;
		memcpy(&got, buffer + at, 4);
		if (got != *next) IS(got, *next);
		if (failures) return 0;
	}
	memmove(buffer, buffer + at, have -= at);
	return 1;
}

/* Numbers in both directions all the time, until the other side ends. */
static void stream(void)
{
	int fd = connected(port);
	uint32_t sent = 0, received = 0;
	puts("ready");
	fflush(stdout);
	for (int going = 1; going;) {
		write_numbers(fd, &sent, sent + 64);
		struct pollfd entry = { fd, POLLIN, 0 };
		if (poll(&entry, 1, 1) > 0) going = read_numbers(fd, &received);
	}
	write_all_numbers(fd, &sent, sent + 1);
	IS(shutdown(fd, SHUT_WR), 0);
	printf("%u %u\n", sent, received);
}

/* As much as fits waits in both directions; options; epoll. */
static void queues(void)
{
	int fd = connected(port), one = 1, idle = 77, value;
	struct linger linger = { 1, 3 };
	MUST(!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one));
	MUST(!setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle));
	MUST(!setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one));
	MUST(!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
	MUST(!setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
	MUST(!fcntl(fd, F_SETFL, O_NONBLOCK));
	int set = epoll_create1(0);
	MUST(!epoll_ctl(set, EPOLL_CTL_ADD, fd, &(struct epoll_event){ EPOLLIN, { .u32 = 5 } }));
	uint32_t sent = 0, received = 0;
	write_numbers(fd, &sent, 10000000);
	struct sockaddr_storage local, peer, now;
	socklen_t length = sizeof local;
	MUST(!getsockname(fd, (void *)&local, &length) && !getpeername(fd, (void *)&peer, &length));
	while (ioctl(fd, FIONREAD, &value) || value < 100000) usleep(1000); /* The peer sends that much at once. */
	pause_here();
	length = sizeof now;
	IS(getsockname(fd, (void *)&now, &length), 0);
	CHECK(!memcmp(&now, &local, length));
	IS(getpeername(fd, (void *)&now, &length), 0);
	CHECK(!memcmp(&now, &peer, length));
	IS(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	length = sizeof value;
	IS(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &length), 0);
	IS(value, 1);
	IS(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &value, &length), 0);
	IS(value, 77);
	IS(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, &length), 0);
	IS(value, 1);
	IS(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, &length), 0);
	IS(value, 1);
	length = sizeof linger;
	IS(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length), 0);
	IS(linger.l_linger, 3);
	struct epoll_event ready;
	IS(epoll_wait(set, &ready, 1, 1000), 1);
	IS(ready.data.u32, 5);
	MUST(!fcntl(fd, F_SETFL, 0));
	while (received < 50000 && read_numbers(fd, &received)) continue;
	write_all_numbers(fd, &sent, sent + 1000);
	while (read_numbers(fd, &received)) continue;
	IS(received, 60000);
	IS(shutdown(fd, SHUT_WR), 0);
	printf("%u\n", sent);
}

/* Three connections: the other side has ended the first, we the second, both the third. */
static void half(void)
{
	int theirs = connected(port), ours = connected(port), both = connected(port);
	char end;
	MUST(write(theirs, "1", 1) == 1 && write(ours, "2", 1) == 1 && write(both, "3", 1) == 1);
	MUST(!shutdown(ours, SHUT_WR) && !shutdown(both, SHUT_WR));
	struct pollfd entries[] = { { theirs, POLLRDHUP, 0 }, { both, POLLRDHUP, 0 } };
	for (int i = 0; i < 2; i++) MUST(poll(&entries[i], 1, 5000) == 1);
	pause_here();
	for (int i = 0; i < 2; i++) IS(poll(&entries[i], 1, 0), 1);
	CHECK(holds(theirs, "last words"));
	IS(read(theirs, &end, 1), 0);
	IS(write(theirs, "still here", 10), 10);
	CHECK(holds(both, "bye"));
	IS(read(both, &end, 1), 0);
	signal(SIGPIPE, SIG_IGN);
	IS(write(ours, "x", 1), -1);
	IS(errno, EPIPE);
	IS(write(both, "x", 1), -1);
	IS(errno, EPIPE);
	CHECK(holds(ours, "go on"));
	IS(read(ours, &end, 1), 0);
}

/* Both ends of some in one unit, the second one's other end in a child; a listener at the same port. With a port one to the
 * test, too. */
static void inside(void)
{
	int outside = port ? connected(port) : -1;
	int number, listener = listening(&number), child_end, value;
	int client = connected(number), server = accept(listener, 0, 0);
	int parent_end = connected(number);
	child_end = accept(listener, 0, 0);
	MUST(server >= 0 && child_end >= 0);
	/* Without it an end would stay for a minute (TIME_WAIT), and who restores again could not have its address. */
	struct linger linger = { 1, 0 };
	int all[] = { client, server, parent_end, child_end };
	for (int i = 0; i < 4; i++)
		MUST(!setsockopt(all[i], SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
	MUST(write(client, "to the server", 13) == 13 && write(server, "to the client", 13) == 13);
	uint32_t sent = 0, received = 0;
	write_numbers(client, &sent, 10000000); /* More than fits. */
	MUST(sent > 1000);
	pid_t child = fork();
	if (!child) {
		char word[8] = "";
		close(parent_end), close(client), close(server);
		ssize_t n = read(child_end, word, sizeof word);
		_exit(n == 5 && !memcmp(word, "hello", 5) && write(child_end, "world", 5) == 5 ? 7 : 8);
	}
	close(child_end);
	pause_here();
	CHECK(holds(client, "to the client"));
	char words[13];
	IS(recv(server, words, 13, MSG_WAITALL), 13);
	CHECK(!memcmp(words, "to the server", 13));
	uint32_t limit = sent + 1;
	while (received < limit) write_numbers(client, &sent, limit), read_numbers(server, &received);
	IS(received, limit);
	IS(write(parent_end, "hello", 5), 5);
	CHECK(holds(parent_end, "world"));
	IS(waitpid(child, &value, 0), child);
	IS(value, 7 << 8);
	if (port) IS(write(outside, "outside", 7), 7);
	int late = connected(number), accepted = accept(listener, 0, 0);
	IS(write(late, "late", 4), 4);
	CHECK(holds(accepted, "late"));
	IS(setsockopt(late, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
}

/* A server that lets everybody wait for a moment before it accepts. */
static void late(void)
{
	int number, listener = listening(&number);
	printf("%d\n", number);
	fflush(stdout);
	while (!poll(&(struct pollfd){ 0, POLLIN, 0 }, 1, 1)) {
		if (poll(&(struct pollfd){ listener, POLLIN, 0 }, 1, 0) != 1) continue;
		usleep(15000);
		int fd = accept(listener, 0, 0);
		MUST(fd >= 0 && !close(fd));
	}
}

static void *change_memory(void *given)
{
	enum { BYTES = 48 << 20 };
	uint32_t *words = given, state = 1;
	MUST((words = malloc(BYTES)) != 0);
	for (size_t i = 0; i < BYTES / sizeof *words; i++) words[i] = state = state * 1664525 + 1013904223;
	is_filled = 1;
	for (;; usleep(1000))
		for (size_t i = 0; i < BYTES / sizeof *words; i += 4096 / sizeof *words) words[i]++;
}

/* The same with memory that takes a while to save: it changes all the time, and cannot be compressed. */
static void heavy(void)
{
	pthread_t thread;
	MUST(!pthread_create(&thread, 0, change_memory, 0));
	while (!is_filled) usleep(1000);
	stream();
}

/* Says what becomes of a connection that nobody keeps waiting. */
static void reset(void)
{
	int fd = connected(port);
	char byte;
	pause_here();
	IS(read(fd, &byte, 1), -1);
	IS(errno, ECONNRESET);
	IS(read(fd, &byte, 1), 0);
	signal(SIGPIPE, SIG_IGN);
	IS(write(fd, "x", 1), -1);
	IS(errno, EPIPE);
}

int main(int argc, char **argv)
{
	static const struct kind { const char *name; void (*run)(void); } kinds[] = {
		{ "stream", stream }, { "queues", queues }, { "half", half }, { "inside", inside }, { "reset", reset },
		{ "late", late }, { "heavy", heavy },
	};
	if (argc != 4) return 64;
	family = atoi(argv[2]);
	port = atoi(argv[3]);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].name, argv[1])) kinds[i].run();
	puts(failures ? "FAIL" : "PASS");
	return failures != 0;
}
