/* Which pages are written while the agent copies the program's memory. The kernel tells by a userfaultfd, which only the
 * process itself can make; the agent takes it from here, and does all the rest from outside. */
#include "runtime.h"

enum { UFFD_USER_MODE_ONLY_ = 1 };

/* In the handler of a kick. The descriptor is there no longer than it takes the agent to fetch it: the program must not
 * come across it. */
void pop_track_offer(void)
{
	static const struct pop_timespec patience = { 0, 20000000 };
	uint32_t wanted = POP_TRACK_WANTED;
	if (!__atomic_compare_exchange_n(&POP_CONTROL->track, &wanted, POP_TRACK_CLAIMED, 0, __ATOMIC_SEQ_CST,
		__ATOMIC_SEQ_CST))
		return;
	uint64_t mask = pop_signals_block();
	long fd = pop_raw(NR_userfaultfd, O_CLOEXEC_ | UFFD_USER_MODE_ONLY_);
	POP_CONTROL->track_descriptor = (int32_t)fd;
	pop_store(&POP_CONTROL->track, POP_TRACK_OFFERED);
	pop_futex_wake(&POP_CONTROL->track, 0x7fffffff);
	long result = 0;
	while (fd >= 0 && pop_load(&POP_CONTROL->track) == POP_TRACK_OFFERED && result != -ETIMEDOUT_)
		result = pop_raw(NR_futex, &POP_CONTROL->track, FUTEX_WAIT_, POP_TRACK_OFFERED, &patience);
	if (fd >= 0) pop_raw(NR_close, fd);
	pop_store(&POP_CONTROL->track, POP_TRACK_NONE);
	pop_signals_unblock(mask);
}
