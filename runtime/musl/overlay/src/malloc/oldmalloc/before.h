/* The heap is musl's older allocator under one lock: a lock for each bin costs more than it wins, and the holder of a lock must
 * not park. What the file defines becomes local; after.h has what programs call. */
hidden void __pop_lock_leaf(volatile int *), __pop_unlock_leaf(volatile int *);

static volatile int heap_lock[1];

static void heap_free(void *);
static void heap_bin(struct chunk *);

#define __bin_chunk heap_bin
#define __malloc_atfork heap_atfork
