// Memory that processes share: anonymous, System V, and of files without a name. Relatives move as one unit and must
// see each other's stores afterwards.
#include "survivor.h"
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>

enum { PAGE = 4096 };

static void *shared(size_t bytes, int flags)
{
	void *memory = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | flags, -1, 0);
	CHECK(memory != MAP_FAILED);
	return memory;
}

static void ends_well(pid_t child)
{
	int status = -1;
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// ---- anonymous ----

static void anonymous_alone(void)
{
	char *memory = shared(8 * PAGE, MAP_ANONYMOUS), *sparse = shared(256 << 20, MAP_ANONYMOUS | MAP_NORESERVE);
	strcpy(memory, "first");
	strcpy(memory + 3 * PAGE, "fourth");
	strcpy(memory + 7 * PAGE, "eighth");
	strcpy(sparse + (200 << 20), "far away");
	CHECK(!munmap(memory + PAGE, PAGE) && !mprotect(memory + 3 * PAGE, PAGE, PROT_READ));
	CHECK(!mprotect(memory + 7 * PAGE, PAGE, PROT_NONE));
	ready();
	wait_go();
	CHECK(!strcmp(memory, "first") && !strcmp(memory + 3 * PAGE, "fourth") && !strcmp(sparse + (200 << 20), "far away"));
	CHECK(!memory[2 * PAGE] && !sparse[0] && !sparse[(256 << 20) - 1]);
	CHECK(mmap(memory + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == memory + PAGE);
	CHECK(!mprotect(memory + 7 * PAGE, PAGE, PROT_READ | PROT_WRITE) && !strcmp(memory + 7 * PAGE, "eighth"));
	pid_t child = fork();
	CHECK(child >= 0);
	if (!child) {
		strcpy(memory, "from the child");
		_exit(0);
	}
	ends_well(child);
	CHECK(!strcmp(memory, "from the child"));
}

struct table {
	pthread_mutex_t mutex;
	pthread_cond_t condition;
	pthread_barrier_t together;
	atomic_int told;
	long turns[4], sum;
	int phase;
};

static void init_table(struct table *table, unsigned parties)
{
	pthread_mutexattr_t mutex;
	pthread_condattr_t condition;
	pthread_barrierattr_t barrier;
	pthread_mutexattr_init(&mutex), pthread_condattr_init(&condition), pthread_barrierattr_init(&barrier);
	CHECK(!pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED) && !pthread_mutex_init(&table->mutex, &mutex));
	CHECK(!pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED));
	CHECK(!pthread_cond_init(&table->condition, &condition));
	CHECK(!pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED));
	CHECK(!pthread_barrier_init(&table->together, &barrier, parties));
}

static void takes_turns(struct table *table, int who)
{
	while (!atomic_load(&table->told)) {
		CHECK(!pthread_mutex_lock(&table->mutex));
		table->turns[who]++;
		table->sum++;
		CHECK(!pthread_mutex_unlock(&table->mutex));
	}
}

// A child and a grandchild count under one lock while they are moved; the parent waits for input.
static void anonymous_between_relatives(void)
{
	struct table *table = shared(sizeof *table, MAP_ANONYMOUS);
	init_table(table, 3);
	pid_t child = fork();
	if (!child) {
		pid_t grandchild = fork();
		pthread_barrier_wait(&table->together);
		takes_turns(table, grandchild ? 0 : 1);
		if (grandchild) ends_well(grandchild);
		_exit(0);
	}
	pthread_barrier_wait(&table->together);
	ready();
	wait_go();
	long before = table->sum;
	while (!before || table->sum == before) usleep(1000);
	atomic_store(&table->told, 1);
	ends_well(child);
	CHECK(table->turns[0] > 0 && table->turns[1] > 0 && table->sum == table->turns[0] + table->turns[1]);
}

// Both sides wait in a condition of the shared memory while they are moved.
static void condition_between_relatives(void)
{
	struct table *table = shared(sizeof *table, MAP_ANONYMOUS);
	init_table(table, 2);
	pid_t child = fork();
	if (!child) {
		CHECK(!pthread_mutex_lock(&table->mutex));
		table->phase = 1;
		CHECK(!pthread_cond_broadcast(&table->condition));
		while (table->phase != 2) CHECK(!pthread_cond_wait(&table->condition, &table->mutex));
		table->phase = 3;
		CHECK(!pthread_cond_broadcast(&table->condition) && !pthread_mutex_unlock(&table->mutex));
		_exit(0);
	}
	CHECK(!pthread_mutex_lock(&table->mutex));
	while (table->phase != 1) CHECK(!pthread_cond_wait(&table->condition, &table->mutex));
	CHECK(!pthread_mutex_unlock(&table->mutex));
	ready();
	wait_go();
	CHECK(!pthread_mutex_lock(&table->mutex));
	table->phase = 2;
	CHECK(!pthread_cond_broadcast(&table->condition));
	while (table->phase != 3) CHECK(!pthread_cond_wait(&table->condition, &table->mutex));
	CHECK(!pthread_mutex_unlock(&table->mutex));
	ends_well(child);
}

