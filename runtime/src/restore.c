/* Restore mode: carries out the agent's script frame by frame, rebuilds the threads, answers READY and waits for GO.
 * Small and without judgement: the agent decides, this obeys, and every failure is answered with the op and errno. */
#include "runtime.h"

#define PAYLOAD_MAX 8192
#define REGIONS_MAX 64
#define SOCKET_LOWEST 200
enum { SOL_SOCKET_ = 1, SCM_RIGHTS_ = 1, MSG_CMSG_CLOEXEC_ = 0x40000000, F_DUPFD_CLOEXEC_ = 1030, F_SETFD_ = 2, FD_CLOEXEC_ = 1 };

static int script = -1;
static union { uint8_t bytes[PAYLOAD_MAX]; uint64_t aligned; } payload;
static struct { uint64_t addr, bytes; } record_regions[REGIONS_MAX];
static uint32_t record_region_count;
static struct pop_op_thread threads[POP_SLOT_COUNT];
static uint32_t thread_count, arrived;

static void write_all(const void *bytes, uint64_t count)
{
	while (count) {
		long n = pop_raw(NR_write, script, bytes, count);
		if (n == -EINTR_) continue;
		if (n <= 0) for (;;) pop_raw(NR_exit_group, 127);
		bytes = (const char *)bytes + n;
		count -= (uint64_t)n;
	}
}

static _Noreturn void fail(uint32_t op, long error)
{
	struct pop_answer answer = { POP_ANSWER_ERROR, op, error };
	write_all(&answer, sizeof answer);
	for (;;) pop_raw(NR_exit_group, 127);
}

static void read_all(void *to, uint64_t count)
{
	while (count) {
		long n = pop_raw(NR_read, script, to, count);
		if (n == -EINTR_) continue;
		if (n <= 0) for (;;) pop_raw(NR_exit_group, 127); /* end of file before GO: run nothing */
		to = (char *)to + n;
		count -= (uint64_t)n;
	}
}

/* A frame's first bytes may carry one descriptor; -1 without. */
static int read_header(struct pop_frame_header *header)
{
	struct { uint64_t length; int32_t level, type; int32_t fd, pad; } control = { 0 };
	struct { void *base; uint64_t bytes; } part = { header, sizeof *header };
	struct { void *name; uint32_t name_bytes, pad0; void *parts; uint64_t part_count; void *control;
		uint64_t control_bytes; uint32_t flags, pad1; } message = { 0, 0, 0, &part, 1, &control, sizeof control, 0, 0 };
	long n;
	do n = pop_raw(NR_recvmsg, script, &message, MSG_CMSG_CLOEXEC_);
	while (n == -EINTR_);
	if (n <= 0) for (;;) pop_raw(NR_exit_group, 127);
	if ((uint64_t)n < sizeof *header) read_all((char *)header + n, sizeof *header - (uint64_t)n);
	int has = message.control_bytes >= 20 && control.level == SOL_SOCKET_ && control.type == SCM_RIGHTS_;
	return has ? control.fd : -1;
}

/* Keeps the script's socket and the unit's region out of the way of a descriptor that the program owns. */
static void give_way(int target)
{
	long moved = pop_unit_give_way(target);
	if (moved < 0) fail(POP_OP_FD, moved);
	if (script != target) return;
	moved = pop_raw(NR_fcntl, script, F_DUPFD_CLOEXEC_, SOCKET_LOWEST);
	if (moved < 0) fail(POP_OP_FD, moved);
	script = (int)moved;
}

static long place(int fd, int target, int cloexec)
{
	give_way(target);
	if (fd == target) return pop_raw(NR_fcntl, fd, 2 /* F_SETFD */, cloexec ? 1 : 0);
	long result = pop_raw(NR_dup3, fd, target, cloexec ? O_CLOEXEC_ : 0);
	pop_raw(NR_close, fd);
	return result;
}

