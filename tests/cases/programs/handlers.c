// flags: -O2
// Signal handlers on the alternate stack and nested, masks, floating point and large frames inside them, siginfo, jumps out.
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static char space[65536];
static volatile sig_atomic_t count[65], depth, deepest, value;
static volatile double result;
static volatile int keep;
static sigjmp_buf out;

static void pause_(void) { for (int i = 0; i < 8; i++) keep = keep + 1; }

static double compute(int n)
{
    double a[200];
    for (int i = 0; i < 200; i++)
        a[i] = sqrt(i * n);
    pause_();
    return a[n % 200] + a[199];
}

static void with_info(int n, siginfo_t *info, void *context)
{
    depth = depth + 1;
    if (depth > deepest)
        deepest = depth;
    count[n] = count[n] + (info->si_signo == n) + (context != NULL);
    result = result + compute(n);
    if (n == SIGUSR1 && depth < 3)
        raise(SIGUSR2);
    if (info->si_code == SI_QUEUE)
        value = info->si_value.sival_int;
    depth = depth - 1;
}

static void jump(int n)
{
    result = result + compute(n);
    depth = 0;
    siglongjmp(out, n);
}

static void once(int n) { count[n] = count[n] + 1; }

static int recurse(int n)
{
    char room[100];
    memset(room, n, sizeof room);
    if (n % 4 == 0)
        raise(SIGUSR1);
    int below = n ? recurse(n - 1) : 0;
    pause_();
    return below + room[n];
}

static void on_fault(int n, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    siglongjmp(out, n + 100);
}

int main(void)
{
    stack_t stack = { .ss_sp = space, .ss_size = sizeof space }, old;
    sigaltstack(&stack, NULL);
    struct sigaction action = { .sa_sigaction = with_info, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    sigaction(SIGUSR1, &action, NULL);
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGUSR2, &action, NULL);
    struct sigaction jumps = { .sa_handler = jump, .sa_flags = SA_ONSTACK }, single = { .sa_handler = once };
    single.sa_flags = (int)SA_RESETHAND;
    sigaction(SIGTERM, &jumps, NULL);
    int total = 0;
    for (int i = 0; i < 6; i++) {
        total += recurse(i + 8);
        volatile int before = i;
        int code = sigsetjmp(out, 1);
        pause_();
        if (code == 0) {
            before = before + 10;
            kill(getpid(), SIGTERM);
        }
        sigset_t mask;
        sigprocmask(SIG_BLOCK, NULL, &mask);
        sigaltstack(NULL, &old);
        printf("%d %d %d %d %d\n", code, before, sigismember(&mask, SIGTERM), old.ss_sp == space, old.ss_flags);
    }
    sigaction(SIGINT, &single, NULL);
    raise(SIGINT);
    struct sigaction now;
    sigaction(SIGINT, NULL, &now);
    printf("%d %d\n", count[SIGINT], now.sa_handler == SIG_DFL);
    sigset_t block, pending;
    sigemptyset(&block);
    sigaddset(&block, SIGUSR2);
    sigprocmask(SIG_BLOCK, &block, NULL);
    int before = count[SIGUSR2];
    union sigval v = { .sival_int = 4711 };
    sigqueue(getpid(), SIGUSR2, v);
    sigpending(&pending);
    printf("pending %d delivered %d\n", sigismember(&pending, SIGUSR2), count[SIGUSR2] - before);
    sigprocmask(SIG_UNBLOCK, &block, NULL);
    printf("delivered %d value %d\n", count[SIGUSR2] - before, (int)value);
    struct sigaction fault = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    sigaction(SIGSEGV, &fault, NULL);
    for (volatile int i = 0; i < 3; i++) {
        int code = sigsetjmp(out, 1);
        pause_();
        if (code == 0)
            *(volatile int *)(size_t)(16 + i * 8) = 1;
        printf("fault %d\n", code);
    }
    printf("%d %d %d %d %.6f\n", total, count[SIGUSR1], count[SIGUSR2], deepest, (double)result);
    return 0;
}
