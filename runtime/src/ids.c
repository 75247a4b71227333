/* Process and thread numbers. After a move the program goes on under the numbers it had; calls that name one are
 * translated to the kernel's, answers that contain one back. The unit's table knows those of every process of the unit;
 * numbers of all others pass through. */
#include "runtime.h"

enum { F_SETOWN_ = 8, F_GETOWN_ = 9, F_SETOWN_EX_ = 15, F_GETOWN_EX_ = 16, F_GETLK_ = 5, F_OWNER_TID_ = 0,
	F_OWNER_PGRP_ = 2, TIOCGPGRP_ = 0x540f, TIOCSPGRP_ = 0x5410, TIOCGSID_ = 0x5429, SO_PEERCRED_ = 17,
	SCM_CREDENTIALS_ = 2, SOL_SOCKET_ = 1, P_PID_ = 1, P_PGID_ = 2, GETPID_ = 11, SIGNALFD_RECORD = 128,
	SI_USER_ = 0, SI_QUEUE_ = -1, SI_TKILL_ = -6, SIGCHLD_ = 17 };

enum { NR_ioctl_ = 29, NR_getppid_ = 173, NR_process_vm_readv_ = 270,
	NR_process_vm_writev_ = 271, NR_kcmp_ = 272, NR_ptrace_ = 117, NR_ioprio_set_ = 30, NR_ioprio_get_ = 31 };

static uint32_t pair(void) { return pop_generation & 1; }

/* A walk over the processes of the unit; null ends it. */
static struct pop_process *next(uint32_t *index)
{
	while (*index < POP_UNIT->processes_used && *index < POP_PROCESS_COUNT) {
		struct pop_process *p = &POP_PROCESSES[(*index)++];
		if (p->state != POP_PROCESS_FREE) return p;
	}
	return 0;
}

static int translated(void) { return pop_unit_fd >= 0 && pop_load(&POP_UNIT->moved); }

/* ---- program to kernel ---- */

static long kernel_pid(long pid)
{
	uint32_t i = 0;
	for (struct pop_process *p; (p = next(&i));)
		if ((int)pid > 0 && p->pid == (uint32_t)pid) return p->kernel_pid[pair()];
	return pid;
}

static long kernel_group(long group)
{
	uint32_t i = 0;
	for (struct pop_process *p; (p = next(&i));)
		if ((int)group > 0 && p->group == (uint32_t)group && p->kernel_group[pair()]) return p->kernel_group[pair()];
	return kernel_pid(group);
}

/* kill's and wait4's spelling: a negative number is a group's. */
static long kernel_pid_or_group(long number)
{
	if ((int)number > 0) return kernel_pid(number);
	return (int)number < -1 ? -kernel_group(-number) : number;
}

static long kernel_tid(long tid)
{
	if ((int)tid <= 0) return tid;
	for (unsigned i = 0; i < POP_SLOT_COUNT; i++)
		if (POP_STATE->threads[i].tid == (uint32_t)tid && POP_SLOTS[i].tid) return POP_SLOTS[i].tid;
	return kernel_pid(tid);
}

/* ---- kernel to program ---- */

static uint32_t program_pid(uint32_t pid)
{
	struct pop_process *p = pop_unit_find(pid);
	return p && p->pid ? p->pid : pid;
}

static uint32_t program_tid(uint32_t tid)
{
	for (unsigned i = 0; i < POP_SLOT_COUNT; i++)
		if (tid && POP_SLOTS[i].tid == tid && POP_STATE->threads[i].tid) return POP_STATE->threads[i].tid;
	return program_pid(tid);
}

long pop_ids_group_to_program(long group)
{
	uint32_t i = 0;
	for (struct pop_process *p; (p = next(&i));)
		if (group > 0 && p->kernel_group[pair()] == (uint32_t)group && p->group) return p->group;
	return program_pid((uint32_t)group);
}

long pop_ids_session_to_program(long session)
{
	uint32_t i = 0;
	for (struct pop_process *p; (p = next(&i));)
		if (session > 0 && p->kernel_session[pair()] == (uint32_t)session && p->session) return p->session;
	return program_pid((uint32_t)session);
}

/* Program's number of the sender or child, in place: what a handler, sigwaitinfo or waitid shows. */
void pop_ids_siginfo(void *info)
{
	int *words = info; /* si_signo, si_errno, si_code, padding, si_pid */
	int code = words[2], from_child = words[0] == SIGCHLD_ && code > 0 && code < 7;
	if (!translated() || !(from_child || code == SI_USER_ || code == SI_QUEUE_ || code == SI_TKILL_)) return;
	words[4] = (int)program_pid((uint32_t)words[4]);
}

/* The other way round, for a signal that is queued again. */
void pop_ids_siginfo_to_kernel(void *info)
{
	int *words = info, code = words[2], from_child = words[0] == SIGCHLD_ && code > 0 && code < 7;
	if (!translated() || !(from_child || code == SI_USER_ || code == SI_QUEUE_ || code == SI_TKILL_)) return;
	words[4] = (int)kernel_pid(words[4]);
}

/* ---- calls ---- */

