/* Signals that wait when a process is frozen: taken out of the kernel's queues with all that came with them, and put
 * back where the process goes on, in the order in which they waited. */
#include "runtime.h"

enum { SI_TKILL_ = -6, SI_TIMER_ = -2, INFO_BYTES = 128 };
/* The agent's, and what cannot be blocked. */
#define NEVER_TAKEN (1ul << (POP_KICK_SIGNAL - 1) | 1ul << 8 | 1ul << 18)

static volatile uint32_t pending_lock;

static void lock(void)
{
	while (__atomic_exchange_n(&pending_lock, 1, __ATOMIC_SEQ_CST)) pop_futex_wait(&pending_lock, 1);
}

static void unlock(void)
{
	pop_store(&pending_lock, 0);
	pop_futex_wake(&pending_lock, 1);
}

static struct pop_pending *entries(void) { return (struct pop_pending *)POP_STATE->pending; }

/* Room for one more. Without memory the rest stays in the kernel. */
static int make_room(void)
{
	struct pop_state *state = POP_STATE;
	if (state->pending_count < state->pending_room) return 1;
	uint64_t old_bytes = state->pending_room * sizeof(struct pop_pending);
	uint64_t bytes = old_bytes ? old_bytes * 2 : 8 * POP_PAGE;
	long at = pop_arena_map(0, bytes, PROT_READ_ | PROT_WRITE_, MAP_PRIVATE_ | MAP_ANONYMOUS_, -1, 0, 0);
	if (pop_failed(at)) return 0;
	pop_copy((void *)at, entries(), state->pending_count * sizeof(struct pop_pending));
	if (old_bytes) pop_arena_unmap(state->pending, old_bytes);
	state->pending = (uint64_t)at;
	state->pending_room = bytes / sizeof(struct pop_pending);
	return 1;
}

/* Of one thread alone, or of the process. */
static int directed(const struct pop_siginfo *info)
{
	return info->code == SI_TKILL_ || (info->code == SI_TIMER_ && pop_timer_directed(info->signal, info->value));
}

/* The kernel keeps one signal of a timer, and counts what else expired. */
static int counted(const struct pop_siginfo *next)
{
	for (uint32_t i = 0; i < POP_STATE->pending_count; i++) {
		struct pop_siginfo *info = (void *)entries()[i].info;
		if (info->code != SI_TIMER_ || info->signal != next->signal || info->value != next->value) continue;
		info->uid += next->uid + 1; /* where a timer's siginfo has its overrun */
		return 1;
	}
	return 0;
}

static void keep(struct pop_slot *slot, const uint8_t *bytes)
{
	if (((const struct pop_siginfo *)bytes)->code == SI_TIMER_ && counted((const void *)bytes)) return;
	struct pop_pending *entry = &entries()[POP_STATE->pending_count++];
	struct pop_siginfo *info = (struct pop_siginfo *)entry->info;
	entry->slot = -1;
	pop_copy(entry->info, bytes, INFO_BYTES);
	if (directed(info)) entry->slot = (int32_t)pop_slot_index(slot);
	pop_ids_siginfo(info); /* kept as the program knows it */
}

/* What waits for the calling thread or for the process; every signal is blocked. */
void pop_pending_take(struct pop_slot *slot)
{
	static const struct pop_timespec at_once;
	uint64_t waiting = 0, taken = ~NEVER_TAKEN, bytes[INFO_BYTES / 8];
	if (pop_raw(NR_rt_sigpending, &waiting, 8) || !(waiting & taken)) return;
	lock();
	while (make_room() && pop_raw(NR_rt_sigtimedwait, &taken, bytes, &at_once, 8) > 0) keep(slot, (uint8_t *)bytes);
	unlock();
}

/* A signal of the program for one of its own threads. Without memory for it, it is lost: only then. */
void pop_pending_add(int slot, int signal, const void *given)
{
	uint64_t bytes[INFO_BYTES / 8];
	struct pop_siginfo *info = (void *)bytes;
	pop_zero(bytes, sizeof bytes);
	if (given) pop_copy(bytes, given, INFO_BYTES);
	else *info = (struct pop_siginfo){ 0, 0, SI_TKILL_, 0, (int)POP_STATE->pid, (int)pop_raw(NR_getuid), 0 };
	info->signal = signal;
	lock();
	if (make_room()) {
		struct pop_pending *entry = &entries()[POP_STATE->pending_count++];
		entry->slot = slot;
		pop_copy(entry->info, bytes, INFO_BYTES);
	}
	unlock();
}

/* Whether a timer's signal has been taken, and how often the timer had expired beyond that. */
int pop_pending_overrun(int signal, uint64_t value, uint32_t *overrun)
{
	for (uint32_t i = 0; i < POP_STATE->pending_count; i++) {
		const struct pop_siginfo *info = (const void *)entries()[i].info;
		if (info->code != SI_TIMER_ || info->signal != signal || info->value != value) continue;
		if (overrun) *overrun = (uint32_t)info->uid;
		return 1;
	}
	return 0;
}

static void send(struct pop_pending *entry)
{
	struct pop_siginfo *info = (struct pop_siginfo *)entry->info;
	long pid = pop_raw(NR_getpid);
	pop_ids_siginfo_to_kernel(info);
	if (entry->slot < 0) pop_raw(NR_rt_sigqueueinfo, pid, info->signal, info);
	else pop_raw(NR_rt_tgsigqueueinfo, pid, pop_raw(NR_gettid), info->signal, info);
}

/* Those of a thread, which must be the calling one, or of the process (slot -1). */
void pop_pending_give(int slot)
{
	struct pop_state *state = POP_STATE;
	if (!pop_load(&state->pending_count)) return;
	lock();
	uint32_t kept = 0;
	for (uint32_t i = 0; i < state->pending_count; i++) {
		struct pop_pending *entry = &entries()[i];
		if (entry->slot == slot) send(entry);
		else pop_copy(&entries()[kept++], entry, sizeof *entry);
	}
	pop_store(&state->pending_count, kept);
	unlock();
}
