/* From the kernel's entry to the program's: control region, arena, first thread pointer, data stack, arguments. */
#include "runtime.h"

enum { AT_PHDR_ = 3, AT_PHENT_ = 4, AT_PHNUM_ = 5, AT_PAGESZ_ = 6, AT_BASE_ = 7, AT_FLAGS_ = 8, AT_ENTRY_ = 9,
	AT_UID_ = 11, AT_EGID_ = 14, AT_CLKTCK_ = 17, AT_SECURE_ = 23, AT_RANDOM_ = 25, AT_EXECFN_ = 31,
	AT_SYSINFO_EHDR_ = 33 };
enum { RLIMIT_STACK_ = 3 };
#define DATA_STACK_DEFAULT 0x800000ul
#define DATA_STACK_MIN 0x20000ul
#define DATA_STACK_MAX 0x40000000ul

int main(int argc, char **argv, char **envp);
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void *, void *, void *);

static uint64_t length(const char *text)
{
	uint64_t n = 0;
	while (text[n]) n++;
	return n;
}

_Noreturn void pop_die(const char *message)
{
	static const char prefix[] = "popcorn runtime: ";
	pop_raw(NR_write, 2, prefix, sizeof prefix - 1);
	pop_raw(NR_write, 2, message, length(message));
	pop_raw(NR_write, 2, "\n", 1);
	for (;;) pop_raw(NR_exit_group, 127);
}

void pop_control_fill(int state)
{
	struct pop_control *control = POP_CONTROL;
	control->abi_version = POP_ABI_VERSION;
	control->isa = POP_ISA;
	control->arena_table = POP_ARENA_BASE;
	pop_store(&control->state, (uint32_t)state);
}

/* fd < 0: no agent; private memory that stays zero, so that no point ever parks. */
void pop_control_open(int fd, uint32_t index, int restoring)
{
	if (fd < 0 || !pop_unit_attach(fd, index, restoring)) pop_unit_leave();
	POP_CONTROL->pid = (uint32_t)pop_raw(NR_getpid);
	if (pop_unit_fd >= 0) pop_unit_enter(restoring);
	pop_control_fill(restoring ? POP_STATE_RESTORING : POP_STATE_RUNNING);
}

/* Value of NAME=number, -1 if `text` is not that variable. */
static int variable(const char *text, const char *name)
{
	while (*name) if (*text++ != *name++) return -1;
	int value = 0;
	while (*text >= '0' && *text <= '9') value = value * 10 + (*text++ - '0');
	return value;
}

static int is_ours(const char *text)
{
	return variable(text, "POPCORN_CONTROL=") >= 0 || variable(text, "POPCORN_RESTORE=") >= 0
		|| variable(text, "POPCORN_MEMBER=") >= 0;
}

static char *copy_text(char **to, const char *text)
{
	char *start = *to;
	uint64_t bytes = length(text) + 1;
	pop_copy(start, text, bytes);
	*to += bytes;
	return start;
}

/* What differs between machines, or is an address in this machine's private memory, is left out. */
static int keeps(uint64_t kind)
{
	return kind == AT_PAGESZ_ || kind == AT_FLAGS_ || kind == AT_CLKTCK_ || kind == AT_SECURE_ || kind == AT_RANDOM_
		|| kind == AT_EXECFN_ || (kind >= AT_UID_ && kind <= AT_EGID_);
}

/* Copies arguments, environment and auxiliary vector to memory that migrates. Returns argv. */
static char **copy_arguments(long argc, char **argv, char **envp, const uint64_t *auxv)
{
	uint64_t words = 3, bytes = 16;
	for (long i = 0; i < argc; i++) words++, bytes += length(argv[i]) + 1;
	for (char **e = envp; *e; e++) words++, bytes += length(*e) + 1;
	for (const uint64_t *a = auxv; *a; a += 2) {
		words += 2;
		if (*a == AT_EXECFN_) bytes += length((char *)a[1]) + 1;
	}
	long at = pop_arena_map(0, (words + 2) * 8 + bytes, PROT_READ_ | PROT_WRITE_,
		MAP_PRIVATE_ | MAP_ANONYMOUS_, -1, 0, 0);
	if (pop_failed(at)) pop_die("no memory for the arguments");
	char **word = (char **)at, **result = word, *text = (char *)(word + words + 2);
	for (long i = 0; i < argc; i++) *word++ = copy_text(&text, argv[i]);
	*word++ = 0;
	for (char **e = envp; *e; e++) if (!is_ours(*e)) *word++ = copy_text(&text, *e);
	*word++ = 0;
	for (const uint64_t *a = auxv; *a; a += 2) {
		if (!keeps(*a)) continue;
		*word++ = (char *)a[0];
		*word++ = (char *)a[1];
		if (*a == AT_EXECFN_) word[-1] = copy_text(&text, (char *)a[1]);
		if (*a == AT_RANDOM_) {
			pop_copy(text, (void *)a[1], 16);
			word[-1] = text;
			text += 16;
		}
	}
	return result;
}

