// flags: -O2
// jmp_bufs that are copied before a jump, many armed by one setjmp call, and ones that live on the heap or in structs.
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 6

static jmp_buf stack_of_buffers[ROUNDS];
static volatile int work;

static void spin(int n)
{
    for (int i = 0; i < n; i++)
        work = work + 1;
}

/* One setjmp call arms all buffers of one activation; each is then jumped to, last to first. */
static int many(int base)
{
    volatile int armed = 0, seen = 0;
    volatile long log = base;
    for (volatile int i = 0; i < ROUNDS; i++) {
        int code = setjmp(stack_of_buffers[i]);
        if (code == 0) {
            armed = armed + 1;
            spin(20);
            continue;
        }
        log = log * 7 + code + i;
        seen = seen + 1;
        i = ROUNDS;
    }
    if (seen < ROUNDS) {
        spin(15);
        longjmp(stack_of_buffers[ROUNDS - 1 - seen], seen + 1);
    }
    printf("many %d %d %ld\n", armed, seen, (long)log);
    return (int)log;
}

struct task { int id; jmp_buf back; struct task *next; };

static struct task *copy_of(const struct task *t)
{
    struct task *copy = malloc(sizeof *copy);
    memcpy(copy, t, sizeof *copy);
    copy->id += 100;
    return copy;
}

static void leave(struct task *t, int depth)
{
    volatile char room[64];
    room[depth % 64] = 1;
    spin(10);
    if (depth == 0)
        longjmp(t->back, t->id);
    leave(t, depth - 1);
    work = work + room[depth % 64];
}

static int copied(int id)
{
    struct task t = { id, { 0 }, NULL };
    struct task *volatile copy = NULL;
    volatile int returns = 0;
    int code = setjmp(t.back);
    returns = returns + 1;
    if (code == 0) {
        copy = copy_of(&t);
        memset(&t.back, 0xa5, sizeof t.back);
        spin(30);
        leave(copy, 5);
    }
    if (returns < 4) {
        struct task *again = copy_of(copy);
        free(copy);
        copy = again;
        spin(30);
        leave(copy, returns);
    }
    printf("copied %d code %d returns %d\n", id, code, (int)returns);
    free(copy);
    return code;
}

/* Buffers of several activations of one function at once. */
static jmp_buf levels[8];
static int climb(int level, int to)
{
    volatile int visits = 0;
    int code = setjmp(levels[level]);
    visits = visits + 1;
    spin(12);
    if (code == 0 && level < 7)
        return climb(level + 1, to) + visits;
    if (code == 0)
        longjmp(levels[to], 50 + to);
    return code * 10 + visits;
}

static sigjmp_buf resume_at;
static void on_signal(int n)
{
    spin(9);
    siglongjmp(resume_at, n);
}

static int blocked(int n)
{
    sigset_t now;
    sigprocmask(SIG_BLOCK, NULL, &now);
    return sigismember(&now, n);
}

static void from_handler(int save)
{
    volatile int rounds = 0;
    signal(SIGUSR1, on_signal);
    int code = sigsetjmp(resume_at, save);
    if (code) {
        printf("handler %d save %d blocked %d\n", code == SIGUSR1, save, blocked(SIGUSR1));
        sigset_t one;
        sigemptyset(&one);
        sigaddset(&one, SIGUSR1);
        sigprocmask(SIG_UNBLOCK, &one, NULL);
    }
    rounds = rounds + 1;
    spin(20);
    if (rounds < 4)
        raise(SIGUSR1);
    printf("rounds %d\n", (int)rounds);
}

int main(void)
{
    int total = many(3) + many(4);
    for (int id = 1; id < 4; id++)
        total += copied(id);
    for (int to = 0; to < 8; to += 3)
        printf("climb %d\n", climb(0, to));
    from_handler(1);
    from_handler(0);
    printf("total %d work %d\n", total, (int)work);
    return 0;
}
