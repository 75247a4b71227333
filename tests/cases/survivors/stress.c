// Threads under load: bank, queue, semaphore, barrier and reader-writer traffic with invariants that one lost, repeated
// or torn step would break. Runs until a line comes on standard input, then checks and prints PASS with what was done.
#include "survivor.h"
#include <semaphore.h>
#include <stdatomic.h>

enum { THREADS = 64, ACCOUNTS = 32, START = 1000, ROOM = 16, PARTIES = 8 };
static atomic_int told;
static atomic_long steps[8];

// ---- bank: the sum of all accounts never changes ----

static pthread_mutex_t locks[ACCOUNTS];
static long accounts[ACCOUNTS];

static unsigned next(unsigned *seed) { return *seed = *seed * 1664525u + 1013904223u, *seed >> 8; }

static void transfers(unsigned seed)
{
	while (!atomic_load(&told)) {
		unsigned from = next(&seed) % ACCOUNTS, to = next(&seed) % ACCOUNTS;
		if (from == to) continue;
		unsigned first = from < to ? from : to, second = from < to ? to : from;
		CHECK(!pthread_mutex_lock(&locks[first]) && !pthread_mutex_lock(&locks[second]));
		long amount = next(&seed) % 10;
		accounts[from] -= amount;
		accounts[to] += amount;
		CHECK(!pthread_mutex_unlock(&locks[second]) && !pthread_mutex_unlock(&locks[first]));
		atomic_fetch_add(&steps[0], 1);
	}
}

static void audits(unsigned seed)
{
	(void)seed;
	while (!atomic_load(&told)) {
		long sum = 0;
		for (int i = 0; i < ACCOUNTS; i++) CHECK(!pthread_mutex_lock(&locks[i]));
		for (int i = 0; i < ACCOUNTS; i++) sum += accounts[i];
		for (int i = ACCOUNTS; i--;) CHECK(!pthread_mutex_unlock(&locks[i]));
		CHECK(sum == ACCOUNTS * START);
		atomic_fetch_add(&steps[1], 1);
		usleep(500);
	}
}

// ---- queue: each number comes out once, those of one producer in order ----

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER, not_empty = PTHREAD_COND_INITIALIZER;
static uint64_t queue[ROOM];
static unsigned queue_start, queue_count, producers;
static uint64_t produced_sum, consumed_sum, produced, consumed;

static void produces(unsigned number)
{
	uint64_t sum = 0, count = 0;
	while (!atomic_load(&told)) {
		CHECK(!pthread_mutex_lock(&queue_lock));
		while (queue_count == ROOM) CHECK(!pthread_cond_wait(&not_full, &queue_lock));
		uint64_t value = (uint64_t)number << 40 | ++count;
		queue[(queue_start + queue_count++) % ROOM] = value;
		sum += value;
		CHECK(!pthread_cond_signal(&not_empty) && !pthread_mutex_unlock(&queue_lock));
	}
	CHECK(!pthread_mutex_lock(&queue_lock));
	produced_sum += sum, produced += count;
	producers--;
	CHECK(!pthread_cond_broadcast(&not_empty) && !pthread_mutex_unlock(&queue_lock));
}

static void consumes(unsigned seed)
{
	uint64_t sum = 0, count = 0, last[THREADS] = { 0 };
	(void)seed;
	for (;;) {
		CHECK(!pthread_mutex_lock(&queue_lock));
		while (!queue_count && producers) {
			struct timespec until = timespec_of(now(CLOCK_REALTIME) + 50000000);
			int result = pthread_cond_timedwait(&not_empty, &queue_lock, &until);
			CHECK(!result || result == ETIMEDOUT);
		}
		if (!queue_count) break;
		uint64_t value = queue[queue_start];
		queue_start = (queue_start + 1) % ROOM;
		queue_count--;
		CHECK(!pthread_cond_signal(&not_full) && !pthread_mutex_unlock(&queue_lock));
		CHECK((value & 0xffffffffff) > last[value >> 40]);
		last[value >> 40] = value & 0xffffffffff;
		sum += value, count++;
		atomic_fetch_add(&steps[2], 1);
	}
	consumed_sum += sum, consumed += count;
	CHECK(!pthread_mutex_unlock(&queue_lock));
}

// ---- pipe: every byte once and in order ----

static int stream[2];

static void streams(unsigned seed)
{
	unsigned char block[70000];
	(void)seed;
	for (uint64_t at = 0;; at += sizeof block) {
		for (size_t i = 0; i < sizeof block; i++) block[i] = (unsigned char)((at + i) * 31 >> 3);
		CHECK(write(stream[1], block, sizeof block) == sizeof block);
		if (atomic_load(&told)) break;
	}
	close(stream[1]);
}