static long op_map(void)
{
	const struct pop_op_map *op = (void *)payload.bytes;
	int flags = MAP_PRIVATE_ | MAP_ANONYMOUS_ | MAP_FIXED_;
	if (op->flags & POP_MAP_NORESERVE) flags |= MAP_NORESERVE_;
	if (op->addr >= POP_RECORDS_BASE && op->addr < POP_PRIVATE_END) {
		if (record_region_count == REGIONS_MAX) return -ENOMEM_;
		record_regions[record_region_count].addr = op->addr;
		record_regions[record_region_count++].bytes = op->bytes;
	}
	long at = pop_raw(NR_mmap, op->addr, op->bytes, PROT_READ_ | PROT_WRITE_, flags, -1, 0);
	return (uint64_t)at == op->addr ? 0 : pop_failed(at) ? at : -ENOMEM_;
}

static long op_open(void)
{
	const struct pop_op_open *op = (void *)payload.bytes;
	long fd = pop_raw(NR_openat, AT_FDCWD_, op->path, pop_open_flags_to_native(op->flags), 0);
	if (fd < 0) return fd;
	if (op->offset) {
		long result = pop_raw(NR_lseek, fd, op->offset, 0);
		if (result < 0) return result;
	}
	return place((int)fd, (int)op->target, (op->flags & O_CLOEXEC_) != 0);
}

static long op_mapfile(void)
{
	const struct pop_op_mapfile *op = (void *)payload.bytes;
	int shared = (op->flags & MAP_TYPE_) != MAP_PRIVATE_;
	long fd = pop_raw(NR_openat, AT_FDCWD_, op->path, O_CLOEXEC_ | (shared && op->prot & PROT_WRITE_ ? 2 : 0), 0);
	if (fd < 0) return fd;
	long at = pop_raw(NR_mmap, op->addr, op->bytes, op->prot, (op->flags & ~(uint32_t)MAP_FIXED_NOREPLACE_)
		| MAP_FIXED_,
		fd, op->offset);
	pop_raw(NR_close, fd);
	return (uint64_t)at == op->addr ? 0 : at;
}

static long op_mapfd(void)
{
	const struct pop_op_mapfd *op = (void *)payload.bytes;
	long at = pop_raw(NR_mmap, op->addr, op->bytes, op->prot, (op->flags & ~(uint32_t)MAP_FIXED_NOREPLACE_)
		| MAP_FIXED_,
		op->fd, op->offset);
	return (uint64_t)at == op->addr ? 0 : at;
}

static long op_shmat(void)
{
	const struct pop_op_shmat *op = (void *)payload.bytes;
	long at = pop_raw(NR_shmat, op->id, op->addr, op->read_only ? 010000 : 0);
	return (uint64_t)at == op->addr ? 0 : at;
}

static long op_fill(void)
{
	const struct pop_op_fill *op = (void *)payload.bytes;
	uint64_t addr = op->addr, bytes = op->bytes;
	while (bytes) {
		long n = pop_raw(NR_read, script, addr, bytes);
		if (n == -EINTR_) continue;
		if (n < 0) return n;
		if (!n) for (;;) pop_raw(NR_exit_group, 127);
		addr += (uint64_t)n;
		bytes -= (uint64_t)n;
	}
	return 0;
}

static long op_thread(void)
{
	if (thread_count == POP_SLOT_COUNT) return -EAGAIN_;
	const struct pop_op_thread *op = (void *)payload.bytes;
	if (op->slot >= POP_SLOT_COUNT || !op->tp || !op->record) return -EINVAL_;
	threads[thread_count++] = *op;
	return 0;
}

/* What only the process itself can ask for. Structures in the data are asm-generic; bit i of pointers makes argument i
 * an offset into them. */
static long op_call(uint32_t bytes)
{
	const struct pop_op_call *op = (void *)payload.bytes;
	struct pop_call call; /* Not cleared whole: there is no memset here. */
	call.nr = (long)op->nr;
	call.done = 0;
	for (int i = 0; i < 6; i++) {
		call.args[i] = (long)op->args[i];
		if (!(op->pointers >> i & 1)) continue;
		if (op->args[i] > bytes - sizeof *op) return -EPROTO_;
		call.args[i] = (long)(op->data + op->args[i]);
	}
	call.native[0] = pop_native_number(call.nr);
	if (call.native[0] < 0) return -ENOSYS_;
	for (int i = 0; i < 6; i++) call.native[i + 1] = call.args[i];
	pop_translate_before(&call);
	const long *n = call.native;
	return pop_translate_after(&call, pop_raw_native(n[0], n[1], n[2], n[3], n[4], n[5], n[6]));
}

