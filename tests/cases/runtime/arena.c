/* Every mapping call goes through the arena: addresses, table, splits and merges. Ends without a move. */
#include "mini.h"

enum { ANON = 0x22, FIXED = 0x10, NOREPLACE = 0x100000, RW = 3, PAGE = 4096 };
#define TABLE ((volatile struct pop_arena_table *)POP_ARENA_BASE)

static long map(long at, long pages, int prot, int flags)
{
	return leaf(NR_mmap, at, pages * PAGE, prot, flags, -1, 0);
}
static long unmap(long at, long pages) { return leaf(NR_munmap, at, pages * PAGE); }

/* Sorted, no overlap; returns the entry that holds `at`, 0 if none. */
static volatile struct pop_arena_entry *entry_of(long at)
{
	volatile struct pop_arena_entry *found = 0;
	uint64_t end = POP_ARENA_BASE;
	for (uint32_t i = 0; i < TABLE->count; i++) {
		volatile struct pop_arena_entry *e = &TABLE->entries[i];
		CHECK(e->start >= end && e->bytes && e->start % PAGE == 0 && e->bytes % PAGE == 0);
		end = e->start + e->bytes;
		if ((uint64_t)at >= e->start && (uint64_t)at < end) found = e;
	}
	CHECK(end <= POP_ARENA_END);
	return found;
}

static void splits_and_merges(void)
{
	uint32_t count = TABLE->count;
	long a = map(0, 8, RW, ANON);
	CHECK(a >= (long)POP_ARENA_BASE);
	CHECK(unmap(a + 2 * PAGE, 1) == 0);
	CHECK(!entry_of(a + 2 * PAGE) && entry_of(a) && entry_of(a + 3 * PAGE));
	CHECK(map(a + 2 * PAGE, 1, RW, ANON | FIXED | NOREPLACE) == a + 2 * PAGE);
	CHECK(entry_of(a) == entry_of(a + 3 * PAGE));
	CHECK(leaf(NR_mprotect, a + 4 * PAGE, PAGE, 0) == 0);
	CHECK(entry_of(a + 4 * PAGE)->prot == 0 && entry_of(a + 4 * PAGE)->bytes == PAGE);
	CHECK(leaf(NR_mprotect, a + 4 * PAGE, PAGE, RW) == 0);
	CHECK(entry_of(a + 4 * PAGE) == entry_of(a));
	CHECK(map(a, 1, RW, ANON | FIXED | NOREPLACE) == -17);
	*(char *)a = 1;
	CHECK(map(a, 1, RW, ANON | FIXED) == a && *(char *)a == 0);
	CHECK(unmap(a, 8) == 0 && TABLE->count == count);
	CHECK(unmap(a, 8) == 0 && TABLE->count == count);
}

static void refusals(void)
{
	CHECK(map(0x500000, 1, RW, ANON | FIXED) == -12);
	CHECK(map(POP_ARENA_BASE, 1, RW, ANON | FIXED) == -12);
	CHECK(leaf(NR_munmap, POP_ARENA_BASE, PAGE) == -22);
	CHECK(leaf(NR_mmap, 0, 0, RW, ANON, -1, 0) == -22);
	CHECK(leaf(NR_mmap, 0, 1ul << 50, RW, ANON, -1, 0) == -12);
	CHECK(leaf(NR_mremap, 0x500000, PAGE, PAGE, 0, 0) == -14);
	long at = leaf(NR_brk, 0);
	CHECK(leaf(NR_brk, at + PAGE) != at + PAGE);
}

static void remaps(void)
{
	long a = map(0, 4, RW, ANON);
	((volatile char *)a)[3 * PAGE] = 7;
	CHECK(leaf(NR_mremap, a, 4 * PAGE, 6 * PAGE, 0, 0) == a && entry_of(a + 5 * PAGE));
	((volatile char *)a)[5 * PAGE] = 8;
	long wall = map(a + 6 * PAGE, 1, 1, ANON | FIXED | NOREPLACE);
	CHECK(wall == a + 6 * PAGE);
	CHECK(leaf(NR_mremap, a, 6 * PAGE, 7 * PAGE, 0, 0) == -12);
	long b = leaf(NR_mremap, a, 6 * PAGE, 40 * PAGE, 1, 0);
	CHECK(b > 0 && b != a && !entry_of(a) && entry_of(b + 39 * PAGE));
	CHECK(((volatile char *)b)[3 * PAGE] == 7 && ((volatile char *)b)[5 * PAGE] == 8);
	CHECK(leaf(NR_mremap, b, 40 * PAGE, PAGE, 0, 0) == b && entry_of(b) && !entry_of(b + PAGE));
	CHECK(unmap(b, 1) == 0 && unmap(wall, 1) == 0);
}

/* The kernel moves one mapping at a time, and something may have cut into several what is one here. */
static void remaps_over_a_seam(void)
{
	enum { PAGES = 4, MORE = 9, DONTFORK = 10 };
	long a = map(0, PAGES, RW, ANON);
	for (int i = 0; i < PAGES; i++) ((volatile char *)a)[i * PAGE] = (char)(i + 1);
	CHECK(map(a + PAGES * PAGE, 1, 1, ANON | FIXED | NOREPLACE) == a + PAGES * PAGE);
	CHECK(leaf(NR_madvise, a + PAGE, PAGE, DONTFORK) == 0);
	long b = leaf(NR_mremap, a, PAGES * PAGE, MORE * PAGE, 1, 0);
	CHECK(b > 0 && b != a && !entry_of(a) && entry_of(b) == entry_of(b + (MORE - 1) * PAGE));
	for (int i = 0; i < MORE; i++) CHECK(((volatile char *)b)[i * PAGE] == (i < PAGES ? i + 1 : 0));
	((volatile char *)b)[(MORE - 1) * PAGE] = 1;
	CHECK(unmap(b, MORE) == 0 && unmap(a + PAGES * PAGE, 1) == 0);
}

static void hints(void)
{
	long far = (long)POP_ARENA_BASE + (1l << 36);
	CHECK(map(far, 2, RW, ANON) == far);
	CHECK(map(far, 2, RW, ANON) != far);
	long reserved = map(0, 1 << 18, 0, ANON | 0x4000);
	CHECK(reserved > 0 && entry_of(reserved)->flags == POP_ENTRY_NORESERVE && entry_of(reserved)->prot == 0);
	CHECK(unmap(reserved, 1 << 18) == 0 && unmap(far, 2) == 0);
}

static void many(void)
{
	enum { COUNT = 2000 };
	static long at[COUNT];
	for (int i = 0; i < COUNT; i++) {
		at[i] = map(0, 1, i % 2 ? RW : 1, ANON);
		CHECK(at[i] > 0);
		if (i % 2) *(volatile long *)at[i] = i;
	}
	CHECK(entry_of(POP_ARENA_BASE)->bytes >= COUNT * 32 && TABLE->entries[0].start == POP_ARENA_BASE);
	for (int i = 0; i < COUNT; i++) {
		if (i % 2) CHECK(*(volatile long *)at[i] == i);
		CHECK(unmap(at[i], 1) == 0);
	}
	CHECK(entry_of(POP_ARENA_BASE)->bytes == PAGE);
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	CHECK(TABLE->magic == POP_ARENA_MAGIC && entry_of((long)argv) && entry_of((long)argv[0]));
	splits_and_merges();
	refusals();
	remaps();
	remaps_over_a_seam();
	hints();
	many();
	print("arena\n");
	finish(4);
}
