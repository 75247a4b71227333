// flags: -O1 -pthread
// Alternate signal stacks: handlers' locals lie on them, sigaltstack's answers and refusals inside and outside, nesting,
// none in a new thread, and a stack overflow that a handler reports, again and again.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { BYTES = 65536 };

static _Alignas(16) char main_space[BYTES], thread_space[BYTES];
static volatile int keep;
static sigjmp_buf out;

static void pause_(void) { for (int i = 0; i < 8; i++) keep = keep + 1; }

static int lies_in(const void *p, const char *space) { return (const char *)p >= space && (const char *)p < space + BYTES; }

static void tell(const char *where, const void *local)
{
    stack_t now, other = { .ss_sp = thread_space, .ss_size = BYTES };
    sigaltstack(NULL, &now);
    int refused = now.ss_flags == SS_ONSTACK && sigaltstack(&other, NULL) == -1 && errno == EPERM;
    printf("%s: local on stack %d, flags %d, size %zu, change refused %d\n", where, lies_in(local, main_space),
        now.ss_flags & 3, now.ss_size, refused);
}

static void inner(int n)
{
    char room[3000];
    memset(room, n, sizeof room);
    pause_();
    tell("inner", room);
}

static void outer(int n)
{
    char room[3000];
    memset(room, n, sizeof room);
    tell("outer", room);
    raise(SIGUSR2);
    pause_();
    tell("outer again", room);
    for (size_t i = 0; i < sizeof room; i++)
        if (room[i] != n)
            printf("overwritten at %zu\n", i);
}

static void leaves(int n)
{
    char room[100];
    memset(room, n, sizeof room);
    tell("leaves", room);
    siglongjmp(out, 1);
}

static void overflown(int n, siginfo_t *info, void *context)
{
    int local = n;
    (void)context;
    printf("overflow: local on stack %d, address told %d\n", lies_in(&local, thread_space), info->si_addr != NULL);
    siglongjmp(out, 2);
}

__attribute__((noinline)) static int deeper(int n)
{
    char room[2000];
    memset(room, n, sizeof room);
    pause_();
    return deeper(n + 1) + room[n % 2000];
}

static void *in_thread(void *unused)
{
    stack_t before, mine = { .ss_sp = thread_space, .ss_size = BYTES };
    (void)unused;
    sigaltstack(NULL, &before);
    printf("thread: flags at its start %d\n", before.ss_flags);
    sigaltstack(&mine, NULL);
    for (volatile int i = 0; i < 3; i++) {
        int code = sigsetjmp(out, 1);
        if (code == 0)
            deeper(i);
        pause_();
        printf("round %d: %d\n", i, code);
    }
    return NULL;
}

static void handle(int signal, void (*handler)(int), int flags)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
    sigaction(signal, &action, NULL);
}

int main(void)
{
    int local = 0;
    stack_t stack = { .ss_sp = main_space, .ss_size = BYTES }, old;
    handle(SIGUSR1, outer, SA_ONSTACK);
    handle(SIGUSR2, inner, SA_ONSTACK);
    handle(SIGTERM, leaves, SA_ONSTACK);
    tell("none yet", &local);
    sigaltstack(&stack, NULL);
    tell("main", &local);
    stack_t small = { .ss_sp = main_space, .ss_size = 1024 };
    int result = sigaltstack(&small, NULL);
    printf("too small: %d %d\n", result, errno == ENOMEM);
    for (volatile int i = 0; i < 2; i++) {
        raise(SIGUSR1);
        pause_();
        if (!sigsetjmp(out, 1))
            raise(SIGTERM);
        pause_();
        tell("back", &local);
    }
    handle(SIGUSR1, outer, 0);
    raise(SIGUSR1);

    struct sigaction fault = { .sa_sigaction = overflown, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    sigaction(SIGSEGV, &fault, NULL);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 131072);
    pthread_t thread;
    pthread_create(&thread, &attributes, in_thread, NULL);
    pthread_join(thread, NULL);
    stack.ss_flags = SS_DISABLE;
    sigaltstack(&stack, &old);
    tell("disabled", &local);
    return 0;
}
