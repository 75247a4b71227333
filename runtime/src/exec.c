/* execve. A program that popcorn cc built is told where the control region is, and which place in the unit's table the
 * process has; any other one is noted as foreign, for with it the unit cannot move. */
#include "runtime.h"

enum { PROBE_BYTES = 4096, INTERPRETERS_MAX = 4, SIG_BLOCK_ = 0,
	AT_EMPTY_PATH_ = 0x1000, PT_LOAD_ = 1 };
#define FIRST_SEGMENT 0x1ff000ul

struct elf_header { uint8_t ident[16]; uint16_t type, machine; uint32_t version; uint64_t entry, segments, sections;
	uint32_t flags; uint16_t bytes, segment_bytes, segment_count; };
struct elf_segment { uint32_t type, flags; uint64_t offset, address; };

static int is_ours(const uint8_t *start, uint64_t bytes)
{
	const struct elf_header *header = (const void *)start;
	if (bytes < sizeof *header || *(const uint32_t *)start != 0x464c457f || start[4] != 2) return 0;
	for (uint64_t i = 0, at = header->segments; i < header->segment_count; i++, at += header->segment_bytes) {
		if (at > bytes || bytes - at < sizeof(struct elf_segment)) return 0;
		const struct elf_segment *segment = (const void *)(start + at);
		if (segment->type == PT_LOAD_) return segment->address == FIRST_SEGMENT;
	}
	return 0;
}

/* The interpreter a script names, in place; null when it is none. */
static char *interpreter(char *start, uint64_t bytes)
{
	if (bytes < 4 || start[0] != '#' || start[1] != '!') return 0;
	uint64_t i = 2;
	while (i < bytes && (start[i] == ' ' || start[i] == '\t')) i++;
	char *name = start + i;
	while (i < bytes && start[i] && start[i] != ' ' && start[i] != '\t' && start[i] != '\n') i++;
	if (i == bytes) return 0;
	start[i] = 0;
	return *name ? name : 0;
}

static int is_popcorn(int directory, const char *path, char *buffer)
{
	for (int depth = 0; depth < INTERPRETERS_MAX; depth++) {
		long fd = pop_raw(NR_openat, directory, path, O_CLOEXEC_, 0);
		if (fd < 0) return 0;
		long bytes = pop_raw(NR_read, fd, buffer, PROBE_BYTES - 1);
		pop_raw(NR_close, fd);
		if (bytes <= 0) return 0;
		if (is_ours((uint8_t *)buffer, (uint64_t)bytes)) return 1;
		path = interpreter(buffer, (uint64_t)bytes);
		if (!path) return 0;
		directory = AT_FDCWD_;
	}
	return 0;
}

/* NAME=VALUE with its end; returns where the next text can begin. */
char *pop_write_variable(char *to, const char *name, uint32_t value)
{
	char digits[12];
	int n = 0;
	while (*name) *to++ = *name++;
	do digits[n++] = (char)('0' + value % 10);
	while (value /= 10);
	while (n) *to++ = digits[--n];
	*to++ = 0;
	return to;
}

/* The program's environment and two variables more. Everything lies in one mapping, which the exec takes away. */
static char **extend(char *memory, char **environment, uint64_t count)
{
	char **words = (char **)memory, *text = (char *)(words + count + 3);
	for (uint64_t i = 0; i < count; i++) words[i] = environment[i];
	words[count] = text;
	text = pop_write_variable(text, "POPCORN_CONTROL=", (uint32_t)pop_unit_fd);
	words[count + 1] = text;
	pop_write_variable(text, "POPCORN_MEMBER=", pop_unit_index());
	words[count + 2] = 0;
	return words;
}

static int equal(const char *a, const char *b)
{
	while (*a && *a == *b) a++, b++;
	return *a == *b;
}

static int names_itself(const char *path)
{
	char own[32];
	if (equal(path, "/proc/self/exe")) return 1;
	char *end = pop_write_variable(own, "/proc/", POP_STATE->pid);
	pop_copy(end - 1, "/exe", 5);
	return equal(path, own);
}

/* Cuts what the executable of one ISA has behind the program's own name. */
static void cut_isa(char *path)
{
	static const char suffix[] = ".popcorn/";
	char *slash = 0;
	for (char *p = path; *p; p++) if (*p == '/') slash = p;
	if (!slash || slash - path < (long)sizeof suffix - 2) return;
	char *start = slash - (sizeof suffix - 2);
	for (unsigned i = 0; i < sizeof suffix - 1; i++) if (start[i] != suffix[i]) return;
	*start = 0;
}

/* Called at start: after a move /proc/self/exe names another ISA's executable, or an emulator. */
void pop_exec_note_self(void)
{
	long n = pop_raw(NR_readlinkat, AT_FDCWD_, "/proc/self/exe", POP_STATE->executable,
		sizeof POP_STATE->executable - 1);
	if (n < 0) n = 0;
	POP_STATE->executable[n] = 0;
	cut_isa(POP_STATE->executable);
}

long pop_exec(struct pop_call *call)
{
	if (pop_unit_fd < 0) return pop_kernel_call(call);
	int at = call->nr == NR_execveat;
	const char *path = (const char *)call->args[at];
	char **environment = (char **)call->args[at + 2];
	uint64_t count = 0;
	if ((uint64_t)path < POP_PAGE) return -EFAULT_;
	if (environment) while (environment[count]) count++;
	uint64_t bytes = (count + 4) * sizeof(char *) + 128 + PROBE_BYTES;
	long memory = pop_raw(NR_mmap, 0, bytes, PROT_READ_ | PROT_WRITE_, MAP_PRIVATE_ | MAP_ANONYMOUS_, -1, 0);
	if (pop_failed(memory)) return -ENOMEM_;
	if (!at && names_itself(path) && POP_STATE->executable[0]) {
		path = POP_STATE->executable;
		call->args[at] = (long)path;
	}
	int ours = !(at && call->args[4] & AT_EMPTY_PATH_ && !*path)
		&& is_popcorn(at ? (int)call->args[0] : AT_FDCWD_, path, (char *)memory);
	if (ours) call->args[at + 2] = (long)extend((char *)memory, environment, count);
	/* A kick that comes before the new program has a handler must not kill it. */
	uint64_t kick = 1ul << (POP_KICK_SIGNAL - 1), mask;
	pop_raw(NR_rt_sigprocmask, SIG_BLOCK_, &kick, &mask, 8);
	pop_unit_exec(ours ? POP_PROCESS_STARTING : POP_PROCESS_FOREIGN);
	long result = pop_kernel_call(call);
	pop_unit_exec(POP_PROCESS_MEMBER);
	pop_signals_unblock(mask);
	pop_raw(NR_munmap, memory, bytes);
	return result;
}
