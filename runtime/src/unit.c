/* The unit: all processes that one `popcorn run` started, and theirs. They share the first pages of the control region,
 * with a table of what the program calls each process and what the kernel calls it. A process enters the table before
 * it runs anything of the program, so that the agent, who waits for all of them to park, overlooks none. */
#include "runtime.h"

enum { F_GETLK_ = 5, F_WRLCK_ = 1, F_UNLCK_ = 2, F_SETFD_ = 2, FD_CLOEXEC_ = 1, FD_LOWEST = 200,
	F_DUPFD_CLOEXEC_ = 1030 };
/* Beyond the kernel's largest pid (2^22) and the invented tids of threads. */
#define FIRST_INVENTED_PID (3u << 22)

int pop_unit_fd = -1;
static uint32_t own_index;
uint32_t pop_generation;

struct file_lock { int16_t type, whence; int32_t pad; int64_t start, length; int32_t pid, pad2; };

static struct pop_process *process(uint32_t index) { return &POP_PROCESSES[index]; }

static uint32_t own_pair(void) { return pop_generation & 1; }

static void map_shared(uint64_t address, uint64_t bytes, uint64_t offset)
{
	long at = pop_raw(NR_mmap, address, bytes, PROT_READ_ | PROT_WRITE_, MAP_SHARED_ | MAP_FIXED_, pop_unit_fd, offset);
	if ((uint64_t)at != address) pop_die("cannot map the control region");
}

static void map_own_part(uint32_t index)
{
	own_index = index;
	map_shared(POP_PROCESS_BASE, POP_PROCESS_BYTES,
		POP_UNIT_BYTES + (2 * (uint64_t)index + own_pair()) * POP_PROCESS_BYTES);
}

/* What a former owner of the part left; untouched slots are zero and stay unallocated. */
static void clear_own_part(void)
{
	uint32_t slots = POP_CONTROL->slots_used < POP_SLOT_COUNT ? POP_CONTROL->slots_used : POP_SLOT_COUNT;
	pop_zero(POP_SLOTS, slots * sizeof(struct pop_slot));
	pop_zero(POP_CONTROL, sizeof(struct pop_control));
}

/* False: the descriptor is no unit's (a variable of ours that somebody kept). */
int pop_unit_attach(int fd, uint32_t index, int restoring)
{
	struct pop_unit *unit = POP_UNIT;
	pop_unit_fd = fd;
	long at = pop_raw(NR_mmap, POP_CONTROL_BASE, POP_UNIT_BYTES, PROT_READ_ | PROT_WRITE_,
		MAP_SHARED_ | MAP_FIXED_, fd, 0);
	if ((uint64_t)at != POP_CONTROL_BASE || unit->magic != POP_UNIT_MAGIC || index >= unit->process_max) {
		pop_unit_fd = -1;
		return 0;
	}
	pop_raw(NR_fcntl, fd, F_SETFD_, FD_CLOEXEC_);
	pop_generation = pop_load(&unit->generation) + (restoring ? 1 : 0);
	map_own_part(index);
	clear_own_part();
	return 1;
}

/* Whoever waits for the unit looks again. */
void pop_unit_event(void)
{
	pop_add(&POP_UNIT->events, 1);
	pop_futex_wake(&POP_UNIT->events, 0x7fffffff);
}

void pop_unit_note_groups(void)
{
	struct pop_process *own = process(own_index);
	uint32_t pair = own_pair();
	own->kernel_group[pair] = (uint32_t)pop_raw(NR_getpgid, 0);
	own->kernel_session[pair] = (uint32_t)pop_raw(NR_getsid, 0);
}

/* The calling process says what the kernel calls it. A first process, and one started anew by exec, goes by its
 * kernel's numbers unless it has others. */
void pop_unit_enter(int restoring)
{
	struct pop_process *own = process(own_index);
	uint32_t pid = (uint32_t)pop_raw(NR_getpid);
	POP_CONTROL->index = own_index;
	POP_CONTROL->generation = pop_generation;
	pop_store(&own->kernel_pid[own_pair()], pid);
	if (!restoring) {
		if (own->pid) {
			pop_unit_regroup(0);
		} else {
			pop_unit_note_groups();
			own->group = own->kernel_group[own_pair()];
			own->session = own->kernel_session[own_pair()];
			own->pid = pid;
		}
		POP_CONTROL->pid = own->pid;
		pop_add(&own->starts, 1);
		pop_store(&own->state, POP_PROCESS_MEMBER);
	}
	pop_unit_event();
}

