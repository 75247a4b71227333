/* Restore mode, for a unit of several processes: a process starts its children, which then read scripts of their own,
 * and makes zombies of those that had ended without having been waited for. So their relation is the kernel's. */
#include "runtime.h"

enum { SIGCHLD_ = 17, F_DUPFD_ = 0, F_SETFD_ = 2, LOWEST = 200, ARGUMENTS_MAX = 256, RLIMIT_CORE_ = 4, P_PID_ = 1,
	WEXITED_ = 4, WNOWAIT_ = 0x1000000, SIG_UNBLOCK_ = 1, STAY = -1 };

static char *next_text(char *text)
{
	while (*text) text++;
	return text + 1;
}

static _Noreturn void give_up(void)
{
	for (;;) pop_raw(NR_exit_group, 127);
}

static _Noreturn void become(const struct pop_op_spawn *op, int script)
{
	static char *argv[ARGUMENTS_MAX + 1], *envp[4];
	static char texts[128];
	char *path = (char *)op->texts, *text = path;
	for (uint32_t i = 0; i < op->count; i++) argv[i] = text = next_text(text);
	/* Both must get through the exec, and nothing else of the parent's does. */
	long script_fd = pop_raw(NR_fcntl, script, F_DUPFD_, LOWEST);
	if (script_fd < 0 || pop_raw(NR_fcntl, pop_unit_fd, F_SETFD_, 0)) give_up();
	envp[0] = texts;
	envp[1] = pop_write_variable(texts, "POPCORN_CONTROL=", (uint32_t)pop_unit_fd);
	envp[2] = pop_write_variable(envp[1], "POPCORN_MEMBER=", op->index);
	pop_write_variable(envp[2], "POPCORN_RESTORE=", (uint32_t)script_fd);
	pop_raw(NR_execve, path, argv, envp);
	give_up();
}

/* A child that ends is no news: its source's end was told to the source. */
static void forget_child_signals(void)
{
	uint64_t child = 1ul << (SIGCHLD_ - 1);
	static const struct pop_timespec now = { 0, 0 };
	while (pop_raw(NR_rt_sigtimedwait, &child, 0, &now, 8) > 0) { }
}

long pop_family_spawn(const struct pop_op_spawn *op, int script)
{
	if (op->count > ARGUMENTS_MAX) return -EINVAL_;
	long pid = pop_raw(NR_clone, SIGCHLD_);
	if (!pid) {
		if (op->orphan && pop_raw(NR_clone, SIGCHLD_)) for (;;) pop_raw(NR_exit_group, 0);
		become(op, script);
	}
	pop_raw(NR_close, script);
	if (pid < 0) return pid;
	if (!op->orphan) return 0;
	long waited = pop_raw(NR_wait4, pid, 0, 0, 0);
	forget_child_signals();
	return waited < 0 ? waited : 0;
}

static _Noreturn void die_like(uint32_t wait_status)
{
	uint32_t signal = wait_status & 127;
	if (!signal) for (;;) pop_raw(NR_exit_group, wait_status >> 8 & 255);
	uint64_t none[2] = { 0, 0 }, deadly = 1ul << (signal - 1);
	pop_raw(NR_prlimit64, 0, RLIMIT_CORE_, none, 0);
	pop_signals_default((int)signal);
	pop_raw(NR_rt_sigprocmask, SIG_UNBLOCK_, &deadly, 0, 8);
	pop_raw(NR_kill, pop_raw(NR_getpid), signal);
	give_up();
}

long pop_family_zombie(const struct pop_op_zombie *op)
{
	long pid = pop_raw(NR_clone, SIGCHLD_);
	if (!pid) {
		if (op->group >= 0) pop_raw(NR_setpgid, 0, op->group);
		die_like(op->wait_status);
	}
	if (pid < 0) return pid;
	uint64_t info[16];
	long result = pop_raw(NR_waitid, P_PID_, pid, info, WEXITED_ | WNOWAIT_);
	pop_unit_note_zombie(op->index, (uint32_t)pid, op->group != STAY);
	forget_child_signals();
	return result;
}

/* The calling process ends, and its child goes on with the script: in a session whose leader is gone. */
long pop_family_detach(void)
{
	long result = pop_raw(NR_setsid);
	if (result < 0) return result;
	long pid = pop_raw(NR_clone, SIGCHLD_);
	if (pid < 0) return pid;
	if (pid) for (;;) pop_raw(NR_exit_group, 0);
	pop_prepared_forget();
	pop_unit_enter(1);
	return 0;
}
