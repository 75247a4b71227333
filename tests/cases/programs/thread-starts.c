// flags: -O2
// Threads that are short and block at once, started one after the other and several at a time.
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long total;
static int ends[2];

static void *brief(void *p)
{
    return (char *)p + 1;
}

static void *blocking(void *p)
{
    char c;
    if (read(ends[0], &c, 1) == 1) {
        pthread_mutex_lock(&lock);
        total += (long)p * c;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

int main(void)
{
    long returned = 0;
    if (pipe(ends))
        return 1;
    for (long round = 0; round < 25; round++) {
        pthread_t thread, several[3];
        void *result;
        pthread_create(&thread, NULL, brief, (void *)round);
        pthread_join(thread, &result);
        returned += (long)result;
        for (long i = 0; i < 3; i++)
            pthread_create(&several[i], NULL, blocking, (void *)(i + round));
        if (write(ends[1], "\1\1\1", 3) != 3)
            return 2;
        for (int i = 0; i < 3; i++)
            pthread_join(several[i], NULL);
        printf("%ld %ld\n", returned, total);
    }
    return 0;
}
