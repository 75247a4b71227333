// flags: -O2
// Guaranteed tail calls: an interpreter whose instructions call each other, chains too long for any stack, results of
// every kind, locals and armed jumps that are gone when the call is made.
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#if defined __clang__
#define TAIL __attribute__((musttail))
#define BOUNCES 1000000
#else
#define TAIL
#define BOUNCES 1000
#endif
#define APART __attribute__((noinline))

struct machine {
    const unsigned char *code;
    long steps;
    char text[32];
};
typedef long instruction(struct machine *m, int pc, long a, long b);
static instruction stop, add, mix, loop, deep, text;
static instruction *const instructions[] = { stop, add, mix, loop, deep, text };
#define NEXT(a, b) TAIL return instructions[m->code[pc + 1]](m, pc + 1, a, b)

APART static void scramble(long *values, int n)
{
    for (int i = 1; i < n; i++)
        values[i] = values[i - 1] * 31 % 1009 + i;
}

APART static long sum_to(long n) { return n == 0 ? 0 : n + sum_to(n - 1); }

static long stop(struct machine *m, int pc, long a, long b)
{
    if (--m->steps == 0)
        return a * 31 + b;
    TAIL return instructions[m->code[0]](m, 0, b, a + pc);
}

static long add(struct machine *m, int pc, long a, long b) { NEXT(a + b, b + 1); }

// Its locals lie in memory that is given up before the call.
static long mix(struct machine *m, int pc, long a, long b)
{
    long values[8] = { a % 1000 };
    scramble(values, 8);
    NEXT(values[7] + b, values[3]);
}

static long loop(struct machine *m, int pc, long a, long b)
{
    for (int i = 0; i < 20; i++) {
        a = (a * 7 + b) % 100003;
        b ^= a >> (i & 3);
    }
    NEXT(a, b);
}

static long deep(struct machine *m, int pc, long a, long b) { NEXT(a + sum_to(b & 15), b); }

static long text(struct machine *m, int pc, long a, long b)
{
    char buffer[32];
    snprintf(buffer, sizeof buffer, "%ld/%ld", a % 97, b % 89);
    strcpy(m->text, buffer);
    NEXT(a + buffer[0], b);
}

// A frame each would be 100 MB.
static long even(long n, long sum);
static long odd(long n, long sum);
static long (*volatile to_even)(long, long) = even, (*volatile to_odd)(long, long) = odd;
static long even(long n, long sum)
{
    if (n == 0)
        return sum;
    TAIL return to_odd(n - 1, (sum + n) & 0xffff);
}
static long odd(long n, long sum)
{
    if (n == 0)
        return -sum;
    TAIL return to_even(n - 1, sum ^ (n & 0xff));
}
static long unrolled(long n)
{
    long sum = 0;
    for (; n > 0; n -= 2)
        sum = ((sum + n) & 0xffff) ^ ((n - 1) & 0xff);
    return sum;
}

struct wide { long values[6]; };
static struct wide fill(int n, struct wide w)
{
    for (int i = 0; i < 6; i++)
        w.values[i] = w.values[i] * 3 + n;
    if (n == 0)
        return w;
    return fill(n - 1, w);
}
static struct wide wide_of(int n) { struct wide w = { { n } }; return fill(n, w); }
static struct wide (*volatile to_wide)(int) = wide_of;
static struct wide wide_by_tail(int n)
{
    scramble(&(long[4]){ n }[0], 4);
    TAIL return to_wide(n + 1);
}

static double halve(double x, int n)
{
    if (n == 0)
        return x;
    for (int i = 0; i < 3; i++)
        x = x * 0.75 + 1;
    TAIL return halve(x, n - 1);
}

static __int128 grow(__int128 x, int n)
{
    if (n == 0)
        return x;
    scramble(&(long[3]){ n }[0], 3);
    TAIL return grow(x * 1000003 + n, n - 1);
}

static int seen;
static void see(int n)
{
    for (int i = 0; i < n; i++)
        seen = (seen * 5 + i) % 10007;
    if (n > 0)
        TAIL return see(n - 1);
}

// What is armed ends with the frame that armed it.
static jmp_buf back;
APART static void jump(int n)
{
    for (int i = 0; i < n; i++)
        seen += i;
    longjmp(back, n);
}
static long jumped(long n, long sum)
{
    volatile long kept = sum;
    if (setjmp(back) == 0)
        jump((int)n + 1);
    sum = kept + seen % 13;
    if (n == 0)
        return sum;
    TAIL return jumped(n - 1, sum);
}

int main(void)
{
    static const unsigned char code[] = { 1, 2, 3, 4, 1, 5, 2, 0 };
    struct machine m = { .code = code, .steps = 300 };
    printf("%ld\n", instructions[code[0]](&m, 0, 1, 2));
    printf("%s\n", m.text);
    printf("%d\n", to_even(BOUNCES, 0) == unrolled(BOUNCES));
    struct wide w = wide_by_tail(20);
    printf("%ld %ld\n", w.values[0], w.values[5]);
    printf("%.17g\n", halve(1000, 50));
    __int128 big = grow(1, 20);
    printf("%llx %llx\n", (unsigned long long)(big >> 64), (unsigned long long)big);
    see(40);
    printf("%d\n", seen);
    printf("%ld\n", jumped(10, 3));
    return 0;
}
