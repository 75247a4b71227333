/* System calls. IR speaks the asm-generic ABI; every call goes through here, to the arena, the signal tables or the
 * kernel. A call that can block is a migration point: interrupted by the agent's signal alone it parks and is then
 * made again, so that the program sees nothing of it. */
#include "runtime.h"

#define KICK_BIT (1ul << (POP_KICK_SIGNAL - 1))

enum { FUTEX_WAIT_BITSET_ = 9, FUTEX_LOCK_PI_ = 6, FUTEX_WAIT_REQUEUE_PI_ = 11, FUTEX_LOCK_PI2_ = 13 };
enum { F_SETLKW_ = 7, F_OFD_SETLKW_ = 38, SHM_REMAP_ = 040000, NR_shmctl_ = 195 };

static int blocks(const struct pop_call *call)
{
	switch (call->nr) {
	case NR_futex: {
		long op = call->args[1] & 127;
		return op == FUTEX_WAIT_ || op == FUTEX_WAIT_BITSET_ || op == FUTEX_LOCK_PI_ || op == FUTEX_LOCK_PI2_
			|| op == FUTEX_WAIT_REQUEUE_PI_;
	}
	case NR_fcntl:
		return call->args[1] == F_SETLKW_ || call->args[1] == F_OFD_SETLKW_;
	case NR_io_getevents: case NR_epoll_pwait: case NR_flock: case NR_fallocate: case NR_openat: case NR_read:
	case NR_write: case NR_readv: case NR_writev: case NR_pread64: case NR_pwrite64: case NR_preadv:
	case NR_pwritev: case NR_sendfile: case NR_pselect6: case NR_ppoll: case NR_vmsplice: case NR_splice:
	case NR_tee: case NR_waitid: case NR_nanosleep: case NR_clock_nanosleep: case NR_rt_sigsuspend:
	case NR_rt_sigtimedwait: case NR_mq_timedsend: case NR_mq_timedreceive: case NR_msgrcv: case NR_msgsnd:
	case NR_semtimedop: case NR_semop: case NR_accept: case NR_connect: case NR_sendto: case NR_recvfrom:
	case NR_sendmsg: case NR_recvmsg: case NR_accept4: case NR_recvmmsg: case NR_wait4: case NR_sendmmsg:
	case NR_copy_file_range: case NR_preadv2: case NR_pwritev2: case NR_io_pgetevents: case NR_io_uring_enter:
	case NR_openat2: case NR_epoll_pwait2: case NR_futex_waitv:
		return 1;
	default:
		return 0;
	}
}

/* signal(7): calls that fail with EINTR even after a handler with SA_RESTART. */
static int never_restarts(long nr)
{
	switch (nr) {
	case NR_ppoll: case NR_pselect6: case NR_epoll_pwait: case NR_epoll_pwait2: case NR_nanosleep:
	case NR_clock_nanosleep: case NR_rt_sigsuspend: case NR_rt_sigtimedwait: case NR_semop: case NR_semtimedop:
	case NR_msgrcv: case NR_msgsnd: case NR_io_getevents: case NR_io_pgetevents:
		return 1;
	default:
		return 0;
	}
}

/* SIGSTKFLT never gets into a mask, nor into a set that is waited for. */
static void hide_kick(struct pop_call *call, long *pointer, int which)
{
	const uint64_t *mask = (const uint64_t *)*pointer;
	if (!mask || !(*mask & KICK_BIT)) return;
	call->masks[which] = *mask & ~KICK_BIT;
	*pointer = (long)&call->masks[which];
}

static void prepare_masks(struct pop_call *call)
{
	long *native = call->native + 1;
	switch (call->nr) {
	case NR_rt_sigprocmask: hide_kick(call, &native[1], 0); break;
	case NR_rt_sigsuspend:
	case NR_rt_sigtimedwait: hide_kick(call, &native[0], 0); break;
	case NR_ppoll: hide_kick(call, &native[3], 0); break;
	case NR_epoll_pwait:
	case NR_epoll_pwait2: hide_kick(call, &native[4], 0); break;
	case NR_signalfd4: hide_kick(call, &native[1], 0); break;
	case NR_pselect6:
	case NR_io_pgetevents:
		if (native[5]) {
			pop_copy(call->scratch, (void *)native[5], 16);
			hide_kick(call, (long *)&call->scratch[0], 0);
			native[5] = (long)call->scratch;
		}
		break;
	default: break;
	}
}

