/* A node agent of a few hundred lines for the runtime's tests: starts a program, parks it, carries it over to another
 * ISA's executable and lets it go there.
 * usage: harness [-m MICROSECONDS] [-t THREADS] [-p SLOTS] PROGRAM... with PROGRAM = ISA:PATH, in the order of the ring.
 * The process starts on the first; it moves on when it has run so long and has so many threads; its exit status is
 * the harness's. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "popcorn_abi.h"

struct instance {
	pid_t pid;
	struct pop_unit *unit;
	struct pop_control *control;
	struct pop_slot *slots;
	int memory;
	int socket;
};

static void die(const char *what)
{
	fprintf(stderr, "harness: %s: %s\n", what, strerror(errno));
	exit(99);
}

static uint64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}

static uint64_t symbol(const char *path, const char *name)
{
	int fd = open(path, O_RDONLY);
	off_t size = lseek(fd, 0, SEEK_END);
	char *image = mmap(0, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd < 0 || image == MAP_FAILED) die(path);
	close(fd);
	Elf64_Ehdr *header = (void *)image;
	Elf64_Shdr *sections = (void *)(image + header->e_shoff);
	uint64_t value = 0;
	for (int i = 0; i < header->e_shnum; i++) {
		if (sections[i].sh_type != SHT_SYMTAB) continue;
		Elf64_Sym *symbols = (void *)(image + sections[i].sh_offset);
		const char *names = image + sections[sections[i].sh_link].sh_offset;
		for (uint64_t k = 0; k < sections[i].sh_size / sizeof *symbols; k++)
			if (!strcmp(names + symbols[k].st_name, name)) value = symbols[k].st_value;
	}
	munmap(image, size);
	if (!value) { errno = ENOENT; die(name); }
	return value;
}

static const char *path_of(const char *program) { return strchr(program, ':') + 1; }

/* A unit of one process, whose two parts of the region take turns. */
static struct instance start(const char *program, const struct instance *from)
{
	struct instance instance = { .socket = -1 };
	int pair[2] = { -1, -1 }, restore = from != 0;
	int memory = instance.memory = from ? from->memory : memfd_create("control", 0);
	if (memory < 0 || (!from && ftruncate(memory, POP_UNIT_BYTES + 2 * POP_PROCESS_BYTES))) die("memfd");
	instance.unit = mmap(0, POP_UNIT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	if (!from) {
		instance.unit->magic = POP_UNIT_MAGIC;
		instance.unit->process_max = instance.unit->processes_used = 1;
		((struct pop_process *)((char *)instance.unit + POP_PROCESSES_OFFSET))->state = POP_PROCESS_STARTING;
		/* Held by this process alone: parked threads take it for the agent's life. */
		struct flock lock = { .l_type = F_WRLCK, .l_len = 1 };
		if (fcntl(memory, F_SETLK, &lock)) die("lock");
	}
	off_t part = POP_UNIT_BYTES + ((instance.unit->generation + restore) & 1) * POP_PROCESS_BYTES;
	instance.control = mmap(0, POP_PROCESS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, part);
	memset(instance.control, 0, sizeof *instance.control);
	instance.slots = (void *)((char *)instance.control + POP_SLOTS_OFFSET);
	if (restore && socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) die("socketpair");
	instance.pid = fork();
	if (!instance.pid) {
		char text[64];
		int control = fcntl(memory, F_DUPFD, 300);
		snprintf(text, sizeof text, "%d", control);
		setenv("POPCORN_CONTROL", text, 1);
		if (restore) {
			int script = fcntl(pair[0], F_DUPFD, 301);
			snprintf(text, sizeof text, "%d", script);
			setenv("POPCORN_RESTORE", text, 1);
			close(pair[0]);
			close(pair[1]);
		}
		const char *path = path_of(program);
		char emulator[64];
		if (!strncmp(program, "x86_64:", 7)) execl(path, path, NULL);
		snprintf(emulator, sizeof emulator, "qemu-%.*s-static", (int)(path - program - 1), program);
		execlp(emulator, emulator, path, NULL);
		die(path);
	}
	if (restore) close(pair[0]), instance.socket = pair[1];
	return instance;
}

static long futex(uint32_t *word, int op, uint32_t value, long timeout_us)
{
	struct timespec t = { timeout_us / 1000000, timeout_us % 1000000 * 1000 };
	return syscall(SYS_futex, word, op, value, &t, 0, 0);
}

/* False: the process ended first. */
static int park(struct instance *instance)
{
	struct pop_control *control = instance->control;
	struct pop_unit *unit = instance->unit;
	__atomic_store_n(&unit->flag, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&unit->request, 1, __ATOMIC_SEQ_CST);
	for (uint64_t begin = now_us(); now_us() - begin < 20000000;) {
		uint32_t events = __atomic_load_n(&unit->events, __ATOMIC_SEQ_CST);
		uint32_t parked = __atomic_load_n(&control->parked, __ATOMIC_SEQ_CST);
		if (parked && parked == __atomic_load_n(&control->threads, __ATOMIC_SEQ_CST)) return 1;
		if (waitpid(instance->pid, 0, WNOHANG | WNOWAIT) > 0) return 0;
		siginfo_t info = { 0 };
		if (!waitid(P_PID, instance->pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid) return 0;
		for (int i = 0; i < POP_SLOT_COUNT; i++) {
			uint32_t tid = instance->slots[i].tid, state = instance->slots[i].state;
			if (tid && state != POP_THREAD_PARKED_POINT && state != POP_THREAD_PARKED_SYSCALL)
				syscall(SYS_tgkill, instance->pid, tid, POP_KICK_SIGNAL);
		}
		futex(&unit->events, FUTEX_WAIT, events, 2000);
	}
	errno = ETIMEDOUT;
	die("park");
	return 0;
}

static void release(struct instance *instance)
{
	struct pop_unit *unit = instance->unit;
	__atomic_store_n(&unit->flag, 0, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&unit->request, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&unit->release, 1, __ATOMIC_SEQ_CST);
	futex(&unit->release, FUTEX_WAKE, 0x7fffffff, 0);
	for (;;) {
		uint32_t events = __atomic_load_n(&unit->events, __ATOMIC_SEQ_CST);
		if (!__atomic_load_n(&instance->control->parked, __ATOMIC_SEQ_CST)) break;
		futex(&unit->events, FUTEX_WAIT, events, 2000);
	}
}

static void peek(struct instance *instance, uint64_t address, void *to, size_t bytes)
{
	struct iovec local = { to, bytes }, remote = { (void *)address, bytes };
	if (process_vm_readv(instance->pid, &local, 1, &remote, 1, 0) != (ssize_t)bytes) die("process_vm_readv");
}

/* A call made again after a move waits for the rest of its relative timeout. How late a busy machine ends it says
 * nothing of that; what is asked of the kernel does, and may only shrink. */
static void check_timeout(struct instance *instance)
{
	enum { NR_ppoll = 73, NR_nanosleep = 101 };
	static struct { uint64_t nr; int64_t left_ns; } before;
	struct timespec left;
	struct pop_slot *slot = &instance->slots[0];
	if (slot->state != POP_THREAD_PARKED_SYSCALL || (slot->nr != NR_ppoll && slot->nr != NR_nanosleep)) return;
	peek(instance, slot->args[slot->nr == NR_ppoll ? 2 : 0], &left, sizeof left);
	int64_t left_ns = left.tv_sec * 1000000000 + left.tv_nsec;
	if (slot->nr == before.nr && left_ns > before.left_ns) {
		fprintf(stderr, "harness: %ld ns were left of a timeout, and now %ld\n", before.left_ns, left_ns);
		exit(97);
	}
	before.nr = slot->nr;
	before.left_ns = left_ns;
}

static void send_all(int socket, const void *bytes, size_t count)
{
	while (count) {
		ssize_t n = send(socket, bytes, count, MSG_NOSIGNAL);
		if (n <= 0) die("send");
		bytes = (const char *)bytes + n;
		count -= n;
	}
}

static void frame(int socket, uint32_t op, const void *payload, uint32_t bytes)
{
	struct pop_frame_header header = { op, bytes };
	send_all(socket, &header, sizeof header);
	send_all(socket, payload, bytes);
}

static void frame_fd(int socket, int fd, uint32_t target)
{
	struct { struct pop_frame_header header; struct pop_op_fd op; } message = { { POP_OP_FD, 8 }, { target, 0 } };
	char control[CMSG_SPACE(sizeof fd)] = { 0 };
	struct iovec part = { &message, sizeof message };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof control };
	struct cmsghdr *c = CMSG_FIRSTHDR(&header);
	c->cmsg_level = SOL_SOCKET, c->cmsg_type = SCM_RIGHTS, c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	if (sendmsg(socket, &header, 0) != sizeof message) die("sendmsg");
}

static void fill(struct instance *from, int socket, uint64_t address, uint64_t bytes)
{
	static const char zeros[POP_PAGE];
	char page[POP_PAGE];
	for (uint64_t at = address; at < address + bytes; at += POP_PAGE) {
		peek(from, at, page, POP_PAGE);
		if (!memcmp(page, zeros, POP_PAGE)) continue;
		struct pop_op_fill op = { at, POP_PAGE };
		frame(socket, POP_OP_FILL, &op, sizeof op);
		send_all(socket, page, POP_PAGE);
	}
}

static void send_memory(struct instance *from, const char *program, int socket)
{
	struct pop_arena_table table;
	peek(from, POP_ARENA_BASE, &table, sizeof table);
	if (table.magic != POP_ARENA_MAGIC) die("arena table");
	struct pop_arena_entry entries[table.count];
	peek(from, POP_ARENA_BASE + sizeof table, entries, sizeof entries);
	for (uint32_t i = 0; i < table.count; i++) {
		uint32_t hint = entries[i].flags & POP_ENTRY_NORESERVE ? POP_MAP_NORESERVE : 0;
		struct pop_op_map map = { entries[i].start, entries[i].bytes, entries[i].prot, hint };
		frame(socket, POP_OP_MAP, &map, sizeof map);
		if (entries[i].prot & PROT_READ) fill(from, socket, entries[i].start, entries[i].bytes);
		struct pop_op_protect protect = { entries[i].start, entries[i].bytes, entries[i].prot, 0 };
		frame(socket, POP_OP_PROTECT, &protect, sizeof protect);
	}
	uint64_t start = symbol(path_of(program), "__pop_data_start"), end = symbol(path_of(program), "__pop_data_end");
	fill(from, socket, start, end - start);
}

/* Two records a thread: its role's function, and inside it the point or the system call. */
static void send_threads(struct instance *from, const char *target, int socket)
{
	/* struct pop_record without its values, twice; the inner one has seven. */
	struct { uint64_t next, resume, site_count, reserved; } outer;
	struct { uint64_t next, resume, site_count, reserved, values[7][2]; } inner;
	char records[sizeof outer + sizeof inner];
	struct pop_op_map map = { POP_RECORDS_BASE, 0x100000, PROT_READ | PROT_WRITE, 0 };
	frame(socket, POP_OP_MAP, &map, sizeof map);
	uint64_t at = POP_RECORDS_BASE;
	for (uint32_t i = 0; i < POP_SLOT_COUNT; i++) {
		struct pop_slot *slot = &from->slots[i];
		if (!slot->tid) continue;
		uint64_t role;
		char name[32];
		peek(from, slot->tp + POP_TP_TLS, &role, sizeof role);
		snprintf(name, sizeof name, "resume_%d", (int)role);
		memset(&outer, 0, sizeof outer);
		memset(&inner, 0, sizeof inner);
		outer.next = at + sizeof outer;
		outer.resume = symbol(path_of(target), name);
		int call = slot->state == POP_THREAD_PARKED_SYSCALL;
		inner.resume = symbol(path_of(target), call ? "__pop_resume_syscall" : "__pop_resume_point");
		inner.values[0][0] = slot->nr;
		for (int k = 0; k < 6; k++) inner.values[k + 1][0] = slot->args[k];
		memcpy(records, &outer, sizeof outer);
		memcpy(records + sizeof outer, &inner, sizeof inner);
		struct pop_op_fill op = { at, sizeof records };
		frame(socket, POP_OP_FILL, &op, sizeof op);
		send_all(socket, records, sizeof records);
		struct pop_op_thread thread = { i, 0, slot->tp, at };
		frame(socket, POP_OP_THREAD, &thread, sizeof thread);
		at += sizeof records;
	}
}

static struct instance move(struct instance *from, const char *source, const char *target, uint32_t prepared)
{
	struct instance to = start(target, from);
	uint32_t slots[POP_SLOT_COUNT];
	for (uint32_t i = 0; i < prepared; i++) slots[i] = i;
	if (prepared) frame(to.socket, POP_OP_PREPARE, slots, prepared * sizeof *slots);
	send_memory(from, source, to.socket);
	int pidfd = (int)syscall(SYS_pidfd_open, from->pid, 0);
	for (int fd = 0; fd < 16; fd++) {
		int copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
		uint32_t number = fd;
		if (copy < 0) frame(to.socket, POP_OP_CLOSE, &number, sizeof number);
		else frame_fd(to.socket, copy, fd), close(copy);
	}
	close(pidfd);
	send_threads(from, target, to.socket);
	frame(to.socket, POP_OP_COMMIT, 0, 0);
	struct pop_answer answer = { 0 };
	ssize_t n = recv(to.socket, &answer, sizeof answer, MSG_WAITALL);
	if (n != sizeof answer || answer.kind != POP_ANSWER_READY) {
		fprintf(stderr, "harness: no READY: %zd bytes, kind %u, op %u, value %ld\n", n, answer.kind,
			answer.op, (long)answer.value);
		exit(98);
	}
	kill(from->pid, SIGKILL);
	waitpid(from->pid, 0, 0);
	munmap(from->control, POP_PROCESS_BYTES);
	munmap(from->unit, POP_UNIT_BYTES);
	to.unit->moved = 1;
	to.unit->flag = 0;
	to.unit->request++;
	__atomic_fetch_add(&to.unit->generation, 1, __ATOMIC_SEQ_CST);
	frame(to.socket, POP_OP_GO, 0, 0);
	close(to.socket);
	return to;
}

int main(int argc, char **argv)
{
	long pause_us = 1000;
	uint32_t threads = 1, prepared = 0;
	int option, moves = 0;
	while ((option = getopt(argc, argv, "m:t:p:")) != -1)
		if (option == 'm') pause_us = atol(optarg);
		else if (option == 'p') prepared = (uint32_t)atoi(optarg);
		else threads = (uint32_t)atoi(optarg);
	struct instance current = start(argv[optind], 0);
	int ended = 0;
	for (int i = optind; i + 1 < argc; i++) {
		while (__atomic_load_n(&current.control->threads, __ATOMIC_SEQ_CST) < threads
			|| __atomic_load_n(&current.control->state, __ATOMIC_SEQ_CST) != POP_STATE_RUNNING) {
			siginfo_t info = { 0 };
			if (!waitid(P_PID, current.pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid) { ended = 1; break; }
		}
		struct timespec pause = { pause_us / 1000000, pause_us % 1000000 * 1000 };
		nanosleep(&pause, 0);
		if (ended || !park(&current)) break;
		check_timeout(&current);
		/* Letting go and asking again must work as well as moving. */
		release(&current);
		if (!park(&current)) break;
		check_timeout(&current);
		current = move(&current, argv[i], argv[i + 1], prepared);
		moves++;
	}
	int status = 0;
	waitpid(current.pid, &status, 0);
	fprintf(stderr, "harness: %d moves\n", moves);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