static void drains(unsigned seed)
{
	unsigned char block[10007];
	(void)seed;
	for (uint64_t at = 0;;) {
		ssize_t n = read(stream[0], block, sizeof block);
		CHECK(n >= 0);
		for (ssize_t i = 0; i < n; i++) CHECK(block[i] == (unsigned char)((at + (uint64_t)i) * 31 >> 3));
		at += (uint64_t)n;
		atomic_fetch_add(&steps[3], 1);
		if (!n) return;
	}
}

// ---- barrier and semaphore ----

static pthread_barrier_t gate;
static sem_t slots;
static atomic_int inside;
static int phase[PARTIES], last_phase;

static void meets(unsigned party)
{
	for (int round = 1;; round++) {
		phase[party] = round;
		if (party == 0) last_phase = atomic_load(&told);
		pthread_barrier_wait(&gate);
		int end = last_phase;
		for (int i = 0; i < PARTIES; i++) CHECK(phase[i] == round);
		pthread_barrier_wait(&gate);
		atomic_fetch_add(&steps[4], 1);
		if (end) return;
	}
}

static void enters(unsigned seed)
{
	while (!atomic_load(&told)) {
		CHECK(!sem_wait(&slots));
		CHECK(atomic_fetch_add(&inside, 1) < 3);
		if (next(&seed) % 16 == 0) usleep(200);
		atomic_fetch_sub(&inside, 1);
		CHECK(!sem_post(&slots));
		atomic_fetch_add(&steps[5], 1);
	}
}

// ---- reader-writer lock, threads that start and end, sleepers ----

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static uint64_t twice[2];

static void reads_and_writes(unsigned seed)
{
	while (!atomic_load(&told)) {
		if (next(&seed) % 8) {
			CHECK(!pthread_rwlock_rdlock(&rwlock) && twice[0] * 2 == twice[1]);
		} else {
			CHECK(!pthread_rwlock_wrlock(&rwlock));
			twice[0]++;
			twice[1] += 2;
		}
		CHECK(!pthread_rwlock_unlock(&rwlock));
		atomic_fetch_add(&steps[6], 1);
	}
}

static void *returns(void *argument) { return argument; }

static void starts_threads(unsigned seed)
{
	while (!atomic_load(&told)) {
		pthread_t thread;
		void *result, *given = (void *)(uintptr_t)next(&seed);
		CHECK(!pthread_create(&thread, 0, returns, given) && !pthread_join(thread, &result) && result == given);
		atomic_fetch_add(&steps[7], 1);
	}
}

struct job { void (*run)(unsigned); unsigned argument; };

static void *runs(void *argument)
{
	struct job *job = argument;
	job->run(job->argument);
	return 0;
}

int main(void)
{
	static const struct { void (*run)(unsigned); int count; } kinds[] = {
		{ transfers, 16 }, { audits, 2 }, { produces, 8 }, { consumes, 8 }, { streams, 1 }, { drains, 1 },
		{ meets, PARTIES }, { enters, 8 }, { reads_and_writes, 8 }, { starts_threads, 4 },
	};
	static struct job jobs[THREADS];
	pthread_t threads[THREADS];
	int count = 0;
	for (int i = 0; i < ACCOUNTS; i++) accounts[i] = START, pthread_mutex_init(&locks[i], 0);
	CHECK(!pipe(stream) && !pthread_barrier_init(&gate, 0, PARTIES) && !sem_init(&slots, 0, 3));
	producers = 8;
	for (size_t k = 0; k < COUNT(kinds); k++)
		for (int i = 0; i < kinds[k].count; i++, count++) {
			jobs[count] = (struct job){ kinds[k].run, (unsigned)i };
			CHECK(!pthread_create(&threads[count], 0, runs, &jobs[count]));
		}
	CHECK(count == THREADS);
	ready();
	wait_go();
	atomic_store(&told, 1);
	for (int i = 0; i < THREADS; i++) CHECK(!pthread_join(threads[i], 0));
	long sum = 0;
	for (int i = 0; i < ACCOUNTS; i++) sum += accounts[i];
	CHECK(sum == ACCOUNTS * START && produced == consumed && produced_sum == consumed_sum && !queue_count);
	for (int i = 0; i < 8; i++) CHECK(atomic_load(&steps[i]) > 0);
	printf("PASS");
	for (int i = 0; i < 8; i++) printf(" %ld", atomic_load(&steps[i]));
	putchar('\n');
	return 0;
}