void pop_call_prepare(struct pop_call *call)
{
	call->native[0] = pop_native_number(call->nr);
	for (int i = 0; i < 6; i++) call->native[i + 1] = call->args[i];
	prepare_masks(call);
	pop_timeout_hide_remaining(call);
	pop_ids_translate(call);
	pop_clocks_translate(call);
	pop_transfer_advance(call);
	pop_translate_before(call);
}

long pop_call_finish(struct pop_call *call, long result)
{
	return pop_ids_answer(call, pop_translate_after(call, result));
}

/* To the kernel and back; a kick alone never shows. */
long pop_kernel_call(struct pop_call *call)
{
	struct pop_slot *slot = pop_slot();
	for (;;) {
		uint32_t handlers = slot->handlers_run;
		pop_call_prepare(call);
		if (call->native[0] < 0) return -ENOSYS_;
		const long *n = call->native;
		long result = pop_raw_native(n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
		if (result == -EINTR_ && slot->handlers_run == handlers && slot->kicked && call->nr != NR_close) {
			slot->kicked = 0;
			continue;
		}
		if (pop_transfer_goes_on(call, result, slot->kicked && slot->handlers_run == handlers)) continue;
		return pop_call_finish(call, pop_transfer_result(call, result));
	}
}

static long shm_attach(const long *args)
{
	uint64_t description[16]; /* struct shmid64_ds; shm_segsz at 48 */
	long result = pop_raw(NR_shmctl_, args[0], 2 /* IPC_STAT */, description);
	if (result < 0) return result;
	uint64_t bytes = description[6];
	long at = pop_arena_map((uint64_t)args[1], bytes, args[2] & 010000 ? PROT_READ_ : PROT_READ_ | PROT_WRITE_,
		MAP_SHARED_ | MAP_ANONYMOUS_ | (args[1] ? MAP_FIXED_NOREPLACE_ : 0), -1, 0, 0);
	if (pop_failed(at)) return at;
	result = pop_raw(NR_shmat, args[0], at, args[2] | SHM_REMAP_);
	if (pop_failed(result)) pop_arena_unmap((uint64_t)at, bytes);
	return result;
}

static long shm_detach(uint64_t address)
{
	for (uint32_t i = 0; i < POP_TABLE->count; i++) {
		const struct pop_arena_entry *e = &POP_TABLE->entries[i];
		if (e->start == address && e->flags & POP_ENTRY_SHARED) return pop_arena_unmap(address, e->bytes);
	}
	return -EINVAL_;
}

static long memory_call(const struct pop_call *call)
{
	const long *a = call->args;
	switch (call->nr) {
	case NR_mmap:
		return pop_arena_map((uint64_t)a[0], (uint64_t)a[1], (int)a[2], (int)a[3], (int)a[4], (uint64_t)a[5], 0);
	case NR_munmap: return pop_arena_unmap((uint64_t)a[0], (uint64_t)a[1]);
	case NR_mremap:
		return pop_arena_remap((uint64_t)a[0], (uint64_t)a[1], (uint64_t)a[2], (int)a[3], (uint64_t)a[4]);
	case NR_shmat: return shm_attach(a);
	case NR_shmdt: return shm_detach((uint64_t)a[0]);
	default: return pop_arena_protect((uint64_t)a[0], (uint64_t)a[1], (int)a[2]);
	}
}

static long own_thread_call(const struct pop_call *call)
{
	struct pop_thread_state *thread = pop_thread_state(pop_slot());
	if (call->nr == NR_set_tid_address) {
		thread->clear_tid = (uint64_t)call->args[0];
		pop_raw(NR_set_tid_address, call->args[0]);
		return pop_program_tid(pop_slot());
	}
	/* An emulator knows no robust lists, and a kernel that does compares numbers that are not its own after a move.
	 * libc walks the list itself when a thread ends; the kernel would only when the process is killed. */
	if (call->args[1] != 24) return -EINVAL_;
	pop_raw(NR_set_robust_list, call->args[0], call->args[1]);
	thread->robust_list = (uint64_t)call->args[0];
	thread->robust_length = (uint64_t)call->args[1];
	return 0;
}

/* The descriptor of the control region is none of the program's: it cannot close it, and may have its number. */
static long descriptor_call(struct pop_call *call)
{
	const long *a = call->args;
	if (pop_unit_fd < 0) return pop_kernel_call(call);
	if (call->nr == NR_close_range) {
		uint32_t first = (uint32_t)a[0], last = (uint32_t)a[1], ours = (uint32_t)pop_unit_fd;
		if (first > ours || last < ours || first > last) return pop_kernel_call(call);
		long result = first < ours ? pop_raw(NR_close_range, first, ours - 1, a[2]) : 0;
		if (!result && last > ours) result = pop_raw(NR_close_range, ours + 1, last, a[2]);
		return result;
	}
	if (pop_unit_owns(a[0])) return -EBADF_;
	if (call->nr == NR_dup3) {
		long result = pop_unit_give_way(a[1]);
		if (result) return result;
	}
	return pop_kernel_call(call);
}

static long get_robust_list(const long *args)
{
	int slot = args[0] ? pop_slot_of_tid(args[0]) : (int)pop_slot_index(pop_slot());
	if (slot < 0) return -ESRCH_;
	if ((uint64_t)args[1] < POP_PAGE || (uint64_t)args[2] < POP_PAGE) return -EFAULT_;
	*(uint64_t *)args[1] = POP_STATE->threads[slot].robust_list;
	*(uint64_t *)args[2] = 24;
	return 0;
}

static int own_process(long pid) { return (int)pid == (int)POP_STATE->pid; }

long pop_leaf(struct pop_call *call)
{
	const long *a = call->args;
	switch (call->nr) {
	case NR_clock_gettime:
		if (!POP_STATE->clocks_differ && pop_vdso_clock_gettime)
			return pop_vdso_clock_gettime(a[0], (struct pop_timespec *)a[1]);
		return pop_clock_gettime(call);
	case NR_getrusage: case NR_times:
		return pop_clock_usage(call, pop_kernel_call(call));
	case NR_timer_create: case NR_timer_gettime: case NR_timer_getoverrun: case NR_timer_settime: case NR_timer_delete:
		return pop_timer_call(call);
	case NR_tkill: return pop_freeze_signal(call, pop_slot_of_tid(a[0]), (int)a[1], 0);
	case NR_tgkill: return pop_freeze_signal(call, own_process(a[0]) ? pop_slot_of_tid(a[1]) : -1, (int)a[2], 0);
	case NR_rt_tgsigqueueinfo:
		return pop_freeze_signal(call, own_process(a[0]) ? pop_slot_of_tid(a[1]) : -1, (int)a[2], (void *)a[3]);
	case NR_futex:
		return pop_pi_is_ours(call) ? pop_pi_try(call) : pop_kernel_call(call);
	case NR_mmap: case NR_munmap: case NR_mremap: case NR_mprotect: case NR_shmat: case NR_shmdt:
		return memory_call(call);
	case NR_brk: return 0; /* never moves: the heap is in the arena */
	case NR_getpid: return POP_STATE->pid;
	case NR_gettid: return pop_program_tid(pop_slot());
	case NR_set_tid_address: case NR_set_robust_list:
		return own_thread_call(call);
	case NR_get_robust_list: return get_robust_list(a);
	case NR_rt_sigaction: return pop_sigaction(a[0], (void *)a[1], (void *)a[2], a[3]);
	case NR_sigaltstack: return pop_sigaltstack((void *)a[0], (void *)a[1]);
	case NR_setitimer:
		POP_STATE->interval_timers_used = 1;
		return pop_kernel_call(call);
	case NR_clone:
		if ((a[0] & 0x4100) == 0x100) return -ENOSYS_; /* a thread, without the function to run */
		return pop_fork(a[0]);
	case NR_exit: pop_thread_exit(a[0]);
	case NR_exit_group:
		pop_store(&POP_CONTROL->exiting, 1);
		return pop_kernel_call(call);
	case NR_execve: case NR_execveat: return pop_exec(call);
	case NR_close: case NR_dup: case NR_dup3: case NR_fcntl: case NR_close_range:
		return descriptor_call(call);
	case NR_clone3: case NR_rseq: case NR_remap_file_pages: case NR_rt_sigreturn: case NR_arch_specific:
		return -ENOSYS_;
	default:
		return pop_kernel_call(call);
	}
}

long __pop_syscall_leaf(long nr, long a, long b, long c, long d, long e, long f)
{
	struct pop_call call;
	call.nr = nr;
	call.args[0] = a, call.args[1] = b, call.args[2] = c, call.args[3] = d, call.args[4] = e, call.args[5] = f;
	call.done = 0;
	return pop_leaf(&call);
}

/* An interrupted call is made again if no handler of the program ran, or only ones that ask for it. */
static int again(const struct pop_call *call, const struct pop_slot *slot, uint32_t handlers, uint32_t interrupting)
{
	if (slot->handlers_run == handlers) return 1;
	return slot->interrupting_run == interrupting && !never_restarts(call->nr);
}

enum { LOOK_AGAIN = -100000 };

static long make(struct pop_call *call, struct pop_slot *slot)
{
	int pi = pop_pi_is_ours(call);
	if (pi) {
		long result = pop_pi_try(call);
		if (result != 1) return result;
	}
	pop_call_prepare(call);
	if (pi) pop_pi_wait(call);
	if (call->native[0] < 0) return -ENOSYS_;
	long result = pop_raw_interruptible(call->native, &slot->kicked);
	/* The kernel's own wait for such a lock ends with the lock, whatever wakes it. */
	return pi && (!result || result == -EAGAIN_ || result == -EINTR_) ? LOOK_AGAIN : result;
}

static long blocking(struct pop_frame *frame, struct pop_call *call)
{
	struct pop_slot *slot = pop_slot();
	struct pop_timeout timeout;
	pop_timeout_begin(&timeout, call);
	for (;;) {
		pop_store(&slot->kicked, 0);
		pop_park_syscall(frame, call);
		pop_store(&slot->state, POP_THREAD_BLOCKING);
		uint32_t handlers = slot->handlers_run, interrupting = slot->interrupting_run;
		long result = make(call, slot);
		pop_store(&slot->state, POP_THREAD_RUNNING);
		if (result == LOOK_AGAIN) continue;
		if (pop_transfer_goes_on(call, result, slot->kicked && slot->handlers_run == handlers)) continue;
		if (result != -EINTR_ || !again(call, slot, handlers, interrupting)) {
			if (result == -EINTR_) pop_timeout_tell_remaining(&timeout, call);
			return pop_call_finish(call, pop_transfer_result(call, result));
		}
		pop_timeout_restart(&timeout, call);
	}
}

/* entry.S: __pop_syscall. */
long pop_syscall(long nr, long a, long b, long c, long d, long e, long f, struct pop_frame *frame)
{
	struct pop_call call;
	call.nr = nr;
	call.args[0] = a, call.args[1] = b, call.args[2] = c, call.args[3] = d, call.args[4] = e, call.args[5] = f;
	call.done = 0;
	return blocks(&call) ? blocking(frame, &call) : pop_leaf(&call);
}

/* entry.S: __pop_resume_syscall. The call that was under way on the source, made again. */
long pop_resume_syscall(const struct pop_record *record, struct pop_frame *frame)
{
	struct pop_call call;
	call.nr = (long)record->values[0].low;
	for (int i = 0; i < 6; i++) call.args[i] = (long)record->values[i + 1].low;
	call.done = pop_thread_state(pop_slot())->transferred;
	pop_arrive();
	return blocks(&call) ? blocking(frame, &call) : pop_leaf(&call);
}
