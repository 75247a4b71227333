// A thread inside each system call that waits, moved there: the program sees no EINTR, no byte twice, none missing,
// and no transfer cut short.
#include "survivor.h"
#include <fcntl.h>

#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

enum { FUTEX_WAIT, FUTEX_WAKE };
static int ends[2];

static void write_x(void *fd) { CHECK(write((int)(intptr_t)fd, "x", 1) == 1); }
#define ON_GO(f, a) static struct on_go go; go = (struct on_go){ f, (void *)(intptr_t)(a) }; on_go(&go)

static void in_read(void)
{
	char byte = 0;
	CHECK(!pipe(ends));
	ON_GO(write_x, ends[1]);
	CHECK(read(ends[0], &byte, 1) == 1 && byte == 'x');
}

static void in_readv(void)
{
	char byte = 0;
	struct iovec part = { &byte, 1 };
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	ON_GO(write_x, ends[1]);
	CHECK(readv(ends[0], &part, 1) == 1 && byte == 'x');
}

static void in_poll(void)
{
	CHECK(!pipe(ends));
	struct pollfd wanted = { ends[0], POLLIN, 0 };
	ON_GO(write_x, ends[1]);
	CHECK(poll(&wanted, 1, -1) == 1 && wanted.revents == POLLIN);
}

static void in_select(void)
{
	fd_set wanted;
	CHECK(!pipe(ends));
	FD_ZERO(&wanted);
	FD_SET(ends[0], &wanted);
	struct timeval limit = { 60, 0 };
	ON_GO(write_x, ends[1]);
	CHECK(select(ends[0] + 1, &wanted, 0, 0, &limit) == 1 && FD_ISSET(ends[0], &wanted));
}

static void in_epoll_wait(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 0x123456789abcdef0 }, got = { 0 };
	CHECK(!pipe(ends));
	int set = epoll_create1(0);
	CHECK(set >= 0 && !epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event));
	ON_GO(write_x, ends[1]);
	CHECK(epoll_wait(set, &got, 1, -1) == 1 && got.events == EPOLLIN && got.data.u64 == event.data.u64);
}

static void add_one(void *fd) { CHECK(!eventfd_write((int)(intptr_t)fd, 7)); }

static void in_eventfd_read(void)
{
	eventfd_t value;
	int fd = eventfd(0, 0);
	ON_GO(add_one, fd);
	CHECK(!eventfd_read(fd, &value) && value == 7);
}

// Timed waits end neither early nor, beyond what a busy machine makes late, late.
static void lasted(int64_t start, int64_t ns)
{
	int64_t took = now(CLOCK_MONOTONIC) - start;
	CHECK(took >= ns - 1000000 && took < ns + 20000000000);
}

static void in_nanosleep(void)
{
	int64_t start = now(CLOCK_MONOTONIC);
	struct timespec time = { 1, 500000000 };
	ready();
	CHECK(!nanosleep(&time, 0));
	lasted(start, 1500000000);
	wait_go();
}

static void in_absolute_sleep(void)
{
	int64_t start = now(CLOCK_MONOTONIC);
	struct timespec until = timespec_of(start + 1500000000);
	ready();
	CHECK(!clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, 0));
	lasted(start, 1500000000);
	wait_go();
}

static void in_poll_timeout(void)
{
	int64_t start = now(CLOCK_MONOTONIC);
	ready();
	CHECK(poll(0, 0, 1500) == 0);
	lasted(start, 1500000000);
	wait_go();
}

static void in_epoll_timeout(void)
{
	struct epoll_event got;
	int set = epoll_create1(0);
	int64_t start = now(CLOCK_MONOTONIC);
	ready();
	CHECK(epoll_wait(set, &got, 1, 1500) == 0);
	lasted(start, 1500000000);
	wait_go();
}

static int word;
static void wake_word(void *argument)
{
	(void)argument;
	__atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &word, FUTEX_WAKE, 1, 0, 0, 0);
}

static void in_futex(void)
{
	ON_GO(wake_word, 0);
	CHECK(!syscall(SYS_futex, &word, FUTEX_WAIT, 0, 0, 0, 0) && word == 1);
}

