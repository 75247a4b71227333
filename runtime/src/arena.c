/* The arena: every mapping the program owns. The runtime chooses the addresses, below 2^38, so that the same ones are
 * free on every ISA, and keeps a sorted table of what is mapped. Never parks: a lock holder always finishes. */
#include "runtime.h"

enum { FREE_NOTHING = -1 };

static struct pop_arena_entry *entries(void) { return POP_TABLE->entries; }

/* Signals stay blocked while the lock is held: a handler that maps memory would wait for its own thread. */
uint64_t pop_arena_lock(void)
{
	uint64_t mask = pop_signals_block();
	volatile uint32_t *lock = &POP_STATE->arena_lock;
	uint32_t old = 0;
	if (__atomic_compare_exchange_n(lock, &old, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return mask;
	while (__atomic_exchange_n(lock, 2, __ATOMIC_SEQ_CST)) pop_futex_wait(lock, 2);
	return mask;
}

void pop_arena_unlock(uint64_t mask)
{
	if (__atomic_exchange_n(&POP_STATE->arena_lock, 0, __ATOMIC_SEQ_CST) == 2)
		pop_futex_wake(&POP_STATE->arena_lock, 1);
	pop_signals_unblock(mask);
}

/* Index of the first entry that ends above `address`. */
static uint32_t find(uint64_t address)
{
	uint32_t low = 0, high = POP_TABLE->count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (entries()[middle].start + entries()[middle].bytes > address) high = middle;
		else low = middle + 1;
	}
	return low;
}

static void move(uint32_t to, uint32_t from)
{
	struct pop_arena_entry *e = entries();
	uint32_t count = POP_TABLE->count;
	if (to > from) for (uint32_t i = count; i-- > from;) e[i + (to - from)] = e[i];
	else for (uint32_t i = from; i < count; i++) e[i - (from - to)] = e[i];
	POP_TABLE->count = count + to - from;
	/* The table describes itself: its first entry covers the part in use. */
	uint64_t used = sizeof(struct pop_arena_table) + POP_TABLE->count * sizeof(struct pop_arena_entry);
	e[0].bytes = (used + POP_PAGE - 1) & -POP_PAGE;
}

static int can_merge(const struct pop_arena_entry *a, const struct pop_arena_entry *b)
{
	if (a->start + a->bytes != b->start || a->prot != b->prot || a->flags != b->flags) return 0;
	if (a->flags & (POP_ENTRY_DATA_STACK | POP_ENTRY_SHARED)) return 0;
	return !(a->flags & POP_ENTRY_FILE) || a->offset + a->bytes == b->offset;
}

static void merge(uint32_t index)
{
	struct pop_arena_entry *e = entries();
	while (index > 2 && can_merge(&e[index - 1], &e[index])) index--;
	while (index >= 2 && index + 1 < POP_TABLE->count && can_merge(&e[index], &e[index + 1])) {
		e[index].bytes += e[index + 1].bytes;
		move(index + 1, index + 2);
	}
}

/* Makes `address` a boundary between entries. */
static void split(uint64_t address)
{
	uint32_t i = find(address);
	struct pop_arena_entry *e = entries();
	if (i == POP_TABLE->count || e[i].start >= address) return;
	uint64_t head = address - e[i].start;
	move(i + 2, i + 1);
	e[i + 1] = e[i];
	e[i].bytes = head;
	e[i + 1].start = address;
	e[i + 1].bytes -= head;
	if (e[i].flags & POP_ENTRY_FILE) e[i + 1].offset += head;
}

static void forget(uint64_t start, uint64_t end)
{
	split(start);
	split(end);
	uint32_t first = find(start), last = first;
	while (last < POP_TABLE->count && entries()[last].start < end) last++;
	if (last > first) move(first, last);
}

static void remember(uint64_t start, uint64_t bytes, int prot, int flags, uint64_t offset)
{
	uint32_t i = find(start);
	move(i + 1, i);
	entries()[i] = (struct pop_arena_entry){ start, bytes, (uint32_t)prot, (uint32_t)flags, offset };
	merge(i);
}

/* Splits need up to three more entries. */
static int table_full(void) { return POP_TABLE->count + 4 > POP_TABLE_ENTRIES; }

static int is_free(uint64_t start, uint64_t bytes)
{
	uint32_t i = find(start);
	return i == POP_TABLE->count || entries()[i].start >= start + bytes;
}

static int is_mapped(uint64_t start, uint64_t end)
{
	for (uint32_t i = find(start); i < POP_TABLE->count && entries()[i].start <= start; i++) {
		start = entries()[i].start + entries()[i].bytes;
		if (start >= end) return 1;
	}
	return 0;
}

static int in_arena(uint64_t start, uint64_t bytes)
{
	return start >= POP_ARENA_BASE && bytes <= POP_ARENA_END - POP_ARENA_BASE && start <= POP_ARENA_END - bytes;
}

/* The program may not touch the table and the state behind it. */
static int is_ours(uint64_t start, uint64_t bytes)
{
	return bytes && start < POP_ARENA_BASE + POP_TABLE_BYTES + POP_STATE_BYTES && start + bytes > POP_ARENA_BASE;
}

/* Lowest address of the mapping that `address` lies in, or of the data stack whose guard that is; 0 if none. */
uint64_t pop_arena_stack_low(uint64_t address)
{
	uint64_t mask = pop_arena_lock(), low = 0;
	uint32_t i = find(address);
	if (i < POP_TABLE->count && entries()[i].start <= address) {
		const struct pop_arena_entry *e = &entries()[i], *above = e + 1;
		int guard = !e->prot && i + 1 < POP_TABLE->count && above->flags & POP_ENTRY_DATA_STACK &&
			above->start == e->start + e->bytes;
		low = guard ? above->start : e->start;
	}
	pop_arena_unlock(mask);
	return low;
}

/* Lowest gap that fits. The search starts at the hint: below it no gap of a page is known to be free. */
static uint64_t find_gap(uint64_t bytes)
{
	uint64_t start = POP_STATE->arena_hint;
	for (uint32_t i = find(start); i < POP_TABLE->count; i++) {
		const struct pop_arena_entry *e = &entries()[i];
		if (e->start >= start && e->start - start >= bytes) return start;
		if (start == POP_STATE->arena_hint && e->start <= start) POP_STATE->arena_hint = e->start + e->bytes;
		start = e->start + e->bytes;
	}
	return in_arena(start, bytes) ? start : 0;
}

static void note_freed(uint64_t start)
{
	if (start < POP_STATE->arena_hint) POP_STATE->arena_hint = start;
}

static long map_locked(uint64_t address, uint64_t bytes, int prot, int flags, int fd, uint64_t offset, int entry_flags)
{
	int replace = flags & MAP_FIXED_ && !(flags & MAP_FIXED_NOREPLACE_);
	if (table_full()) return -ENOMEM_;
	if (flags & (MAP_FIXED_ | MAP_FIXED_NOREPLACE_)) {
		if (address & (POP_PAGE - 1)) return -EINVAL_;
		if (!in_arena(address, bytes) || is_ours(address, bytes)) return -ENOMEM_;
		if (!replace && !is_free(address, bytes)) return -EEXIST_;
	} else {
		address &= -POP_PAGE;
		if (!address || !in_arena(address, bytes) || !is_free(address, bytes)) address = find_gap(bytes);
		if (!address) return -ENOMEM_;
	}
	int kernel_flags = flags & ~(MAP_FIXED_ | MAP_FIXED_NOREPLACE_ | MAP_GROWSDOWN_);
	kernel_flags |= replace ? MAP_FIXED_ : MAP_FIXED_NOREPLACE_;
	long result = pop_raw(NR_mmap, address, bytes, prot, kernel_flags, fd, offset);
	if (pop_failed(result)) return result == -EEXIST_ ? -ENOMEM_ : result;
	if ((uint64_t)result != address) {
		/* A kernel or emulator that knows no MAP_FIXED_NOREPLACE took it as a hint. */
		pop_raw(NR_munmap, result, bytes);
		return -ENOMEM_;
	}
	if (replace) forget(address, address + bytes);
	if ((flags & MAP_TYPE_) != MAP_PRIVATE_) entry_flags |= POP_ENTRY_SHARED;
	if (!(flags & MAP_ANONYMOUS_)) entry_flags |= POP_ENTRY_FILE;
	if (flags & MAP_NORESERVE_) entry_flags |= POP_ENTRY_NORESERVE;
	remember(address, bytes, prot, entry_flags, flags & MAP_ANONYMOUS_ ? 0 : offset);
	return (long)address;
}

static uint64_t round_up(uint64_t bytes) { return (bytes + POP_PAGE - 1) & -POP_PAGE; }

long pop_arena_map(uint64_t address, uint64_t bytes, int prot, int flags, int fd, uint64_t offset, int entry_flags)
{
	if (!bytes) return -EINVAL_;
	if (bytes > POP_ARENA_END - POP_ARENA_BASE) return -ENOMEM_;
	uint64_t mask = pop_arena_lock();
	long result = map_locked(address, round_up(bytes), prot, flags, fd, offset, entry_flags);
	pop_arena_unlock(mask);
	return result;
}

static long unmap_locked(uint64_t address, uint64_t bytes)
{
	if (address & (POP_PAGE - 1) || !bytes) return -EINVAL_;
	if (!in_arena(address, bytes) || is_ours(address, bytes)) return -EINVAL_;
	if (table_full()) return -ENOMEM_;
	long result = pop_raw(NR_munmap, address, bytes);
	if (result) return result;
	forget(address, address + bytes);
	note_freed(address);
	return 0;
}

long pop_arena_unmap(uint64_t address, uint64_t bytes)
{
	if (bytes > POP_ARENA_END - POP_ARENA_BASE) return -EINVAL_;
	uint64_t mask = pop_arena_lock();
	long result = unmap_locked(address, round_up(bytes));
	pop_arena_unlock(mask);
	return result;
}

static long protect_locked(uint64_t address, uint64_t bytes, int prot)
{
	if (table_full()) return -ENOMEM_;
	long result = pop_raw(NR_mprotect, address, bytes, prot);
	if (result) return result;
	split(address);
	split(address + bytes);
	uint32_t i = find(address);
	for (; i < POP_TABLE->count && entries()[i].start < address + bytes; i++) entries()[i].prot = (uint32_t)prot;
	/* Backwards, because merging moves what lies behind. */
	while (i > 2 && entries()[i - 1].start + entries()[i - 1].bytes >= address) {
		i--;
		if (i + 1 < POP_TABLE->count && can_merge(&entries()[i], &entries()[i + 1])) {
			entries()[i].bytes += entries()[i + 1].bytes;
			move(i + 1, i + 2);
		}
	}
	return 0;
}

long pop_arena_protect(uint64_t address, uint64_t bytes, int prot)
{
	bytes = round_up(bytes);
	/* The image itself (a program protecting its own constants) is not the arena's. */
	if (!in_arena(address, bytes))
		return address < POP_PRIVATE_BASE ? pop_raw(NR_mprotect, address, bytes, prot) : -ENOMEM_;
	if (address & (POP_PAGE - 1)) return -EINVAL_;
	if (is_ours(address, bytes)) return -EINVAL_;
	uint64_t mask = pop_arena_lock();
	long result = protect_locked(address, bytes, prot);
	pop_arena_unlock(mask);
	return result;
}

enum { MREMAP_MAYMOVE_ = 1, MREMAP_FIXED_ = 2, MREMAP_DONTUNMAP_ = 4 };

/* What is one entry here may be several mappings of the kernel, which moves only within one: two that touch do not become
 * one again when something told them apart for a while, such as the agent's look at who writes where. */
static long move_by_copying(const struct pop_arena_entry *was, uint64_t old, uint64_t old_bytes, uint64_t bytes,
	uint64_t target, int fixed)
{
	int flags = MAP_PRIVATE_ | MAP_ANONYMOUS_ | (fixed ? MAP_FIXED_ : MAP_FIXED_NOREPLACE_);
	if (was->flags & POP_ENTRY_NORESERVE) flags |= MAP_NORESERVE_;
	long at = pop_raw(NR_mmap, target, bytes, PROT_READ_ | PROT_WRITE_, flags, -1, 0);
	if (pop_failed(at)) return at;
	if (!(was->prot & PROT_READ_)) pop_raw(NR_mprotect, old, old_bytes, PROT_READ_);
	uint64_t words = (bytes < old_bytes ? bytes : old_bytes) / sizeof(uint64_t);
	for (uint64_t i = 0; i < words; i++) ((volatile uint64_t *)target)[i] = ((const uint64_t *)old)[i];
	pop_raw(NR_mprotect, target, bytes, was->prot);
	pop_raw(NR_munmap, old, old_bytes);
	return (long)target;
}

/* The whole old range must be one entry: so says the kernel's own rule (one mapping). */
static long remap_locked(uint64_t old, uint64_t old_bytes, uint64_t bytes, int flags, uint64_t target)
{
	if (!in_arena(old, old_bytes) || is_ours(old, old_bytes) || table_full()) return -EFAULT_;
	uint32_t i = find(old);
	if (!is_mapped(old, old + (old_bytes ? old_bytes : 1))) return -EFAULT_;
	struct pop_arena_entry was = entries()[i];
	if (flags & ~MREMAP_MAYMOVE_ && !(flags & MREMAP_FIXED_)) return -EINVAL_;
	if (!old_bytes) return -EINVAL_;
	if (old + old_bytes > was.start + was.bytes) return -EFAULT_;

	if (!(flags & MREMAP_FIXED_)) {
		if (bytes == old_bytes) return (long)old;
		if (bytes < old_bytes) {
			long result = unmap_locked(old + bytes, old_bytes - bytes);
			return result ? result : (long)old;
		}
		uint64_t end = old + old_bytes;
		if (end == was.start + was.bytes && in_arena(old, bytes) && is_free(end, bytes - old_bytes)) {
			long result = pop_raw(NR_mremap, old, old_bytes, bytes, 0, 0);
			if (!pop_failed(result)) {
				entries()[i].bytes += bytes - old_bytes;
				merge(i);
				return result;
			}
		}
		if (!(flags & MREMAP_MAYMOVE_)) return -ENOMEM_;
		target = find_gap(bytes);
		if (!target) return -ENOMEM_;
	} else {
		if (target & (POP_PAGE - 1) || !in_arena(target, bytes) || is_ours(target, bytes)) return -EINVAL_;
		if (target < old + old_bytes && old < target + bytes) return -EINVAL_;
	}
	long result = pop_raw(NR_mremap, old, old_bytes, bytes, MREMAP_MAYMOVE_ | MREMAP_FIXED_, target);
	if (result == -EFAULT_ && !(was.flags & (POP_ENTRY_SHARED | POP_ENTRY_FILE)))
		result = move_by_copying(&was, old, old_bytes, bytes, target, flags & MREMAP_FIXED_);
	if (pop_failed(result)) return result;
	uint64_t offset = was.flags & POP_ENTRY_FILE ? was.offset + (old - was.start) : 0;
	forget(old, old + old_bytes);
	forget(target, target + bytes);
	remember(target, bytes, (int)was.prot, (int)was.flags, offset);
	note_freed(old);
	return (long)target;
}

long pop_arena_remap(uint64_t old, uint64_t old_bytes, uint64_t bytes, int flags, uint64_t target)
{
	if (old & (POP_PAGE - 1) || !bytes) return -EINVAL_;
	if (bytes > POP_ARENA_END - POP_ARENA_BASE || old_bytes > POP_ARENA_END - POP_ARENA_BASE) return -ENOMEM_;
	uint64_t mask = pop_arena_lock();
	long result = remap_locked(old, round_up(old_bytes), round_up(bytes), flags, target);
	pop_arena_unlock(mask);
	return result;
}

static void map_fixed(uint64_t address, uint64_t bytes)
{
	long result = pop_raw(NR_mmap, address, bytes, PROT_READ_ | PROT_WRITE_,
		MAP_PRIVATE_ | MAP_ANONYMOUS_ | MAP_NORESERVE_ | MAP_FIXED_NOREPLACE_, -1, 0);
	if ((uint64_t)result != address) pop_die("cannot map the arena's table");
}

void pop_arena_create(void)
{
	map_fixed(POP_ARENA_BASE, POP_TABLE_BYTES + POP_STATE_BYTES);
	struct pop_arena_table *table = POP_TABLE;
	table->magic = POP_ARENA_MAGIC;
	table->version = 1;
	table->entries[0] = (struct pop_arena_entry){ POP_ARENA_BASE, POP_PAGE, PROT_READ_ | PROT_WRITE_, 0, 0 };
	table->entries[1] = (struct pop_arena_entry){
		POP_ARENA_BASE + POP_TABLE_BYTES, POP_STATE_BYTES, PROT_READ_ | PROT_WRITE_, 0, 0 };
	table->count = 2;
	POP_STATE->version = 1;
	POP_STATE->arena_hint = POP_ARENA_BASE + POP_TABLE_BYTES + POP_STATE_BYTES;
}

/* After a restore: the agent mapped only what the table's first entry covers; the table must be able to grow. */
void pop_arena_adopt(void)
{
	uint64_t bytes = entries()[0].bytes;
	if (bytes < POP_TABLE_BYTES) map_fixed(POP_ARENA_BASE + bytes, POP_TABLE_BYTES - bytes);
	POP_STATE->arena_lock = 0;
}
