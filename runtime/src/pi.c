/* Priority-inheriting futexes after a move. The kernel compares the owner in the futex word with its own thread
 * number, which the program's threads no longer have; so in a process that has moved such a lock is an ordinary one on
 * the same word, with the same meaning of its bits. What is lost is the inheritance of priority. */
#include "runtime.h"

enum { LOCK_PI_ = 6, UNLOCK_PI_ = 7, TRYLOCK_PI_ = 8, WAIT_BITSET_ = 9, LOCK_PI2_ = 13, REALTIME_ = 256 };
#define WAITERS 0x80000000u
#define OWNER_DIED 0x40000000u
#define OWNER 0x3fffffffu

static int operation(const struct pop_call *call) { return (int)call->args[1] & 127; }

int pop_pi_is_ours(const struct pop_call *call)
{
	if (call->nr != NR_futex || !POP_STATE->epoch) return 0;
	int op = operation(call);
	return op == LOCK_PI_ || op == UNLOCK_PI_ || op == TRYLOCK_PI_ || op == LOCK_PI2_;
}

/* Takes the lock, or says how it stands: 0 it is the caller's, -EDEADLK it was already, 1 another thread has it and
 * its word says that somebody waits. Whoever comes here may have others waiting beside it, so the mark stays. */
static long take(uint32_t *word, uint32_t self)
{
	uint32_t seen = pop_load(word);
	for (;;) {
		uint32_t next = seen & OWNER ? seen | WAITERS : (seen & OWNER_DIED) | self | WAITERS;
		if ((seen & OWNER) == self) return -EDEADLK_;
		if (seen == next) return 1;
		if (__atomic_compare_exchange_n(word, &seen, next, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return (next & OWNER) != self;
	}
}

static long unlock(struct pop_call *call, uint32_t *word, uint32_t self)
{
	uint32_t seen = pop_load(word);
	if ((seen & OWNER) != self) return -EPERM_;
	__atomic_store_n(word, 0, __ATOMIC_SEQ_CST);
	pop_raw(NR_futex, word, FUTEX_WAKE_ | (call->args[1] & 128), 1);
	return 0;
}

/* Everything but sleeping. 1: sleep, with the native call that pop_pi_wait has made. */
long pop_pi_try(struct pop_call *call)
{
	uint32_t *word = (uint32_t *)call->args[0], self = pop_program_tid(pop_slot());
	if ((uint64_t)word < POP_PAGE || (uint64_t)word & 3) return -EFAULT_;
	if (operation(call) == UNLOCK_PI_) return unlock(call, word, self);
	long result = take(word, self);
	if (result == 1 && operation(call) == TRYLOCK_PI_) return -EAGAIN_;
	return result;
}

/* Turns the call into the wait for the word to change. */
void pop_pi_wait(struct pop_call *call)
{
	uint32_t seen = pop_load((uint32_t *)call->args[0]);
	long flags = call->args[1] & 128;
	if (operation(call) == LOCK_PI_ || call->args[1] & REALTIME_) flags |= REALTIME_;
	/* Free by now, or no longer marked: the wait must fail at once. */
	if (!(seen & OWNER) || !(seen & WAITERS)) seen = ~0u;
	call->native[2] = WAIT_BITSET_ | flags;
	call->native[3] = (long)seen;
	call->native[5] = 0;
	call->native[6] = 0xffffffffl;
}
