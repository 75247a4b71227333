/* Threads that a restored process will need, as far as its source's tell while it still runs. Starting a thread is most
 * of what restoring one takes; these have been started, and wait until they are told what they are. */
#include "runtime.h"

static uint8_t waiting[POP_SLOT_COUNT];
static const struct pop_op_thread *roles[POP_SLOT_COUNT];
static uint32_t first_slot;
static volatile uint32_t told;

/* One that cannot be started now is started when it is needed, or that fails and says why. */
long pop_prepare_threads(const uint32_t *slots, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		struct pop_slot *slot = slots[i] < POP_SLOT_COUNT ? pop_slot_take((int)slots[i]) : 0;
		if (!slot) continue;
		if (pop_failed(pop_prepared_thread(slot))) pop_slot_give_back(slot);
		else waiting[slots[i]] = 1;
	}
	return 0;
}

int pop_prepared_is(uint32_t slot) { return waiting[slot]; }

/* Makes the slot's waiting thread that thread, if there is one. The slot is bound to it already. */
int pop_prepared_use(const struct pop_op_thread *thread)
{
	if (!waiting[thread->slot]) return 0;
	struct pop_slot *slot = &POP_SLOTS[thread->slot];
	pop_store(&slot->kicked, 0);
	pop_store(&slot->state, POP_THREAD_RUNNING);
	roles[thread->slot] = thread;
	return 1;
}

/* Lets all of them go: those of no use end. The first thread's slot belongs to the caller. */
void pop_prepared_tell(uint32_t first)
{
	first_slot = first;
	pop_store(&told, 1);
	pop_futex_wake(&told, 0x7fffffff);
}

/* The child of a fork has none of them. */
void pop_prepared_forget(void)
{
	for (uint32_t i = 0; i < POP_SLOT_COUNT; i++) {
		if (waiting[i]) pop_slot_give_back(&POP_SLOTS[i]);
		waiting[i] = 0;
	}
}

/* On a prepared thread's own stack. Returns its outermost record. */
struct pop_record *pop_prepared_wait(struct pop_slot *slot)
{
	while (!pop_load(&told)) pop_futex_wait(&told, 0);
	const struct pop_op_thread *role = roles[pop_slot_index(slot)];
	if (!role) pop_slot_leave(slot, pop_slot_index(slot) != first_slot);
	pop_set_thread_pointer((char *)role->tp);
	return (void *)role->record;
}
