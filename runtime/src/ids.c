/* Process and thread numbers. After a move the program goes on under the numbers it was started with; calls that
 * name them are translated to the kernel's. Numbers of other processes pass through. */
#include "runtime.h"

static long kernel_pid(long pid)
{
	long own = (long)POP_STATE->pid;
	if ((int)pid == own) return pop_raw(NR_getpid);
	if ((int)pid == -own) return -pop_raw(NR_getpid);
	return pid;
}

static long kernel_tid(long tid)
{
	if ((int)tid <= 0) return tid;
	for (unsigned i = 0; i < POP_SLOT_COUNT; i++)
		if (POP_STATE->threads[i].tid == (uint32_t)tid && POP_SLOTS[i].tid) return POP_SLOTS[i].tid;
	return tid;
}

void pop_ids_translate(struct pop_call *call)
{
	long *native = call->native + 1;
	if (!POP_STATE->moved) return;
	switch (call->nr) {
	case NR_kill:
	case NR_rt_sigqueueinfo:
	case NR_setpgid:
	case NR_getpgid:
	case NR_getsid:
	case NR_prlimit64:
	case NR_pidfd_open:
		native[0] = kernel_pid(native[0]);
		break;
	case NR_tgkill:
	case NR_rt_tgsigqueueinfo:
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
		if (native[0] == 0) native[1] = kernel_tid(native[1]);
		break;
	case NR_fcntl:
		if (native[1] == 8) native[2] = kernel_pid(native[2]); /* F_SETOWN */
		break;
	default:
		break;
	}
}
