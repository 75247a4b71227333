// flags: -O2
// Computed goto, loops entered in the middle, Duff's device, switches of every shape, tail calls, statement
// expressions, cleanups on every way out.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined __clang__
#define MUSTTAIL __attribute__((musttail))
#else
#define MUSTTAIL
#endif
#define MAX(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })

static long machine(const unsigned char *code, long a)
{
    static const void *const first[] = { &&add, &&twice, &&jump, &&stop };
    const void *second[4];
    long steps = 0, b = 1;
    memcpy(second, first, sizeof second);
    const void **ops = second;
    const unsigned char *pc = code;
#define NEXT goto *(++steps & 1 ? first : (const void *const *)ops)[*pc++]
    NEXT;
add:
    a += b + *pc++;
    NEXT;
twice:
    b = b * 2 % 1000;
    NEXT;
jump:
    if (steps < 60)
        pc -= *pc;
    else
        pc++;
    NEXT;
stop:
    return a * 1000 + steps;
}

/* Offsets between labels, as interpreters in shared libraries keep them. */
static int relative(int n)
{
    static const int offsets[] = { &&zero - &&zero, &&one - &&zero, &&two - &&zero };
    int s = 0;
    for (int i = 0; i < n; i++) {
        goto *(&&zero + offsets[i % 3]);
zero:
        s += 1;
        continue;
one:
        s += 10;
        continue;
two:
        s += 100;
    }
    return s;
}

static int irreducible(int n)
{
    int x = n, i = 0;
    if (n & 1)
        goto middle;
top:
    x = x * 3 + 1;
    if (i > 40)
        return x & 0xffff;
middle:
    x ^= i++;
    if (x & 4)
        goto other;
    if (i < 30)
        goto top;
    return x & 0xfff;
other:
    x += 7;
    if (i < 35)
        goto middle;
    goto top;
}

static void duff(char *to, const char *from, int count)
{
    int rounds = (count + 7) / 8;
    switch (count % 8) {
    case 0: do { *to++ = *from++;
    case 7:      *to++ = *from++;
    case 6:      *to++ = *from++;
    case 5:      *to++ = *from++;
    case 4:      *to++ = *from++;
    case 3:      *to++ = *from++;
    case 2:      *to++ = *from++;
    case 1:      *to++ = *from++;
            } while (--rounds > 0);
    }
}

static int choose(long long x)
{
    switch (x) {
    case -5 ... -1: return 1;
    case 0: return 2;
    case 1 ... 3: return 3;
    case 1LL << 40: return 4;
    case 0x7fffffffffffffffLL: return 5;
    default: return x > 100 ? 6 : 7;
    }
}

static long odd(long n, long sum);
static long even(long n, long sum)
{
    if (n == 0)
        return sum;
    MUSTTAIL return odd(n - 1, sum + 2);
}
static long odd(long n, long sum)
{
    if (n == 0)
        return -sum;
    MUSTTAIL return even(n - 1, sum * 3 % 10007);
}

static int trace;
static void release(int *v) { trace = trace * 3 + *v; }
static void release_text(char **v) { trace += (int)strlen(*v); free(*v); }

static int cleaned(int n)
{
    for (int i = 0; i < n; i++) {
        __attribute__((cleanup(release))) int a = i;
        __attribute__((cleanup(release_text))) char *text = malloc(32);
        snprintf(text, 32, "%d", i * 1000);
        if (i == 2)
            continue;
        if (i == 5)
            return a;
        if (i == 100)
            goto out;
        a += 2;
    }
out:
    return -1;
}

static _Noreturn void finish(int code)
{
    printf("finish %d\n", code);
    exit(code);
}

static int (*pick(int n))(int)
{
    static int (*const functions[])(int) = { irreducible, relative, cleaned };
    return functions[n % 3];
}
static int (*(*const pickers[])(int))(int) = { pick, pick };

int main(void)
{
    static const unsigned char code[] = { 1, 0, 5, 1, 2, 5, 0, 2, 3 };
    printf("%ld %d\n", machine(code, 4), relative(10));
    for (int i = 0; i < 8; i++) {
        char from[20] = "abcdefghijklmnopqrs", to[20] = "";
        duff(to, from, i + 9);
        printf("%d %s %d\n", irreducible(i), to, MAX(choose(i * 50 - 100), choose(i - 4)));
    }
    printf("%d %d\n", choose(1LL << 40), choose(0x7fffffffffffffffLL));
    printf("%ld %ld\n", even(2001, 1), odd(2001, 1));
    printf("%d %d %d\n", cleaned(4), cleaned(9), trace);
    int s = 0;
    for (int i = 0; i < 6; i++)
        s += pickers[i % 2](i)(i);
    s += ({ int t = 0; for (int i = 0; i < 10; i++) { if (i == 7) break; t += i; } t; });
    printf("%d\n", s);
    finish(s & 63);
}