static void translate_fcntl(struct pop_call *call, long *native)
{
	if (native[1] == F_SETOWN_) native[2] = kernel_pid_or_group(native[2]);
	if (native[1] == F_SETOWN_EX_ && native[2]) {
		const int *owner = (void *)native[2];
		int *to = (int *)call->scratch;
		to[0] = owner[0];
		to[1] = (int)(owner[0] == F_OWNER_TID_ ? kernel_tid(owner[1])
			: owner[0] == F_OWNER_PGRP_ ? kernel_group(owner[1]) : kernel_pid(owner[1]));
		native[2] = (long)to;
	}
}

/* sigqueue() puts our own number there. */
static void own_pid_in_siginfo(struct pop_call *call, long *info)
{
	_Static_assert(sizeof call->scratch >= 128, "siginfo");
	if (!*info) return;
	pop_copy(call->scratch, (void *)*info, 128);
	((int *)call->scratch)[4] = (int)kernel_pid(((int *)call->scratch)[4]);
	*info = (long)call->scratch;
}

/* One's own credentials, sent along with a message; the kernel compares. */
static void credentials_to_kernel(struct pop_call *call, long *message)
{
	enum { MESSAGE_WORDS = 7, CREDENTIALS_BYTES = 32 };
	const uint64_t *given = (void *)*message;
	if (!given || given[5] < 28 || given[5] > CREDENTIALS_BYTES) return;
	pop_copy(call->scratch, given, MESSAGE_WORDS * 8);
	int *control = (int *)(call->scratch + MESSAGE_WORDS);
	pop_copy(control, (void *)given[4], given[5]);
	if (control[2] != SOL_SOCKET_ || control[3] != SCM_CREDENTIALS_) return;
	control[4] = (int)kernel_pid(control[4]);
	call->scratch[4] = (uint64_t)control;
	*message = (long)call->scratch;
}

void pop_ids_translate(struct pop_call *call)
{
	long *native = call->native + 1;
	if (!translated()) return;
	switch (call->nr) {
	case NR_kill:
	case NR_wait4:
		native[0] = kernel_pid_or_group(native[0]);
		break;
	case NR_waitid:
		if (native[0] == P_PID_) native[1] = kernel_pid(native[1]);
		if (native[0] == P_PGID_) native[1] = kernel_group(native[1]);
		break;
	case NR_setpgid:
		native[0] = kernel_pid(native[0]);
		native[1] = kernel_group(native[1]);
		break;
	case NR_rt_sigqueueinfo:
		own_pid_in_siginfo(call, &native[2]);
		native[0] = kernel_pid(native[0]);
		break;
	case NR_sendmsg:
		credentials_to_kernel(call, &native[1]);
		break;
	case NR_getpgid:
	case NR_getsid:
	case NR_prlimit64:
	case NR_pidfd_open:
	case NR_process_vm_readv_:
	case NR_process_vm_writev_:
		native[0] = kernel_pid(native[0]);
		break;
	case NR_ptrace_:
		native[1] = kernel_pid(native[1]);
		break;
	case NR_kcmp_:
		native[0] = kernel_pid(native[0]);
		native[1] = kernel_pid(native[1]);
		break;
	case NR_rt_tgsigqueueinfo:
		own_pid_in_siginfo(call, &native[3]);
		/* fall through */
	case NR_tgkill:
		native[0] = kernel_pid(native[0]);
		native[1] = kernel_tid(native[1]);
		break;
	case NR_tkill:
	case NR_get_robust_list:
	case NR_sched_setparam:
	case NR_sched_setscheduler:
	case NR_sched_getscheduler:
	case NR_sched_getparam:
	case NR_sched_setaffinity:
	case NR_sched_getaffinity:
	case NR_sched_rr_get_interval:
	case NR_sched_setattr:
	case NR_sched_getattr:
		native[0] = kernel_tid(native[0]);
		break;
	case NR_setpriority:
	case NR_getpriority:
		native[1] = native[0] == 0 ? kernel_tid(native[1]) : native[0] == 1 ? kernel_group(native[1]) : native[1];
		break;
	case NR_ioprio_set_:
	case NR_ioprio_get_:
		native[1] = native[0] == 1 ? kernel_tid(native[1]) : native[0] == 2 ? kernel_group(native[1]) : native[1];
		break;
	case NR_fcntl:
		translate_fcntl(call, native);
		break;
	case NR_ioctl_:
		if (native[1] == TIOCSPGRP_ && native[2]) {
			*(int *)call->scratch = (int)kernel_group(*(int *)native[2]);
			native[2] = (long)call->scratch;
		}
		break;
	default:
		break;
	}
}

/* Credentials of a sender, in the control part of a received message. */
static void credentials_to_program(const long *args)
{
	struct { uint64_t name, name_bytes, parts, part_count, control, control_bytes; } *message = (void *)args[1];
	uint64_t at = message->control, end = at + message->control_bytes;
	while (at && end - at >= 16) {
		uint64_t bytes = *(uint64_t *)at;
		int *kind = (int *)(at + 8);
		if (bytes < 16 || bytes > end - at) return;
		if (kind[0] == SOL_SOCKET_ && kind[1] == SCM_CREDENTIALS_ && bytes >= 28)
			kind[2] = (int)program_pid((uint32_t)kind[2]);
		at += (bytes + 7) & -8ul;
	}
}

