/* The allocator's lock. Its holders run no code that can park, so waiting for it need not be a migration point, and
 * malloc, free and realloc stay leaves. 0 free, 1 held, 2 held and waited for. */
#include "pthread_impl.h"

hidden void __pop_lock_leaf(volatile int *lock)
{
	if (!a_cas(lock, 0, 1)) return;
	while (a_swap(lock, 2)) __pop_futex_leaf(lock, FUTEX_WAIT|FUTEX_PRIVATE, 2);
}

hidden void __pop_unlock_leaf(volatile int *lock)
{
	if (*lock && a_swap(lock, 0) == 2) __pop_futex_leaf(lock, FUTEX_WAKE|FUTEX_PRIVATE, 1);
}

/* munmap waits here for holders of the virtual-memory lock; they do not park either. */
hidden void __pop_wait_leaf(volatile int *addr, volatile int *waiters, int val, int priv)
{
	if (waiters) a_inc(waiters);
	while (*addr==val) __pop_futex_leaf(addr, FUTEX_WAIT|(priv ? FUTEX_PRIVATE : 0), val);
	if (waiters) a_dec(waiters);
}
