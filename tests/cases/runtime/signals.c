/* Signal dispositions, mask and alternate stack move along; handlers get a place on the data stack. */
#include "mini.h"

struct action { uint64_t handler, flags, restorer, mask; };
struct alternate { char *base; int flags, pad; uint64_t bytes; };
enum { USR1 = 10, USR2 = 12, ALRM = 14, STKFLT = 16, NR_setitimer = 103 };
#define SA_ONSTACK 0x08000000ul
#define SA_RESTART 0x10000000ul
#define SS_DISABLE 2
#define SS_AUTODISARM (int)0x80000000
#define BIT(signal) (1ul << ((signal) - 1))

COMMON(at) uint64_t at;
COMMON(handled) int handled;
COMMON(alarms) int alarms;
COMMON(outer_dsp) uint64_t outer_dsp;
COMMON(inner_dsp) uint64_t inner_dsp;
COMMON(inner_depth) uint32_t inner_depth;
COMMON(handler_stack) uint64_t handler_stack;
COMMON(inner_mask) uint64_t inner_mask;
COMMON(inner_stack) struct alternate inner_stack;
COMMON(pipe_ends) int pipe_ends[2];
COMMON(alternate) char alternate[16384];

static uint64_t dsp(void) { return *(volatile uint64_t *)((char *)__builtin_thread_pointer() + POP_TP_DSP); }
static struct pop_slot *slot(void) { return *(struct pop_slot **)((char *)__builtin_thread_pointer() + POP_TP_SLOT); }

HANDLER(0) static void on_usr1(int signal, void *info, void *context)
{
	(void)context;
	CHECK(signal == USR1 && *(int *)info == USR1);
	char here;
	handler_stack = (uint64_t)&here;
	inner_dsp = dsp();
	inner_depth = slot()->handler_depth;
	leaf(NR_rt_sigprocmask, 0, 0, &inner_mask, 8);
	leaf(NR_sigaltstack, 0, &inner_stack);
	handled++;
}

HANDLER(1) static void on_alarm(int signal)
{
	(void)signal;
	alarms++;
	sys(NR_write, pipe_ends[1], "y", 1);
}

static void set_alarm(long after_us, unsigned long flags)
{
	struct action action = { (uint64_t)on_alarm, flags, 0, 0 };
	CHECK(leaf(NR_rt_sigaction, ALRM, &action, 0, 8) == 0);
	long timer[4] = { 0, 0, 0, after_us };
	CHECK(leaf(NR_setitimer, 0, timer, 0) == 0);
}

/* Its data stack is the program's alternate stack, its native stack is none of the program's memory. */
static void check_alternate(int raised)
{
	outer_dsp = dsp();
	CHECK(leaf(NR_kill, leaf(NR_getpid), USR1) == 0);
	CHECK(handled == raised);
	CHECK(inner_dsp == (uint64_t)alternate + sizeof alternate && dsp() == outer_dsp);
	CHECK(handler_stack >= POP_PRIVATE_BASE && handler_stack < POP_RECORDS_BASE);
}

static _Noreturn void finish_up(void)
{
	for (; at < 100000000; at++) point();
	struct action was = { 0 };
	CHECK(leaf(NR_rt_sigaction, USR1, 0, &was, 8) == 0);
	CHECK(was.handler == (uint64_t)on_usr1 && was.mask == BIT(ALRM) && was.flags == (4 | SA_ONSTACK));
	check_alternate(1);
	CHECK(inner_depth == 1 && slot()->handler_depth == 0);
	CHECK(inner_mask == (BIT(USR1) | BIT(USR2) | BIT(ALRM)));
	/* Disarmed while the handler runs, and only then. */
	struct alternate stack = { alternate, SS_AUTODISARM, 0, sizeof alternate };
	CHECK(leaf(NR_sigaltstack, &stack, 0) == 0);
	check_alternate(2);
	CHECK(inner_stack.flags == SS_DISABLE && !inner_stack.bytes);
	CHECK(leaf(NR_sigaltstack, 0, &stack) == 0 && stack.base == alternate && stack.flags == SS_AUTODISARM);
	/* Without SA_ONSTACK below what the interrupted code may use. */
	was.flags &= ~SA_ONSTACK;
	CHECK(leaf(NR_rt_sigaction, USR1, &was, 0, 8) == 0 && leaf(NR_kill, leaf(NR_getpid), USR1) == 0);
	CHECK(handled == 3 && inner_dsp <= outer_dsp - POP_RED_ZONE && inner_dsp % 16 == 0 && dsp() == outer_dsp);
	/* Still blocked, so still pending. */
	uint64_t mask = 0;
	CHECK(leaf(NR_rt_sigprocmask, 0, 0, &mask, 8) == 0 && mask == BIT(USR2));
	/* SIGSTKFLT cannot be blocked, and nobody is told. */
	uint64_t all = ~0ul;
	CHECK(leaf(NR_rt_sigprocmask, 0, &all, 0, 8) == 0);
	CHECK(leaf(NR_rt_sigprocmask, 2, &mask, &all, 8) == 0 && !(all & BIT(STKFLT)) && all & BIT(ALRM));
	/* A handler without SA_RESTART ends the sleep; one with it does not end the read. */
	struct timespec request = { 5, 0 }, left = { 0, 0 };
	set_alarm(20000, 0);
	CHECK(sys(NR_nanosleep, &request, &left) == -4 && alarms == 1 && left.seconds == 4);
	char byte;
	CHECK(sys(NR_read, pipe_ends[0], &byte, 1) == 1);
	set_alarm(20000, SA_RESTART);
	CHECK(sys(NR_read, pipe_ends[0], &byte, 1) == 1 && byte == 'y' && alarms == 2);
	set_alarm(20000, 0);
	CHECK(sys(NR_read, pipe_ends[0], &byte, 1) == -4 && alarms == 3);
	print("signals\n");
	finish(6);
}

void resume_0(struct pop_record *record)
{
	((void (*)(struct pop_record *))record->next->resume)(record->next);
	at++;
	finish_up();
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	struct action action = { (uint64_t)on_usr1, 4 | SA_ONSTACK, 0, BIT(ALRM) };
	CHECK(leaf(NR_rt_sigaction, USR1, &action, 0, 8) == 0);
	struct alternate stack = { alternate, 0, 0, sizeof alternate };
	CHECK(leaf(NR_sigaltstack, &stack, 0) == 0);
	uint64_t mask = BIT(USR2);
	CHECK(leaf(NR_rt_sigprocmask, 0, &mask, 0, 8) == 0);
	CHECK(leaf(NR_pipe2, pipe_ends, 0) == 0);
	finish_up();
}