static void in_futex_timeout(void)
{
	int64_t start = now(CLOCK_MONOTONIC);
	struct timespec time = { 1, 500000000 };
	ready();
	CHECK(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &time, 0, 0) == -1 && errno == ETIMEDOUT);
	lasted(start, 1500000000);
	wait_go();
}

// ---- transfers in the middle ----

enum { WHOLE = 3 << 20 };
static char *pattern;

static char byte_at(size_t i) { return (char)(i * 7 + i / 4099); }

static void make_pattern(void)
{
	pattern = malloc(WHOLE);
	for (size_t i = 0; i < WHOLE; i++) pattern[i] = byte_at(i);
}

// Takes everything, slowly at first; every byte must come once and in order.
static void *takes_slowly(void *argument)
{
	int fd = (int)(intptr_t)argument;
	char *piece = malloc(1 << 16);
	for (size_t done = 0; done < WHOLE;) {
		if (done < WHOLE / 2) usleep(20000);
		ssize_t n = read(fd, piece, 1 << 16);
		CHECK(n > 0);
		for (ssize_t i = 0; i < n; i++) CHECK(piece[i] == byte_at(done + (size_t)i));
		done += (size_t)n;
	}
	free(piece);
	return argument;
}

static pthread_t slow_reader(int fd)
{
	pthread_t thread;
	make_pattern();
	CHECK(!pthread_create(&thread, 0, takes_slowly, (void *)(intptr_t)fd));
	ready();
	return thread;
}

static void end_transfer(pthread_t reader)
{
	CHECK(!pthread_join(reader, 0));
	wait_go();
}

static void in_large_write(void)
{
	CHECK(!pipe(ends));
	pthread_t reader = slow_reader(ends[0]);
	CHECK(write(ends[1], pattern, WHOLE) == WHOLE);
	end_transfer(reader);
}

static void in_large_writev(void)
{
	struct iovec parts[7];
	size_t at = 0;
	CHECK(!pipe(ends));
	pthread_t reader = slow_reader(ends[0]);
	for (size_t i = 0; i < 7; i++) {
		size_t bytes = i == 6 ? WHOLE - at : i == 3 ? 0 : 100001 * (i + 1);
		parts[i] = (struct iovec){ pattern + at, bytes };
		at += bytes;
	}
	CHECK(writev(ends[1], parts, 7) == WHOLE);
	end_transfer(reader);
}

static void in_large_send(void)
{
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	pthread_t reader = slow_reader(ends[0]);
	CHECK(send(ends[1], pattern, WHOLE, 0) == WHOLE);
	end_transfer(reader);
}