// Who wrote it has ended, and nobody else has looked at it yet.
static void anonymous_of_the_dead(void)
{
	char *memory = shared(64 * PAGE, MAP_ANONYMOUS);
	pid_t child = fork();
	if (!child) {
		for (int i = 0; i < 64; i += 3) memset(memory + i * PAGE, 'a' + i % 26, PAGE);
		_exit(0);
	}
	ends_well(child);
	ready();
	wait_go();
	for (int i = 0; i < 64; i++) CHECK(memory[i * PAGE + 100] == (i % 3 ? 0 : 'a' + i % 26));
}

// ---- System V ----

static int segment(size_t bytes)
{
	int id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
	CHECK(id >= 0);
	return id;
}

static void segment_between_relatives(void)
{
	int id = segment(4 * PAGE + 100);
	char *memory = shmat(id, 0, 0), *view = shmat(id, 0, SHM_RDONLY);
	CHECK(memory != (void *)-1 && view != (void *)-1);
	strcpy(memory + 4 * PAGE, "in the segment");
	// It goes with its last user.
	CHECK(!shmctl(id, IPC_RMID, 0));
	atomic_int *turn = (void *)memory;
	pid_t child = fork();
	if (!child) {
		while (atomic_load(turn) != 1) usleep(1000);
		CHECK(!strcmp(memory + 4 * PAGE, "in the segment"));
		strcpy(memory + 4 * PAGE, "from the child");
		_exit(0);
	}
	ready();
	wait_go();
	atomic_store(turn, 1);
	ends_well(child);
	CHECK(!strcmp(view + 4 * PAGE, "from the child"));
	CHECK(mprotect(view, PAGE, PROT_READ | PROT_WRITE) == -1 && errno == EACCES);
	struct shmid_ds status;
	CHECK(!shmctl(id, IPC_STAT, &status) && status.shm_nattch == 2 && status.shm_segsz == 4 * PAGE + 100);
	CHECK(!shmdt(view) && !shmdt(memory));
	CHECK(shmctl(id, IPC_STAT, &status) == -1);
}

static void segment_attached_in_part(void)
{
	int id = segment(4 * PAGE);
	char *memory = shmat(id, 0, 0);
	CHECK(memory != (void *)-1 && !shmctl(id, IPC_RMID, 0));
	for (int i = 0; i < 4; i++) memory[i * PAGE] = (char)('0' + i);
	CHECK(!munmap(memory + PAGE, PAGE) && !munmap(memory + 3 * PAGE, PAGE));
	char *own = mmap(memory + PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
		-1, 0);
	CHECK(own == memory + PAGE);
	*own = 'p';
	ready();
	wait_go();
	CHECK(memory[0] == '0' && *own == 'p' && memory[2 * PAGE] == '2');
	CHECK(mmap(memory + 3 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0)
		== memory + 3 * PAGE);
	char *whole = shmat(id, 0, 0);
	CHECK(whole != (void *)-1 && whole[3 * PAGE] == '3');
}

// The process that took the lock is gone after the move, but who holds it is not.
static void robust_lock_in_segment(void)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t *mutex = shmat(segment(PAGE), 0, 0);
	CHECK(mutex != (void *)-1);
	pthread_mutexattr_init(&attributes);
	CHECK(!pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
	CHECK(!pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) && !pthread_mutex_init(mutex, &attributes));
	CHECK(!pthread_mutex_lock(mutex));
	ready();
	wait_go();
	pid_t child = fork();
	if (!child) _exit(pthread_mutex_trylock(mutex) != EBUSY);
	ends_well(child);
	CHECK(!pthread_mutex_unlock(mutex));
	child = fork();
	if (!child) _exit(pthread_mutex_trylock(mutex) || pthread_mutex_unlock(mutex));
	ends_well(child);
}

// ---- files without a name ----

static void nameless_files(void)
{
	char path[] = "/tmp/popcorn-survivor-XXXXXX";
	int memory = memfd_create("mapped", MFD_CLOEXEC), file = mkstemp(path);
	CHECK(memory >= 0 && file >= 0 && !unlink(path) && !ftruncate(memory, 4 * PAGE) && !ftruncate(file, 2 * PAGE));
	char *whole = mmap(0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	char *third = mmap(0, PAGE, PROT_READ, MAP_SHARED, memory, 2 * PAGE);
	char *own = mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	CHECK(whole != MAP_FAILED && third != MAP_FAILED && own != MAP_FAILED);
	strcpy(whole + 2 * PAGE, "seen twice");
	CHECK(pwrite(file, "in the file", 12, PAGE) == 12);
	strcpy(own, "private");
	ready();
	wait_go();
	CHECK(!strcmp(third, "seen twice") && !strcmp(own, "private") && !strcmp(own + PAGE, "in the file"));
	CHECK(pwrite(memory, "written", 8, 2 * PAGE) == 8);
	CHECK(!strcmp(third, "written") && !strcmp(whole + 2 * PAGE, "written"));
	CHECK(pread(file, path, 1, 0) == 1 && !path[0]);
}

int main(int argc, char **argv)
{
	static const struct survivor cases[] = {
		CASE(anonymous_alone), CASE(anonymous_between_relatives), CASE(condition_between_relatives),
		CASE(anonymous_of_the_dead), CASE(segment_between_relatives), CASE(segment_attached_in_part),
		CASE(robust_lock_in_segment), CASE(nameless_files),
	};
	return survive(argc, argv, cases, COUNT(cases));
}
