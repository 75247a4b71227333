// Looks at its own /proc/self/stat all the time, as servers do that report their memory.
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };
	puts("ready");
	fflush(stdout);
	while (!poll(&input, 1, 1)) {
		char text[512];
		int fd = open("/proc/self/stat", O_RDONLY);
		usleep(15000);
		if (read(fd, text, sizeof text) <= 0 || close(fd)) return 1;
	}
	puts("PASS");
	return 0;
}
