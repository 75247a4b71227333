// Integer sort: counting by bucket, ranking, checking, as NPB's IS does. Argument: log2 of the number of keys.
#include <stdio.h>
#include <stdlib.h>

enum { BUCKETS = 1 << 11 };

int main(int argc, char **argv)
{
    int bits = argc > 1 ? atoi(argv[1]) : 20, n = 1 << bits;
    unsigned *keys = malloc(sizeof *keys * n), *sorted = malloc(sizeof *sorted * n), seed = 314159265;
    unsigned *first = malloc(sizeof *first * (BUCKETS + 1)), *next = malloc(sizeof *next * BUCKETS);
    unsigned long checksum = 0;
    for (int i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        keys[i] = seed >> 10;
    }
    for (int round = 0; round < 10; round++) {
        keys[round] = round;
        keys[n - 1 - round] = 4194303 - round;
        for (int pass = 0; pass < 2; pass++) {
            const unsigned *from = pass ? sorted : keys;
            unsigned *to = pass ? keys : sorted;
            for (int b = 0; b <= BUCKETS; b++)
                first[b] = 0;
            for (int i = 0; i < n; i++)
                first[(from[i] >> (pass * 11) & (BUCKETS - 1)) + 1]++;
            for (int b = 0; b < BUCKETS; b++)
                next[b] = first[b + 1] += first[b];
            for (int b = BUCKETS - 1; b > 0; b--)
                next[b] = first[b];
            next[0] = 0;
            for (int i = 0; i < n; i++)
                to[next[from[i] >> (pass * 11) & (BUCKETS - 1)]++] = from[i];
        }
        for (int i = 1; i < n; i++)
            checksum += keys[i] - keys[i - 1] + (keys[i] < keys[i - 1]) * 1000000007ul;
    }
    printf("%lu\n", checksum);
}
