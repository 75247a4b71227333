// flags: -O2
// malloc, calloc, realloc and free in every size class and above it, with the contents checked all the time.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>

#define SLOTS 64
static struct { unsigned char *p; size_t n; unsigned char tag; } slots[SLOTS];
static uint32_t seed = 7;
static uint32_t next(void) { seed ^= seed << 13; seed ^= seed >> 17; seed ^= seed << 5; return seed; }

static int check(int i)
{
    for (size_t k = 0; k < slots[i].n; k += 1 + slots[i].n / 64)
        if (slots[i].p[k] != (unsigned char)(slots[i].tag + k))
            return 0;
    return 1;
}

static void fill(int i)
{
    for (size_t k = 0; k < slots[i].n; k++)
        slots[i].p[k] = (unsigned char)(slots[i].tag + k);
}

int main(void)
{
    unsigned long bad = 0, total = 0;
    for (int step = 0; step < 600; step++) {
        int i = (int)(next() % SLOTS);
        size_t n = step % 50 == 49 ? 150000 + next() % 100000 : next() % 700 + 1;
        bad += !check(i);
        switch (next() % 3) {
        case 0:
            free(slots[i].p);
            slots[i].p = NULL;
            slots[i].n = 0;
            break;
        case 1:
            free(slots[i].p);
            slots[i].p = malloc(n);
            slots[i].n = n;
            break;
        default:
            slots[i].p = realloc(slots[i].p, n);
            slots[i].n = n;
            break;
        }
        slots[i].tag = (unsigned char)step;
        fill(i);
        total += n;
    }
    for (int i = 0; i < SLOTS; i++) {
        bad += !check(i);
        free(slots[i].p);
    }
    char *zero = calloc(1000, 3);
    for (int k = 0; k < 3000; k++)
        bad += zero[k] != 0;
    free(zero);
    printf("bad %lu total %lu\n", bad, total);
    return bad != 0;
}