/* The first thread's control block: runtime words, struct pthread, thread-local variables. */
static char *make_thread_block(void)
{
	uint64_t tls = (uint64_t)(__pop_tls_end - __pop_tls_start);
	long at = pop_arena_map(0, POP_TP_RESERVED + POP_TP_TLS + tls, PROT_READ_ | PROT_WRITE_,
		MAP_PRIVATE_ | MAP_ANONYMOUS_, -1, 0, 0);
	if (pop_failed(at)) pop_die("no memory for the first thread");
	char *tp = (char *)at + POP_TP_RESERVED;
	*(char **)tp = tp; /* x86-64 reads the thread pointer from there */
	for (uint64_t i = 0; i < tls; i++) ((volatile char *)tp)[POP_TP_TLS + i] = __pop_tls_start[i];
	return tp;
}

static uint64_t make_data_stack(void)
{
	uint64_t limit[2] = { 0, 0 };
	pop_raw(NR_prlimit64, 0, RLIMIT_STACK_, 0, limit);
	uint64_t bytes = limit[0] == ~0ul || !limit[0] ? DATA_STACK_DEFAULT : limit[0] & -POP_PAGE;
	if (bytes < DATA_STACK_MIN) bytes = DATA_STACK_MIN;
	if (bytes > DATA_STACK_MAX) bytes = DATA_STACK_MAX;
	int flags = MAP_PRIVATE_ | MAP_ANONYMOUS_ | MAP_NORESERVE_;
	long guard = pop_arena_map(0, POP_PAGE, 0, flags, -1, 0, 0);
	long at = pop_failed(guard) ? guard : pop_arena_map((uint64_t)guard + POP_PAGE, bytes, PROT_READ_ | PROT_WRITE_,
		flags | MAP_FIXED_NOREPLACE_, -1, 0, POP_ENTRY_DATA_STACK);
	if (pop_failed(at)) pop_die("no memory for the data stack");
	return (uint64_t)at + bytes;
}

static void make_first_thread(long *kernel_stack)
{
	struct pop_slot *slot = pop_slot_take(0);
	char *tp = make_thread_block();
	*pop_dsp(tp) = make_data_stack();
	slot->native_stack_high = ((uint64_t)kernel_stack + POP_PAGE) & -POP_PAGE;
	slot->native_stack_low = slot->native_stack_high - 0x800000;
	pop_slot_bind(slot, tp);
	pop_set_thread_pointer(tp);
	/* The program's number of a process and of its first thread are the same. */
	POP_STATE->threads[0].tid = POP_STATE->pid;
	/* Whoever finds the tid may kick the thread, which must be able to take it. */
	pop_signals_install_kick();
	slot->tid = (uint32_t)pop_raw(NR_gettid);
	pop_store(&slot->state, POP_THREAD_RUNNING);
	pop_store(&POP_CONTROL->threads, 1);
}

/* entry.S: _start. */
_Noreturn void pop_start(long *stack)
{
	long argc = stack[0];
	char **argv = (char **)(stack + 1), **envp = argv + argc + 1, **end = envp;
	int control = -1, restore = -1, member = 0;
	for (; *end; end++) {
		int fd = variable(*end, "POPCORN_CONTROL=");
		if (fd >= 0) control = fd;
		fd = variable(*end, "POPCORN_RESTORE=");
		if (fd >= 0) restore = fd;
		fd = variable(*end, "POPCORN_MEMBER=");
		if (fd >= 0) member = fd;
	}
	const uint64_t *auxv = (const uint64_t *)(end + 1);
	for (const uint64_t *a = auxv; *a; a += 2) if (*a == AT_SYSINFO_EHDR_) pop_vdso_find((void *)a[1]);
	if (control < 0) pop_supervise(argc, argv, envp);
	pop_control_open(control, (uint32_t)member, restore >= 0);
	if (restore >= 0) pop_restore(restore);
	pop_arena_create();
	POP_STATE->pid = POP_CONTROL->pid;
	if (pop_unit_fd >= 0) pop_exec_note_self();
	argv = copy_arguments(argc, argv, envp, auxv);
	make_first_thread(stack);
	pop_signals_inherit();
	pop_call_outermost((void *)__libc_start_main, (long)main, argc, (long)argv, 0, 0, 0);
	pop_die("the program's entry returned");
}
