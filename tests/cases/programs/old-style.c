// flags: -O2 -std=gnu89 -w
// Definitions and calls as they were before prototypes, and calls that do not match what they reach.
#include <stdio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static volatile int keep;
static pause_() { int i; for (i = 0; i < 4; i++) keep = keep + 1; }

static add(a, b, c)
    char b;
    short c;
{
    pause_();
    return a + b + c;
}

static double scale(x, f, n)
    double x;
    float f;
    long n;
{
    pause_();
    return x * f + n;
}

struct pair { int a; double b; };
static struct pair swap(p, by) struct pair p; struct pair *by; { p.a += by->a; p.b -= by->b; pause_(); return p; }

/* Tables of functions of any kind. */
static int one(int a) { pause_(); return a * 2; }
static int two(int a, int b) { pause_(); return a * 10 + b; }
static int none(void) { pause_(); return 5; }
static int (*table[])() = { one, two, none };

/* Callers pass more than callees take, or ignore what comes back. */
typedef long (*wide)(long, long, long, long);
typedef void (*silent)(int);
static int compare(const char **a, const char **b) { pause_(); return strcmp(*a, *b); }
static void visit(int *slot) { pause_(); *slot += 7; }
static void each(int *a, int n, void (*f)(void *)) { int i; for (i = 0; i < n; i++) f(&a[i]); }

/* Variable arguments, reached through pointers of other types. */
static long total(int n, ...)
{
    va_list ap;
    long s = 0;
    va_start(ap, n);
    while (n-- > 0)
        s = s * 3 + va_arg(ap, int);
    va_end(ap);
    pause_();
    return s;
}
static int plain(int a, int b, int c) { pause_(); return a * 100 + b * 10 + c; }
/* What its callers pass as int it reads as long. */
static long longs(int n, ...)
{
    va_list ap;
    long sum = 0;
    va_start(ap, n);
    while (n-- > 0) {
        sum += va_arg(ap, long);
        pause_();
    }
    va_end(ap);
    return sum;
}

typedef long (*fixed3)(int, int, int);
typedef long (*fixed6)(int, int, int, int, int, int);
typedef int (*variable)(int, ...);
typedef int (*unknown)();

main(argc, argv)
    char **argv;
{
    int i, slots[3] = { 1, 2, 3 };
    const char *words[4] = { "pear", "apple", "fig", "date" };
    struct pair p = { 1, 2.5 }, q = { 3, 0.5 };
    fixed3 volatile f3 = (fixed3)total;
    fixed6 volatile f6 = (fixed6)total;
    variable volatile v = (variable)plain;
    unknown volatile u = (unknown)total, w = (unknown)plain;
    for (i = 0; i < 5; i++) {
        p = swap(p, &q);
        printf("%d %.3f %d %.2f\n", add(i, 'a', 300), scale(1.5, 2.5, (long)i), p.a, p.b);
        printf("%d %d %d\n", table[0](i), table[1](i, 3), table[2]());
        printf("%ld\n", (long)(int)((wide)(void *)one)(i, 2, 3, 4));
        ((silent)(void *)two)(i);
        printf("%ld %ld %d %d %d\n", f3(2, i, 9), f6(5, 1, 2, 3, 4, i), v(i, 2, 3), (int)u(3, i, 5, 6), w(1, i, 3));
        printf("%ld\n", longs(3, -1L, -1L, -1L));
        printf("%ld %lx\n", longs(3, i, 3, 5), i);
    }
    qsort(words, 4, sizeof *words, (int (*)(const void *, const void *))compare);
    each(slots, 3, (void (*)(void *))visit);
    printf("%s %s %d %d\n", words[0], words[3], slots[0], slots[2]);
    return undeclared(argc, 3);
}

undeclared(a, b) { return a * b; }