/* The process's generation is the program now. One that comes from a checkpoint file is new to the table. */
void pop_unit_go(void)
{
	struct pop_process *own = process(own_index);
	if (own->state != POP_PROCESS_STARTING) return;
	own->starts = 1;
	pop_store(&own->state, POP_PROCESS_MEMBER);
}

/* ---- fork ---- */

static int is_gone(const struct pop_process *p)
{
	uint32_t pid = pop_load(&p->kernel_pid[own_pair()]);
	return p->state >= POP_PROCESS_MEMBER && pid && pop_raw(NR_kill, pid, 0) == -ESRCH_;
}

static void set_free(struct pop_process *p)
{
	for (uint32_t *word = &p->pid; word < (uint32_t *)(p + 1); word++) pop_store(word, 0);
	pop_store(&p->state, POP_PROCESS_FREE);
}

static int claim(struct pop_process *p)
{
	uint32_t state = POP_PROCESS_FREE;
	return __atomic_compare_exchange_n(&p->state, &state, POP_PROCESS_STARTING, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* A place in the table for a child that does not exist yet; -1 when there is none. The first process's is nobody else's,
 * also when that one has ended. Children nobody waits for (SIGCHLD ignored) leave places behind, which are looked for when
 * there is no other. */
int pop_unit_reserve(void)
{
	if (pop_unit_fd < 0) return -1;
	uint32_t max = POP_UNIT->process_max < POP_PROCESS_COUNT ? POP_UNIT->process_max : POP_PROCESS_COUNT;
	for (int sweep = 0; sweep < 2; sweep++) {
		for (uint32_t i = POP_UNIT->root + 1; i < max; i++) {
			struct pop_process *p = process(i);
			if (sweep && is_gone(p)) set_free(p);
			if (!claim(p)) continue;
			p->creator = (uint32_t)pop_raw(NR_getpid);
			uint32_t used = pop_load(&POP_UNIT->processes_used);
			while (used <= i && !__atomic_compare_exchange_n(&POP_UNIT->processes_used, &used, i + 1, 0,
				__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) { }
			return (int)i;
		}
	}
	return -1;
}

void pop_unit_cancel(int index)
{
	if (index >= 0) set_free(process((uint32_t)index));
}

static int is_taken(uint32_t number, const struct pop_process *except)
{
	for (uint32_t i = 0; i < POP_UNIT->processes_used; i++) {
		const struct pop_process *p = process(i);
		if (p == except || p->state == POP_PROCESS_FREE) continue;
		if (p->pid == number || p->group == number || p->session == number) return 1;
	}
	return 0;
}

/* Parent and child both know the kernel's number; whoever comes first decides on the program's. A process that the
 * kernel gave the same number before is no more. */
static uint32_t name_child(struct pop_process *p, uint32_t kernel_pid)
{
	for (uint32_t i = 0; i < POP_UNIT->processes_used; i++) {
		struct pop_process *other = process(i);
		if (other != p && other->state >= POP_PROCESS_MEMBER
			&& pop_load(&other->kernel_pid[own_pair()]) == kernel_pid) set_free(other);
	}
	uint32_t wanted = kernel_pid, none = 0;
	if (POP_UNIT->moved && is_taken(kernel_pid, p)) wanted = FIRST_INVENTED_PID + pop_add(&POP_UNIT->invented, 1);
	pop_store(&p->kernel_pid[own_pair()], kernel_pid);
	__atomic_compare_exchange_n(&p->pid, &none, wanted, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return pop_load(&p->pid);
}

/* What the program shall call the child. */
long pop_unit_parent(int index, long kernel_pid)
{
	return index < 0 ? kernel_pid : (long)name_child(process((uint32_t)index), (uint32_t)kernel_pid);
}

/* In the child, which still sees its parent's part of the region. Returns its pid as the program sees it. */
uint32_t pop_unit_child(int index)
{
	struct pop_process *own = process((uint32_t)index);
	map_own_part((uint32_t)index);
	clear_own_part();
	uint32_t pid = name_child(own, (uint32_t)pop_raw(NR_getpid));
	return pid;
}

/* ---- exec ---- */

void pop_unit_exec(uint32_t state)
{
	if (pop_unit_fd < 0) return;
	pop_raw(NR_fcntl, pop_unit_fd, F_SETFD_, state == POP_PROCESS_STARTING ? 0 : FD_CLOEXEC_);
	process(own_index)->creator = (uint32_t)pop_raw(NR_getpid);
	pop_store(&process(own_index)->state, state);
	pop_unit_event();
}

uint32_t pop_unit_index(void) { return own_index; }

/* ---- what the program does with processes ---- */

/* A child has been waited for: its number is free. */
void pop_unit_waited(long kernel_pid)
{
	struct pop_process *p = pop_unit_find((uint32_t)kernel_pid);
	if (p) set_free(p);
}

struct pop_process *pop_unit_find(uint32_t kernel_pid)
{
	if (pop_unit_fd < 0 || !kernel_pid) return 0;
	for (uint32_t i = 0; i < POP_UNIT->processes_used; i++) {
		struct pop_process *p = process(i);
		if (p->state != POP_PROCESS_FREE && pop_load(&p->kernel_pid[own_pair()]) == kernel_pid) return p;
	}
	return 0;
}

/* After setpgid or setsid of `kernel_pid` (0: ours), and when a child begins, whose parent may have put it into another group
 * by then. Whoever finds the kernel's number of a group finds the program's beside it, so that one is written first. */
void pop_unit_regroup(uint32_t kernel_pid)
{
	struct pop_process *p = kernel_pid ? pop_unit_find(kernel_pid) : pop_unit_fd < 0 ? 0 : process(own_index);
	if (!p) return;
	uint32_t pair = own_pair();
	long group = pop_raw(NR_getpgid, kernel_pid), session = pop_raw(NR_getsid, kernel_pid);
	if (pop_failed(group) || pop_failed(session)) return;
	pop_store(&p->group, (uint32_t)pop_ids_group_to_program(group));
	pop_store(&p->session, (uint32_t)pop_ids_session_to_program(session));
	pop_store(&p->kernel_group[pair], (uint32_t)group);
	pop_store(&p->kernel_session[pair], (uint32_t)session);
}

/* ---- the descriptor: ours, and in nobody's way ---- */

int pop_unit_owns(long fd) { return pop_unit_fd >= 0 && (int)fd == pop_unit_fd; }

/* The program wants our number: we take another. */
long pop_unit_give_way(long fd)
{
	if (!pop_unit_owns(fd)) return 0;
	long moved = pop_raw(NR_fcntl, pop_unit_fd, F_DUPFD_CLOEXEC_, FD_LOWEST);
	if (moved < 0) return moved;
	pop_unit_fd = (int)moved;
	return 0;
}

/* ---- moves ---- */

/* The agent holds a record lock on the region as long as it lives. */
static int agent_lives(void)
{
	struct file_lock lock = { F_WRLCK_, 0, 0, 0, 1, 0, 0 };
	return pop_raw(NR_fcntl, pop_unit_fd, F_GETLK_, &lock) || lock.type != F_UNLCK_;
}

/* Nobody but the agent moves the unit to another generation. So without an agent the generation is final: when it is
 * still ours, no target has run or ever will; when it is not, the targets are the program. */
int pop_unit_abandoned(void) { return pop_unit_fd >= 0 && !agent_lives(); }

/* The process belongs to the generation that runs: for a target, the move has been committed. */
int pop_unit_current(void) { return pop_load(&POP_UNIT->generation) == pop_generation; }

/* A child that will only be waited for. Its group answers for others only when it is the right one. */
void pop_unit_note_zombie(uint32_t index, uint32_t kernel_pid, int group_known)
{
	if (index >= POP_PROCESS_COUNT) return;
	struct pop_process *p = process(index);
	p->kernel_group[own_pair()] = group_known ? (uint32_t)pop_raw(NR_getpgid, kernel_pid) : 0;
	p->kernel_session[own_pair()] = (uint32_t)pop_raw(NR_getsid, kernel_pid);
	pop_store(&p->kernel_pid[own_pair()], kernel_pid);
}

/* A process that no agent knows: memory of its own that stays zero, so that no point parks. */
void pop_unit_leave(void)
{
	if (pop_unit_fd >= 0) pop_raw(NR_close, pop_unit_fd);
	pop_unit_fd = -1;
	long at = pop_raw(NR_mmap, POP_CONTROL_BASE, POP_CONTROL_BYTES, PROT_READ_ | PROT_WRITE_,
		MAP_FIXED_ | MAP_PRIVATE_ | MAP_ANONYMOUS_ | MAP_NORESERVE_, -1, 0);
	if ((uint64_t)at != POP_CONTROL_BASE) pop_die("cannot map the control region");
}
