/* What a handler is told of a full stack: the lowest address of the data stack, whichever of the thread's two is full. The
 * address of any other fault stays as it is. */
#include "mini.h"

struct action { uint64_t handler, flags, restorer, mask; };
struct alternate { char *base; int flags, pad; uint64_t bytes; };
struct fault { int signal, error, code, pad; uint64_t address; };
enum { SEGV = 11, PAGE = 4096, NONE = 0, READ_WRITE = 3, PRIVATE_ANONYMOUS = 0x22 };
#define SA_SIGINFO 4ul
#define SA_ONSTACK 0x08000000ul

COMMON(alternate) char alternate[16384];
COMMON(expected) volatile uint64_t expected;
COMMON(faults) volatile int faults;
COMMON(closed_page) volatile uint64_t closed_page; /* is opened by the handler; 0: the program ends there */
static volatile int keep;

static uint64_t dsp(void) { return *(volatile uint64_t *)((char *)__builtin_thread_pointer() + POP_TP_DSP); }

HANDLER(0) static void on_fault(int signal, struct fault *fault, void *context)
{
	(void)context;
	CHECK(signal == SEGV && fault->signal == SEGV && fault->address == expected);
	faults++;
	if (!closed_page) {
		CHECK(faults == 3);
		print("overflow\n");
		finish(3);
	}
	CHECK(leaf(NR_mprotect, closed_page, PAGE, READ_WRITE) == 0);
}

static void touch(uint64_t page, uint64_t address, uint64_t told)
{
	int before = faults;
	closed_page = page;
	expected = told;
	*(volatile char *)address = 1;
	CHECK(faults == before + 1);
}

static uint64_t data_stack(void)
{
	const struct pop_arena_table *table = (const struct pop_arena_table *)POP_ARENA_BASE;
	const struct pop_arena_entry *entry = table->entries;
	while (!(entry->flags & POP_ENTRY_DATA_STACK)) entry++;
	CHECK(dsp() > entry->start && dsp() <= entry->start + entry->bytes);
	return entry->start;
}

__attribute__((noinline)) static int deeper(int n)
{
	keep = n;
	if (n < 0) return 0;
	return deeper(n + 1) + keep;
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	struct alternate stack = { alternate, 0, 0, sizeof alternate };
	struct action action = { (uint64_t)on_fault, SA_ONSTACK | SA_SIGINFO, 0, 0 };
	CHECK(leaf(NR_sigaltstack, &stack, 0) == 0);
	CHECK(leaf(NR_rt_sigaction, SEGV, &action, 0, 8) == 0);
	uint64_t low = data_stack();
	uint64_t page = (uint64_t)leaf(NR_mmap, 0, PAGE, NONE, PRIVATE_ANONYMOUS, -1, 0);
	touch(page, page + 100, page + 100);
	touch(low - PAGE, low - 100, low);
	closed_page = 0;
	expected = low;
	return deeper(0);
}
