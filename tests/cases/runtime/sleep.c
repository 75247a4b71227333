/* Moved while it sleeps and polls: the program sees neither the interruption nor less than the time it asked for. That
 * it does not wait all of the time again is the harness's to see. */
#include "mini.h"

enum { MS = 1000000 };
COMMON(step) int step;
COMMON(request) struct timespec request;
COMMON(remaining) struct timespec remaining;
COMMON(started) struct timespec started;
COMMON(pipe_ends) int pipe_ends[2];
COMMON(polled) struct { int fd; short events, revents; } polled;

static long elapsed_ms(void)
{
	struct timespec now;
	leaf(NR_clock_gettime, 1, &now);
	return (now.seconds - started.seconds) * 1000 + (now.nanoseconds - started.nanoseconds) / MS;
}

static void begin(long ms)
{
	leaf(NR_clock_gettime, 1, &started);
	request = (struct timespec){ ms / 1000, ms % 1000 * MS };
}

static _Noreturn void go_on(long result)
{
	for (;;) switch (step++) {
	case 0:
		begin(400);
		result = sys(NR_nanosleep, &request, &remaining);
		break;
	case 1:
		CHECK(result == 0);
		CHECK(request.nanoseconds == 400 * MS);
		CHECK(elapsed_ms() >= 400);
		begin(400);
		polled.fd = pipe_ends[0];
		polled.events = 1;
		result = sys(NR_ppoll, &polled, 1, &request, 0, 8);
		break;
	case 2:
		CHECK(result == 0);
		CHECK(elapsed_ms() >= 400);
		print("slept\n");
		finish(5);
	}
}

void resume_0(struct pop_record *record)
{
	go_on(((long (*)(struct pop_record *))record->next->resume)(record->next));
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	CHECK(leaf(NR_pipe2, pipe_ends, 0) == 0);
	go_on(0);
}
