// flags: -O2
// Handlers installed before a move run after it; masks, alternate stack, nested raise, timers.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t usr1, usr2, alarms, on_alternate;
static char alternate[65536];

static void on_usr1(int signal) { usr1 += signal == SIGUSR1; if (usr1 % 5 == 0) raise(SIGUSR2); }
static void on_usr2(int signal, siginfo_t *info, void *context)
{
    char here;
    (void)context;
    usr2 += signal == SIGUSR2 && info->si_signo == SIGUSR2;
    on_alternate += &here != NULL;
}
static void on_alarm(int signal) { (void)signal; alarms++; }

int main(void)
{
    stack_t stack = { .ss_sp = alternate, .ss_size = sizeof alternate };
    sigaltstack(&stack, NULL);
    struct sigaction sa = { .sa_handler = on_usr1 };
    sigaction(SIGUSR1, &sa, NULL);
    struct sigaction info = { .sa_sigaction = on_usr2, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    sigaction(SIGUSR2, &info, NULL);
    sigset_t block, old;
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    for (int i = 0; i < 30; i++) {
        if (i % 3 == 0)
            sigprocmask(SIG_BLOCK, &block, &old);
        int before = usr1;
        raise(SIGUSR1);
        if (i % 3 == 0) {
            if (usr1 != before)
                return 1;
            sigprocmask(SIG_SETMASK, &old, NULL);
        }
        if (usr1 != before + 1)
            return 2;
    }
    signal(SIGALRM, on_alarm);
    alarm(1);
    while (!alarms)
        pause();
    struct sigaction now;
    sigaction(SIGUSR1, NULL, &now);
    printf("%d %d %d %d %d\n", usr1, usr2, alarms, on_alternate, now.sa_handler == on_usr1);
    return 0;
}
