/* A target that takes the program's memory as the runtime does, and fails in a chosen way: argv[1] is "ready" (it dies
 * once it has said READY) or "go" (it dies when it is told to run). It is linked where no program lies. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAP_OP = 1, FILL_OP = 2, COMMIT_OP = 11, GO_OP = 12, SYNC_OP = 32, READY = 1, SYNCED = 3, RESTORING = 2 };

static int script;

static void read_all(void *to, size_t bytes)
{
	for (ssize_t n; bytes; to = (char *)to + n, bytes -= (size_t)n)
		if ((n = read(script, to, bytes)) <= 0) _exit(9);
}

static void answer(uint32_t kind, uint32_t op)
{
	struct { uint32_t kind, op; int64_t value; } words = { kind, op, getpid() };
	if (write(script, &words, sizeof words) != sizeof words) _exit(9);
}

static void map(uint64_t start, uint64_t bytes)
{
	void *at = (void *)start;
	if (mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != at) _exit(8);
}

int main(int argc, char **argv)
{
	static union { char bytes[8192]; uint64_t words[1024]; } payload;
	struct { uint32_t op, bytes; } frame;
	uint32_t state = RESTORING;
	int dies_when_ready = argc > 1 && !strcmp(argv[1], "ready");
	script = atoi(getenv("POPCORN_RESTORE"));
	map(0x400000, 0x10000000); /* the program's segments */
	/* The field of the first process's part, second generation: 64 KiB + 960 KiB, at 24. */
	if (pwrite(atoi(getenv("POPCORN_CONTROL")), &state, sizeof state, 1048600) != sizeof state) _exit(8);
	for (;;) {
		read_all(&frame, sizeof frame);
		if (frame.op == GO_OP || frame.bytes > sizeof payload) _exit(9);
		read_all(payload.bytes, frame.bytes);
		if (frame.op == MAP_OP) map(payload.words[0], payload.words[1]);
		if (frame.op == FILL_OP) read_all((void *)payload.words[0], payload.words[1]);
		if (frame.op == SYNC_OP) answer(SYNCED, SYNC_OP);
		if (frame.op == COMMIT_OP) {
			answer(READY, COMMIT_OP);
			if (dies_when_ready) _exit(9);
		}
	}
}