static void tcp_pair(int pair[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t bytes = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(!bind(listener, (void *)&address, bytes) && !listen(listener, 1));
	CHECK(!getsockname(listener, (void *)&address, &bytes));
	pair[0] = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(!connect(pair[0], (void *)&address, bytes) && (pair[1] = accept(listener, 0, 0)) >= 0);
	close(listener);
}

static void in_large_sendmsg(void)
{
	struct iovec parts[2];
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	tcp_pair(ends);
	int small = 8192;
	setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	setsockopt(ends[0], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	pthread_t reader = slow_reader(ends[0]);
	parts[0] = (struct iovec){ pattern, 1000003 };
	parts[1] = (struct iovec){ pattern + 1000003, WHOLE - 1000003 };
	CHECK(sendmsg(ends[1], &message, 0) == WHOLE);
	end_transfer(reader);
}

static void in_sendfile(void)
{
	off_t from = 0;
	FILE *file = tmpfile();
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	make_pattern();
	CHECK(fwrite(pattern, 1, WHOLE, file) == WHOLE && !fflush(file));
	pthread_t reader = slow_reader(ends[0]);
	CHECK(sendfile(ends[1], fileno(file), &from, WHOLE) == WHOLE && from == WHOLE);
	end_transfer(reader);
}

static void *sends_slowly(void *argument)
{
	int fd = (int)(intptr_t)argument;
	for (size_t done = 0; done < WHOLE;) {
		if (done < WHOLE / 2) usleep(10000);
		ssize_t n = write(fd, pattern + done, WHOLE - done < 40000 ? WHOLE - done : 40000);
		CHECK(n > 0);
		done += (size_t)n;
	}
	return argument;
}

static void in_waiting_receive(void)
{
	pthread_t sender;
	char *all = calloc(1, WHOLE);
	struct iovec parts[2] = { { all, 999999 }, { all + 999999, WHOLE - 999999 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	tcp_pair(ends);
	make_pattern();
	CHECK(!pthread_create(&sender, 0, sends_slowly, (void *)(intptr_t)ends[1]));
	ready();
	CHECK(recvmsg(ends[0], &message, MSG_WAITALL) == WHOLE && !memcmp(all, pattern, WHOLE));
	CHECK(!pthread_join(sender, 0));
	wait_go();
}

static void in_receive_for_all(void)
{
	pthread_t sender;
	char *all = calloc(1, WHOLE);
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	make_pattern();
	CHECK(!pthread_create(&sender, 0, sends_slowly, (void *)(intptr_t)ends[1]));
	ready();
	CHECK(recv(ends[0], all, WHOLE, MSG_WAITALL) == WHOLE && !memcmp(all, pattern, WHOLE));
	CHECK(!pthread_join(sender, 0));
	wait_go();
}

// ---- sockets, files, System V and POSIX objects ----

static struct sockaddr_un local;

static void *connects(void *argument)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK(!connect(fd, (void *)&local, sizeof local));
	write_x((void *)(intptr_t)fd);
	return argument;
}

static void connect_now(void *argument) { connects(argument); }

static int listener(int backlog)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	local.sun_family = AF_UNIX;
	sprintf(local.sun_path + 1, "popcorn-%d", (int)getpid());
	CHECK(!bind(fd, (void *)&local, sizeof local) && !listen(fd, backlog));
	return fd;
}

static void in_accept(void)
{
	char byte;
	int fd = listener(4);
	ON_GO(connect_now, 0);
	int connection = accept(fd, 0, 0);
	CHECK(connection >= 0 && read(connection, &byte, 1) == 1 && byte == 'x');
}

static void accept_two(void *argument)
{
	char byte;
	for (int i = 0; i < 2; i++) {
		int connection = accept((int)(intptr_t)argument, 0, 0);
		CHECK(connection >= 0 && (i == 0 || (read(connection, &byte, 1) == 1 && byte == 'x')));
	}
}

static void in_connect(void)
{
	int fd = listener(0), first = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK(!connect(first, (void *)&local, sizeof local)); // the queue is full now
	ON_GO(accept_two, fd);
	connects(0);
}

static void in_send_timeout(void)
{
	struct timeval limit = { 1, 500000 };
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	CHECK(!setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
	char byte;
	int64_t start = now(CLOCK_MONOTONIC);
	ready();
	CHECK(recv(ends[0], &byte, 1, 0) == -1 && errno == EAGAIN);
	lasted(start, 1500000000);
	wait_go();
}

static char path[64];

static void open_writer(void *argument)
{
	int fd = open(path, O_WRONLY);
	CHECK(fd >= 0);
	write_x((void *)(intptr_t)fd);
	(void)argument;
}

static void in_fifo_open(void)
{
	char byte;
	sprintf(path, "/tmp/popcorn-fifo-%d", (int)getpid());
	CHECK(!mkfifo(path, 0600));
	ON_GO(open_writer, 0);
	int fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && read(fd, &byte, 1) == 1 && byte == 'x' && !unlink(path));
}

static void unlock_file(void *fd) { CHECK(!flock((int)(intptr_t)fd, LOCK_UN)); }

static void in_flock(void)
{
	sprintf(path, "/tmp/popcorn-lock-%d", (int)getpid());
	int held = open(path, O_CREAT | O_RDWR, 0600), wanted = open(path, O_RDWR);
	CHECK(held >= 0 && wanted >= 0 && !unlink(path) && !flock(held, LOCK_EX));
	ON_GO(unlock_file, held);
	CHECK(!flock(wanted, LOCK_EX) && flock(held, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK);
}

static void unlock_range(void *fd)
{
	struct flock all = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
	CHECK(!fcntl((int)(intptr_t)fd, F_OFD_SETLKW, &all));
}

static void in_file_lock(void)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	sprintf(path, "/tmp/popcorn-range-%d", (int)getpid());
	int held = open(path, O_CREAT | O_RDWR, 0600), wanted = open(path, O_RDWR);
	CHECK(held >= 0 && wanted >= 0 && !unlink(path) && !fcntl(held, F_OFD_SETLKW, &all));
	ON_GO(unlock_range, held);
	CHECK(!fcntl(wanted, F_OFD_SETLKW, &all));
}

struct text { long type; char text[16]; };

static void send_text(void *queue)
{
	struct text message = { 5, "hello" };
	CHECK(!msgsnd((int)(intptr_t)queue, &message, sizeof message.text, 0));
}

static void in_msgrcv(void)
{
	struct text message = { 0 };
	int queue = msgget(IPC_PRIVATE, 0600);
	ON_GO(send_text, queue);
	CHECK(msgrcv(queue, &message, sizeof message.text, 5, 0) == sizeof message.text);
	CHECK(!strcmp(message.text, "hello") && !msgctl(queue, IPC_RMID, 0));
}

static void take_text(void *queue)
{
	struct text message;
	CHECK(msgrcv((int)(intptr_t)queue, &message, sizeof message.text, 0, 0) >= 0);
}

static void in_msgsnd(void)
{
	struct text message = { 1, "full" };
	struct msqid_ds state;
	int queue = msgget(IPC_PRIVATE, 0600), sent = 0;
	while (!msgsnd(queue, &message, sizeof message.text, IPC_NOWAIT)) sent++;
	ON_GO(take_text, queue);
	CHECK(!msgsnd(queue, &message, sizeof message.text, 0));
	CHECK(!msgctl(queue, IPC_STAT, &state) && (int)state.msg_qnum == sent && !msgctl(queue, IPC_RMID, 0));
}

static void raise_semaphore(void *set)
{
	struct sembuf up = { 0, 1, 0 };
	CHECK(!semop((int)(intptr_t)set, &up, 1));
}

static void in_semop(void)
{
	struct sembuf down = { 0, -1, 0 };
	int set = semget(IPC_PRIVATE, 1, 0600);
	ON_GO(raise_semaphore, set);
	CHECK(!semop(set, &down, 1) && semctl(set, 0, GETVAL) == 0 && !semctl(set, 0, IPC_RMID));
}

static void send_message(void *queue) { CHECK(!mq_send((mqd_t)(intptr_t)queue, "posix", 5, 9)); }

static void in_mq_receive(void)
{
	char text[64];
	unsigned priority = 0;
	struct mq_attr limits = { .mq_maxmsg = 2, .mq_msgsize = 64 };
	sprintf(path, "/popcorn-mq-%d", (int)getpid());
	mqd_t queue = mq_open(path, O_CREAT | O_RDWR, 0600, &limits);
	CHECK(queue >= 0 && !mq_unlink(path));
	ON_GO(send_message, queue);
	CHECK(mq_receive(queue, text, sizeof text, &priority) == 5 && !memcmp(text, "posix", 5) && priority == 9);
}

static void in_splice(void)
{
	int to[2];
	char byte = 0;
	CHECK(!pipe(ends) && !pipe(to));
	ON_GO(write_x, ends[1]);
	CHECK(splice(ends[0], 0, to[1], 0, 100, 0) == 1 && read(to[0], &byte, 1) == 1 && byte == 'x');
}

// ---- waits for signals ----

static pthread_t main_thread;
static volatile sig_atomic_t handled;
static void handler(int signal) { handled = signal; }
static void signal_main(void *signal) { CHECK(!pthread_kill(main_thread, (int)(intptr_t)signal)); }

static void in_sigwait(void)
{
	sigset_t wanted;
	int got;
	main_thread = pthread_self();
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGUSR1);
	CHECK(!pthread_sigmask(SIG_BLOCK, &wanted, 0));
	ON_GO(signal_main, SIGUSR1);
	CHECK(!sigwait(&wanted, &got) && got == SIGUSR1);
}

static void in_sigtimedwait(void)
{
	sigset_t wanted;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGUSR1);
	CHECK(!pthread_sigmask(SIG_BLOCK, &wanted, 0));
	int64_t start = now(CLOCK_MONOTONIC);
	struct timespec time = { 1, 500000000 };
	ready();
	CHECK(sigtimedwait(&wanted, 0, &time) == -1 && errno == EAGAIN);
	lasted(start, 1500000000);
	wait_go();
}

