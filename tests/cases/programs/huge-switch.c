// flags: -O2
// Switches of hundreds of cases in a loop, dense and sparse, each case with a call that can be moved in, and one that falls
// through all of them.
#include <stdint.h>
#include <stdio.h>

#define FOUR(M, n) M(n) M(n + 1) M(n + 2) M(n + 3)
#define SIXTEEN(M, n) FOUR(M, n) FOUR(M, n + 4) FOUR(M, n + 8) FOUR(M, n + 12)
#define MANY(M, n) SIXTEEN(M, n) SIXTEEN(M, n + 16) SIXTEEN(M, n + 32) SIXTEEN(M, n + 48)
#define ALL(M) MANY(M, 0) MANY(M, 64) MANY(M, 128) MANY(M, 192)

static volatile int rounds = 3;

__attribute__((noinline)) static uint64_t step(uint64_t x, int n)
{
    for (int i = 0; i < rounds; i++)
        x = x * 6364136223846793005u + n;
    return x;
}

__attribute__((noinline)) static uint64_t dense(uint64_t a, uint64_t b, int count)
{
    double c = 1;
    for (int i = 0; i < count; i++) {
        switch (a % 256) {
#define CASE(n) case n: b = step(a + b, (n)) ^ (a << (n) % 13); c += (double)(n) / (a % 7 + 1); break;
        ALL(CASE)
        }
        a += b >> 5;
    }
    printf("%.9g\n", c);
    return a ^ b;
}

__attribute__((noinline)) static uint64_t sparse(uint64_t a, int count)
{
    uint64_t hits = 0;
    for (int i = 0; i < count; i++) {
        switch (a) {
#define RARE(n) case (n) * 977u * (n): a = step(a, (n)); hits += (n); break;
        ALL(RARE)
        default: a = step(a, 1);
        }
        int k = (int)(a >> 33) % 256;
        a = i % 2 ? a : (uint64_t)k * 977u * k;
    }
    return a ^ hits;
}

__attribute__((noinline)) static uint64_t falling(int from, uint64_t a)
{
    switch (from) {
#define NEXT(n) case n: a = step(a ^ (n), (n)); /* fall through */
    ALL(NEXT)
    }
    return a;
}

int main(void)
{
    printf("%llu\n", (unsigned long long)dense(7, 11, 300));
    printf("%llu\n", (unsigned long long)sparse(5, 300));
    for (int from = 0; from < 260; from += 52)
        printf("%llu\n", (unsigned long long)falling(from, from));
    return 0;
}
