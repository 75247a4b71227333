// flags: -O2
// Variadic functions of our own with every type, structs, va_copy, nested and indirect variadic calls.
#include <stdio.h>
#include <stdarg.h>
#include <stdint.h>

struct small { int a, b; };
struct mid { double x; long y; };
struct big { long v[6]; };

static double mix(const char *kinds, ...)
{
    va_list ap, again;
    va_start(ap, kinds);
    va_copy(again, ap);
    double sum = 0;
    for (const char *k = kinds; *k; k++) {
        switch (*k) {
        case 'i': sum = sum * 1.5 + va_arg(ap, int); break;
        case 'l': sum = sum * 1.5 + (double)va_arg(ap, long); break;
        case 'u': sum = sum * 1.5 + va_arg(ap, unsigned); break;
        case 'd': sum = sum * 1.5 + va_arg(ap, double); break;
        case 'q': sum = sum * 1.5 + (double)va_arg(ap, long double); break;
        case 'p': sum = sum * 1.5 + *va_arg(ap, int *); break;
        case 's': { struct small v = va_arg(ap, struct small); sum = sum * 1.5 + v.a - v.b; break; }
        case 'm': { struct mid v = va_arg(ap, struct mid); sum = sum * 1.5 + v.x + (double)v.y; break; }
        case 'b': { struct big v = va_arg(ap, struct big); sum = sum * 1.5 + (double)(v.v[0] + v.v[5]); break; }
        case 'w': { __int128 v = va_arg(ap, __int128); sum = sum * 1.5 + (double)(int64_t)(v >> 60); break; }
        }
    }
    va_end(ap);
    sum += kinds[0] == 'i' ? va_arg(again, int) : 0;
    va_end(again);
    return sum;
}

static long sum_list(int n, va_list ap)
{
    long s = 0;
    while (n-- > 0)
        s += va_arg(ap, long);
    return s;
}

static long sum(int n, ...)
{
    va_list ap;
    va_start(ap, n);
    long s = sum_list(n, ap);
    va_end(ap);
    return s;
}

int main(void)
{
    int seven = 7;
    struct small s = { 10, 3 };
    struct mid m = { 2.25, -9 };
    struct big b = { { 1, 2, 3, 4, 5, 60 } };
    double (*indirect)(const char *, ...) = mix;
    double total = 0;
    for (int i = 0; i < 10; i++) {
        total += mix("iludqp", i, 100000000000L + i, 4000000000u, i * 0.5, 1.25L * i, &seven);
        total -= indirect("smbwidq", s, m, b, (__int128)i << 61, -i, 3.5, 0.5L);
        total += mix("dddddddddddd", 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12.);
        total += mix("iqiqsqw", 1, 2.0L, 3, 4.0L, s, 5.0L, (__int128)6 << 60);
        total += (double)sum(9, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, (long)i);
    }
    printf("%.10f\n", total);
    return 0;
}
