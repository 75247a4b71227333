// Record locks (fcntl) on bytes 10 to 14 of a file: held shared, held exclusively until "release", or taken and released all
// the time as a database's transactions do. "check" prints PASS if the lock is there as it should be.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int lock(int fd, int command, short type)
{
	struct flock range = { .l_type = type, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5 };
	return fcntl(fd, command, &range);
}

/* What another description of the file sees: the type of the lock in the way of an exclusive one. */
static int seen(const char *path)
{
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 12, .l_len = 1 };
	int fd = open(path, O_RDWR), result = fcntl(fd, F_OFD_GETLK, &range);
	/* Not closed: that would release the process's locks on the file. */
	return result ? -errno : range.l_type;
}

static int transactions(int fd)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };
	long count = 0;
	for (; !poll(&input, 1, 5); count++) {
		if (lock(fd, F_SETLKW, F_WRLCK)) return -1;
		usleep(15000);
		if (lock(fd, F_SETLK, F_UNLCK)) return -1;
	}
	return count > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	char line[64];
	if (argc != 3) return 2;
	int writing = open(argv[2], O_WRONLY | O_CREAT, 0600), fd = open(argv[2], O_RDWR);
	short type = strcmp(argv[1], "shared") ? F_WRLCK : F_RDLCK;
	int changing = !strcmp(argv[1], "transactions");
	if (writing < 0 || fd < 0 || (!changing && lock(fd, F_SETLK, type))) return 3;
	puts("ready");
	fflush(stdout);
	if (changing && transactions(fd)) return 4;
	while (fgets(line, sizeof line, stdin)) {
		if (!strcmp(line, "release\n")) {
			if (lock(fd, F_SETLK, F_UNLCK)) return 5;
			type = F_UNLCK;
		}
		if (changing) type = F_UNLCK;
		int found = seen(argv[2]);
		if (found == type) puts("PASS");
		else printf("lock %d, not %d\n", found, type);
		fflush(stdout);
	}
	return 0;
}