static int is_signalfd(long fd)
{
	char path[32] = "/proc/self/fd/", target[32] = { 0 }, digits[12];
	int n = 0, end = 14;
	do digits[n++] = (char)('0' + fd % 10);
	while (fd /= 10);
	while (n) path[end++] = digits[--n];
	path[end] = 0;
	pop_raw(NR_readlinkat, AT_FDCWD_, path, target, sizeof target - 1);
	static const char wanted[] = "anon_inode:[signalfd]";
	for (unsigned i = 0; i < sizeof wanted; i++) if (target[i] != wanted[i]) return 0;
	return 1;
}

static void signalfd_to_program(char *record, long bytes)
{
	for (; bytes >= SIGNALFD_RECORD; record += SIGNALFD_RECORD, bytes -= SIGNALFD_RECORD)
		*(uint32_t *)(record + 12) = program_pid(*(uint32_t *)(record + 12)); /* ssi_pid */
}

static long number_to_program(const struct pop_call *call, long result)
{
	const long *a = call->args;
	switch (call->nr) {
	case NR_getpgid: return pop_ids_group_to_program(result);
	case NR_getsid:
	case NR_setsid: return pop_ids_session_to_program(result);
	case NR_wait4: return result ? (long)program_pid((uint32_t)result) : 0;
	case NR_semctl: return a[2] == GETPID_ && result ? (long)program_pid((uint32_t)result) : result;
	case NR_fcntl:
		if (a[1] != F_GETOWN_ || !result) return result;
		return result < 0 ? -pop_ids_group_to_program(-result) : (long)program_tid((uint32_t)result);
	default: return result;
	}
}

static void structures_to_program(const struct pop_call *call, long result)
{
	const long *a = call->args;
	switch (call->nr) {
	case NR_waitid:
		if (a[2] && ((int *)a[2])[4]) ((int *)a[2])[4] = (int)program_pid((uint32_t)((int *)a[2])[4]);
		break;
	case NR_rt_sigtimedwait:
		if (a[1] && result > 0) pop_ids_siginfo((void *)a[1]);
		break;
	case NR_ioctl_:
		if (a[1] == TIOCGPGRP_) *(int *)a[2] = (int)pop_ids_group_to_program(*(int *)a[2]);
		if (a[1] == TIOCGSID_) *(int *)a[2] = (int)pop_ids_session_to_program(*(int *)a[2]);
		break;
	case NR_getsockopt:
		if (a[1] == SOL_SOCKET_ && a[2] == SO_PEERCRED_ && *(int *)a[4] >= 4)
			*(uint32_t *)a[3] = program_pid(*(uint32_t *)a[3]);
		break;
	case NR_recvmsg:
		credentials_to_program(a);
		break;
	case NR_read:
		if (result >= SIGNALFD_RECORD && result % SIGNALFD_RECORD == 0 && is_signalfd(a[0]))
			signalfd_to_program((char *)a[1], result);
		break;
	case NR_fcntl:
		if (a[1] == F_GETLK_ && ((int *)a[2])[6] > 0) ((int *)a[2])[6] = (int)program_pid((uint32_t)((int *)a[2])[6]);
		if (a[1] == F_GETOWN_EX_) {
			int *owner = (int *)a[2];
			owner[1] = (int)(owner[0] == F_OWNER_TID_ ? program_tid((uint32_t)owner[1]) : owner[0] == F_OWNER_PGRP_
				? (uint32_t)pop_ids_group_to_program(owner[1]) : program_pid((uint32_t)owner[1]));
		}
		break;
	default:
		break;
	}
}

/* A parent that is the agent is nobody the program knows: to an orphan it is what init is elsewhere. */
static long parent_to_program(long result)
{
	if (result != (long)pop_load(&POP_UNIT->agent_pid)) return translated() ? (long)program_pid((uint32_t)result) : result;
	return POP_CONTROL->index == POP_UNIT->root ? result : 1;
}

/* Kernel's number of a child that this call took away; 0: it told of none, or of one that is still there. */
static long reaped(const struct pop_call *call, long result)
{
	long pid = 0;
	if (call->nr == NR_wait4) pid = result;
	if (call->nr == NR_waitid && call->args[2]) pid = ((int *)call->args[2])[4];
	return pid && pop_raw(NR_kill, pid, 0) == -ESRCH_ ? pid : 0;
}

long pop_ids_answer(struct pop_call *call, long result)
{
	if (pop_unit_fd < 0 || pop_failed(result)) return result;
	if (call->nr == NR_getppid_) return parent_to_program(result);
	long kernel = reaped(call, result);
	if (translated()) {
		result = number_to_program(call, result);
		structures_to_program(call, result);
	}
	if (kernel) pop_unit_waited(kernel);
	if (call->nr == NR_setpgid) pop_unit_regroup((uint32_t)call->native[1]);
	if (call->nr == NR_setsid) {
		pop_unit_regroup(0);
		return POP_STATE->pid;
	}
	return result;
}