static long op_sync(void)
{
	struct pop_answer synced = { POP_ANSWER_SYNCED, POP_OP_SYNC, pop_raw(NR_getpid) };
	write_all(&synced, sizeof synced);
	return 0;
}

static long carry_out(uint32_t op, uint32_t bytes, int fd)
{
	const struct pop_op_protect *protect = (void *)payload.bytes;
	const struct pop_op_fd *place_at = (void *)payload.bytes;
	switch (op) {
	case POP_OP_MAP: return op_map();
	case POP_OP_FILL: return op_fill();
	case POP_OP_PROTECT: return pop_raw(NR_mprotect, protect->addr, protect->bytes, protect->prot);
	case POP_OP_FD: return fd < 0 ? -EBADF_ : place(fd, (int)place_at->target, (int)place_at->cloexec);
	case POP_OP_OPEN: return op_open();
	case POP_OP_CWD: return pop_raw(NR_chdir, payload.bytes);
	case POP_OP_UMASK: return pop_raw(NR_umask, *(uint32_t *)payload.bytes) & 0;
	case POP_OP_THREAD: return op_thread();
	case POP_OP_MAPFILE: return op_mapfile();
	case POP_OP_CLOSE:
		give_way((int)*(uint32_t *)payload.bytes);
		pop_raw(NR_close, *(uint32_t *)payload.bytes);
		return 0;
	case POP_OP_MAPFD: return op_mapfd();
	case POP_OP_SHMAT: return op_shmat();
	case POP_OP_SPAWN: return fd < 0 ? -EBADF_ : pop_family_spawn((void *)payload.bytes, fd);
	case POP_OP_ZOMBIE: return pop_family_zombie((void *)payload.bytes);
	case POP_OP_SESSION: return pop_raw(NR_setsid);
	case POP_OP_GROUP: return pop_raw(NR_setpgid, 0, *(uint32_t *)payload.bytes);
	case POP_OP_DETACH: return pop_family_detach();
	case POP_OP_COMMIT: return 0;
	case POP_OP_SYNC: return op_sync();
	case POP_OP_PREPARE: return pop_prepare_threads((void *)payload.bytes, bytes / sizeof(uint32_t));
	case POP_OP_CALL: return op_call(bytes);
	default: return -EPROTO_;
	}
}

static uint32_t payload_least(uint32_t op)
{
	static const uint8_t least[] = { [POP_OP_MAP] = 24, [POP_OP_FILL] = 16, [POP_OP_PROTECT] = 24, [POP_OP_FD] = 8,
		[POP_OP_OPEN] = 18, [POP_OP_CWD] = 2, [POP_OP_UMASK] = 4, [POP_OP_THREAD] = 24, [POP_OP_MAPFILE] = 34,
		[POP_OP_CLOSE] = 4, [POP_OP_CALL] = 64, [POP_OP_SPAWN] = 13, [POP_OP_ZOMBIE] = 12, [POP_OP_GROUP] = 4,
		[POP_OP_MAPFD] = 40, [POP_OP_SHMAT] = 16, [POP_OP_DETACH] = 0 };
	return op < sizeof least ? least[op] : 0;
}

/* Up to and including COMMIT. */
static void run_script(void)
{
	struct pop_frame_header header;
	do {
		int fd = read_header(&header);
		if (header.bytes >= PAYLOAD_MAX || header.bytes < payload_least(header.op)) fail(header.op, -EPROTO_);
		read_all(payload.bytes, header.bytes);
		payload.bytes[header.bytes] = 0;
		long result = carry_out(header.op, header.bytes, fd);
		if (result < 0) fail(header.op, result);
	} while (header.op != POP_OP_COMMIT);
}

/* What the kernel knows of a thread, set by the thread itself. */
static void restore_thread_state(struct pop_slot *slot)
{
	struct pop_thread_state *thread = pop_thread_state(slot);
	pop_fenv_set((int)thread->fp_environment);
	if (thread->clear_tid) pop_raw(NR_set_tid_address, thread->clear_tid);
	if (thread->robust_length) pop_raw(NR_set_robust_list, thread->robust_list, thread->robust_length);
	if (thread->altstack.size && pop_altstack_install(slot)) fail(POP_OP_THREAD, -ENOMEM_);
	pop_clocks_resume_thread(slot);
	pop_store(&slot->state, POP_THREAD_RUNNING);
}

