// Memory that changes in every way while it is copied ahead and moved: one thread churns it, another checks.
#include "survivor.h"
#include <poll.h>
#include <stdatomic.h>
#include <sys/mman.h>

enum { PAGE = 4096, REGIONS = 24, REGION_PAGES = 64, STILL_PAGES = 2048 };

static atomic_int told;
static uint64_t state = 88172645463325252u;

static uint64_t any(uint64_t below)
{
	state ^= state << 13, state ^= state >> 7, state ^= state << 17;
	return state % below;
}

// What each page must hold: a number in its first word, or nothing.
static struct region { char *start; int pages, writable; uint64_t held[2 * REGION_PAGES]; } regions[REGIONS];

static uint64_t *page(struct region *region, int number) { return (uint64_t *)(region->start + (size_t)number * PAGE); }

static void check(struct region *region)
{
	for (int i = 0; i < region->pages; i++) {
		uint64_t *words = page(region, i);
		CHECK(words[0] == region->held[i] && words[PAGE / 8 - 1] == region->held[i] * 3);
	}
}

static void fill(struct region *region, int number, uint64_t value)
{
	uint64_t *words = page(region, number);
	words[0] = region->held[number] = value;
	words[PAGE / 8 - 1] = value * 3;
}

static void map(struct region *region)
{
	int reserve = any(2) ? 0 : MAP_NORESERVE;
	region->pages = 1 + (int)any(REGION_PAGES);
	region->start = mmap(0, (size_t)region->pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | reserve, -1, 0);
	CHECK(region->start != MAP_FAILED);
	region->writable = 1;
	memset(region->held, 0, sizeof region->held);
	for (int i = 0; i < region->pages; i += 1 + (int)any(4)) fill(region, i, any(1000000));
}

static void unmap(struct region *region)
{
	CHECK(!munmap(region->start, (size_t)region->pages * PAGE));
	region->start = 0;
}

static void resize(struct region *region)
{
	int pages = 1 + (int)any(2 * REGION_PAGES);
	region->start = mremap(region->start, (size_t)region->pages * PAGE, (size_t)pages * PAGE, MREMAP_MAYMOVE);
	CHECK(region->start != MAP_FAILED);
	for (int i = region->pages; i < pages; i++) region->held[i] = 0;
	region->pages = pages;
}

static void forget(struct region *region)
{
	int first = (int)any((uint64_t)region->pages);
	CHECK(!madvise(page(region, first), (size_t)(region->pages - first) * PAGE, MADV_DONTNEED));
	for (int i = first; i < region->pages; i++) region->held[i] = 0;
}

static void protect(struct region *region)
{
	region->writable ^= 1;
	CHECK(!mprotect(region->start, (size_t)region->pages * PAGE, PROT_READ | (region->writable ? PROT_WRITE : 0)));
}

static void change(struct region *region)
{
	if (!region->start) {
		map(region);
		return;
	}
	check(region);
	switch (any(6)) {
	case 0: unmap(region); break;
	case 1: if (region->writable) resize(region); break;
	case 2: if (region->writable) forget(region); break;
	case 3: protect(region); break;
	default: if (region->writable) fill(region, (int)any((uint64_t)region->pages), any(1000000));
	}
}

static void *churns(void *argument)
{
	(void)argument;
	while (!atomic_load(&told)) change(&regions[any(REGIONS)]);
	for (int i = 0; i < REGIONS; i++) if (regions[i].start) check(&regions[i]);
	return 0;
}

// Enough that it pays to copy ahead.
static char *still;

static void fill_still(void)
{
	still = mmap(0, STILL_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(still != MAP_FAILED);
	for (size_t i = 0; i < STILL_PAGES * PAGE / 8; i++) ((uint64_t *)still)[i] = i * 0x9e3779b97f4a7c15u;
}

static void check_still(void)
{
	for (size_t i = 0; i < STILL_PAGES * PAGE / 8; i++) CHECK(((uint64_t *)still)[i] == i * 0x9e3779b97f4a7c15u);
}

static void mappings_come_and_go(void)
{
	pthread_t thread;
	fill_still();
	CHECK(!pthread_create(&thread, 0, churns, 0));
	ready();
	wait_go();
	atomic_store(&told, 1);
	CHECK(!pthread_join(thread, 0));
	check_still();
}

static uint64_t *counters;

// Pages are counted up in turn, so that a page of another moment would be seen.
static void *counts(void *argument)
{
	(void)argument;
	for (uint64_t round = 1; !atomic_load(&told); round++)
		for (size_t i = 0; i < STILL_PAGES; i++) {
			CHECK(counters[i * PAGE / 8] == round - 1 && (!i || counters[(i - 1) * PAGE / 8] == round));
			counters[i * PAGE / 8] = round;
		}
	return 0;
}

static void every_page_is_of_one_moment(void)
{
	pthread_t thread;
	counters = mmap(0, STILL_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(counters != MAP_FAILED && !pthread_create(&thread, 0, counts, 0));
	ready();
	wait_go();
	atomic_store(&told, 1);
	CHECK(!pthread_join(thread, 0));
}

static void memory_of_two_kinds_changes_places(void)
{
	enum { BYTES = 512 * PAGE };
	fill_still();
	char *first = mmap(0, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(first != MAP_FAILED);
	memset(first, 'a', BYTES);
	ready();
	// Again and again, so that it happens between the copy and the park.
	struct timespec moment = { 0, 200000 };
	struct pollfd input = { .fd = 0, .events = POLLIN };
	while (!poll(&input, 1, 0)) {
		int reserve = any(2) ? 0 : MAP_NORESERVE;
		CHECK(mmap(first, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | reserve, -1, 0) == first);
		for (int i = 0; i < BYTES; i += PAGE) CHECK(!first[i]);
		first[0] = first[BYTES - PAGE] = 'b';
		nanosleep(&moment, 0);
		CHECK(first[0] == 'b' && first[BYTES - PAGE] == 'b' && !first[PAGE] && !first[BYTES / 2]);
	}
	wait_go();
	check_still();
}

int main(int argc, char **argv)
{
	static const struct survivor cases[] = {
		CASE(mappings_come_and_go), CASE(every_page_is_of_one_moment), CASE(memory_of_two_kinds_changes_places),
	};
	return survive(argc, argv, cases, COUNT(cases));
}
