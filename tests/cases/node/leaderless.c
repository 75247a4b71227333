// Its first thread ends at once; the other goes on to the end of the input.
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *go_on(void *argument)
{
	char byte;
	(void)argument;
	while (read(0, &byte, 1) > 0) { }
	_exit(7);
}

int main(void)
{
	pthread_t other;
	if (pthread_create(&other, 0, go_on, 0)) return 1;
	syscall(SYS_exit, 0);
}