static void wait_for_go(void)
{
	struct pop_answer ready = { POP_ANSWER_READY, POP_OP_COMMIT, 0 };
	write_all(&ready, sizeof ready);
	struct pop_frame_header header = { 0, 0 };
	long n;
	do n = pop_raw(NR_read, script, &header, sizeof header);
	while (n == -EINTR_);
	/* The generation decides. An agent that dies between the two has decided all the same. */
	if (!pop_unit_current()) for (;;) pop_raw(NR_exit_group, 127);
	if (n == sizeof header && header.op != POP_OP_GO) fail(header.op, -EPROTO_);
	pop_raw(NR_close, script);
}

/* The innermost record of the calling thread has been reached; every record above it has been read. */
void pop_thread_go(struct pop_slot *slot)
{
	restore_thread_state(slot);
	uint32_t present = pop_add(&arrived, 1);
	if (slot == &POP_SLOTS[threads[0].slot]) {
		while ((present = pop_load(&arrived)) < thread_count) pop_futex_wait(&arrived, present);
		for (uint32_t i = 0; i < record_region_count; i++)
			pop_raw(NR_munmap, record_regions[i].addr, record_regions[i].bytes);
		pop_timers_create_again();
		wait_for_go();
		pop_unit_go();
		pop_freeze_end();
		POP_CONTROL->running_since = (uint64_t)pop_clock_kernel_now(CLOCK_MONOTONIC_);
		pop_store(&POP_CONTROL->state, POP_STATE_RUNNING);
		pop_store(&pop_gate, 1);
		pop_futex_wake(&pop_gate, 0x7fffffff);
	} else {
		/* The last one alone wakes the first thread: on a busy machine each wake-up is a turn of everybody's. */
		if (present == thread_count) pop_futex_wake(&arrived, 1);
		while (!pop_load(&pop_gate)) pop_futex_wait(&pop_gate, 0);
	}
	pop_freeze_end_thread(slot);
	pop_signals_unblock(pop_thread_state(slot)->mask);
}

static struct pop_slot *prepare_slot(const struct pop_op_thread *thread)
{
	struct pop_slot *slot = &POP_SLOTS[thread->slot];
	if (!pop_prepared_is(thread->slot) && !pop_slot_take((int)thread->slot)) fail(POP_OP_THREAD, -EEXIST_);
	slot->handler_depth = 0;
	pop_slot_bind(slot, (char *)thread->tp);
	return slot;
}

_Noreturn void pop_restore(int socket)
{
	script = socket;
	pop_raw(NR_fcntl, script, F_SETFD_, FD_CLOEXEC_);
	pop_signals_block();
	pop_signals_install_kick();
	pop_signals_block();
	run_script();
	if (!thread_count || POP_TABLE->magic != POP_ARENA_MAGIC) fail(POP_OP_COMMIT, -EINVAL_);
	pop_arena_adopt();
	POP_STATE->epoch++;
	POP_CONTROL->pid = POP_STATE->pid;
	pop_unit_note_groups();
	pop_signals_reinstall();
	pop_store(&POP_CONTROL->threads, thread_count);
	struct pop_slot *first = prepare_slot(&threads[0]);
	for (uint32_t i = 1; i < thread_count; i++) {
		struct pop_slot *slot = prepare_slot(&threads[i]);
		if (pop_prepared_use(&threads[i])) continue;
		long tid = pop_restored_thread(slot, (char *)threads[i].tp, (void *)threads[i].record);
		if (tid < 0) fail(POP_OP_COMMIT, tid);
	}
	pop_prepared_tell(threads[0].slot);
	first->tid = (uint32_t)pop_raw(NR_gettid);
	uint64_t here = (uint64_t)__builtin_frame_address(0);
	/* The outermost frame is called from here, so the page this frame lies in is the last one anybody reads. */
	first->native_stack_high = (here + POP_PAGE) & -POP_PAGE;
	first->native_stack_low = first->native_stack_high - 0x800000;
	pop_set_thread_pointer((char *)threads[0].tp);
	struct pop_record *record = (void *)threads[0].record;
	pop_call_outermost((void *)record->resume, (long)record, 0, 0, 0, 0, 0);
	pop_die("the program's entry returned");
}
