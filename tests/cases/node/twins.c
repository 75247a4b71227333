/* Never rests, calls nothing: it is only ever parked at its loop's point, where b is three times a. */
#include <stdio.h>

int main(int argc, char **argv)
{
	(void)argv;
	unsigned long a = (unsigned long)argc, b = 3 * a;
	puts("ready");
	fflush(stdout);
	do {
		a = a * 6364136223846793005ul + 1;
		b = b * 6364136223846793005ul + 3;
	} while (a != b);
	return (int)a;
}