static void in_sigsuspend(void)
{
	sigset_t only, none;
	main_thread = pthread_self();
	signal(SIGUSR1, handler);
	sigemptyset(&only);
	sigaddset(&only, SIGUSR1);
	CHECK(!pthread_sigmask(SIG_BLOCK, &only, 0));
	sigemptyset(&none);
	ON_GO(signal_main, SIGUSR1);
	CHECK(sigsuspend(&none) == -1 && errno == EINTR && handled == SIGUSR1);
}

static void in_pause(void)
{
	main_thread = pthread_self();
	signal(SIGUSR2, handler);
	ON_GO(signal_main, SIGUSR2);
	CHECK(pause() == -1 && errno == EINTR && handled == SIGUSR2);
}

// A handler without SA_RESTART still interrupts, after a move as before.
static void interrupted_by_handler(void)
{
	char byte;
	struct sigaction action = { .sa_handler = handler };
	main_thread = pthread_self();
	CHECK(!sigaction(SIGUSR1, &action, 0) && !pipe(ends));
	ON_GO(signal_main, SIGUSR1);
	CHECK(read(ends[0], &byte, 1) == -1 && errno == EINTR && handled == SIGUSR1);
}

static void signal_then_write(void *fd)
{
	CHECK(!pthread_kill(main_thread, SIGUSR1));
	while (!handled) usleep(1000);
	write_x(fd);
}

static void restarted_after_handler(void)
{
	char byte;
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	main_thread = pthread_self();
	CHECK(!sigaction(SIGUSR1, &action, 0) && !pipe(ends));
	ON_GO(signal_then_write, ends[1]);
	CHECK(read(ends[0], &byte, 1) == 1 && byte == 'x' && handled == SIGUSR1);
}

static volatile sig_atomic_t slept_enough;

static void nothing(int signal) { (void)signal; }

static void *pesters(void *sleeper)
{
	while (!slept_enough) {
		CHECK(!pthread_kill(*(pthread_t *)sleeper, SIGUSR1));
		usleep(100);
	}
	return 0;
}

static void ends_sleep(void *unused)
{
	(void)unused;
	slept_enough = 1;
}

// A signal now and then comes at the very moment a sleep begins. What was left goes where the request was.
static void short_sleeps_under_signals(void)
{
	struct sigaction action = { .sa_handler = nothing };
	struct on_go what = { ends_sleep, 0 };
	pthread_t sleeper = pthread_self(), pest;
	CHECK(!sigaction(SIGUSR1, &action, 0) && !pthread_create(&pest, 0, pesters, &sleeper));
	pthread_t told = on_go(&what);
	while (!slept_enough) {
		struct timespec time = { 0, 200000 };
		if (nanosleep(&time, &time)) CHECK(errno == EINTR && !time.tv_sec && time.tv_nsec <= 200000);
	}
	CHECK(!pthread_join(pest, 0) && !pthread_join(told, 0));
}

int main(int argc, char **argv)
{
	static const struct survivor cases[] = {
		CASE(in_read), CASE(in_readv), CASE(in_poll), CASE(in_select), CASE(in_epoll_wait), CASE(in_eventfd_read),
		CASE(in_nanosleep), CASE(in_absolute_sleep), CASE(in_poll_timeout), CASE(in_epoll_timeout), CASE(in_futex),
		CASE(in_futex_timeout), CASE(in_large_write), CASE(in_large_writev), CASE(in_large_send),
		CASE(in_large_sendmsg), CASE(in_sendfile), CASE(in_waiting_receive), CASE(in_receive_for_all), CASE(in_accept),
		CASE(in_connect), CASE(in_send_timeout), CASE(in_fifo_open), CASE(in_flock), CASE(in_file_lock),
		CASE(in_msgrcv), CASE(in_msgsnd), CASE(in_semop), CASE(in_mq_receive), CASE(in_splice), CASE(in_sigwait),
		CASE(in_sigtimedwait), CASE(in_sigsuspend), CASE(in_pause), CASE(interrupted_by_handler),
		CASE(restarted_after_handler), CASE(short_sleeps_under_signals),
	};
	return survive(argc, argv, cases, COUNT(cases));
}
