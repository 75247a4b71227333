// flags: -O2
// What is live at a point: values of every type, more of them than the red zone holds, loops in loops, points one path
// passes and another does not, variables that swap places.
#include <stdint.h>
#include <stdio.h>

struct node { struct node *next; uint32_t value; };
typedef float f4 __attribute__((vector_size(16)));
typedef unsigned w16 __attribute__((vector_size(64)));

static struct node nodes[40];

// One loop variable of each kind, none of which fits the same register.
__attribute__((noinline)) static void kinds(const struct node *at)
{
    _Bool odd = 0;
    int8_t small = 1;
    uint16_t half = 2;
    __int128 wide = 3;
    float single = 4;
    double twice = 5;
    long double quad = 6;
    f4 four = { 1, 2, 3, 4 };
    w16 many = { 1, 2, 3 };
    for (; at; at = at->next) {
        odd ^= at->value & 1;
        small = small * 3 + (int8_t)at->value;
        half ^= half << 3 ^ at->value;
        wide = wide * 1000003 + at->value;
        single = single * 0.5f + at->value % 16;
        twice = twice * 0.25 + at->value;
        quad = quad * 0.125L + at->value;
        four = four * 0.5f + (float)(at->value % 8);
        many = many * 5 + at->value;
    }
    printf("%d %d %u %llx %g %g %Lg %g %g %u %u\n", odd, small, half, (unsigned long long)(wide >> 40), single, twice,
        quad, four[0], four[3], many[0], many[15]);
}

// 70 sums at once: more than 512 bytes.
__attribute__((noinline)) static uint64_t crowd(const struct node *at)
{
    uint64_t sums[70];
#pragma clang loop unroll(full)
    for (int i = 0; i < 70; i++)
        sums[i] = i;
    for (; at; at = at->next) {
#pragma clang loop unroll(full)
        for (int i = 0; i < 70; i++)
            sums[i] = sums[i] * (i + 3) + (at->value >> i % 8);
    }
    uint64_t all = 0;
#pragma clang loop unroll(full)
    for (int i = 0; i < 70; i++)
        all = all * 31 ^ sums[i];
    return all;
}

// Three loops of unknown length round each other, entered in the middle, with variables that change places.
__attribute__((noinline)) static long nest(const struct node *outer, long a, long b)
{
    long c = 1;
    if (a & 1)
        goto inside;
    while (outer) {
        for (const struct node *in = outer; in; in = in->next->next) {
            long t = a;
            a = b ^ in->value;
            b = t + c;
            if (!in->next)
                break;
            for (const struct node *deep = in; deep && deep->value % 7; deep = deep->next)
                c += deep->value * (b & 3);
        }
    inside:
        outer = outer->next;
        if (outer && outer->value % 5 == 0)
            a += b;
    }
    return a ^ b << 1 ^ c << 2;
}

int main(void)
{
    for (int i = 0; i < 40; i++)
        nodes[i] = (struct node){ i < 39 ? &nodes[i + 1] : 0, (unsigned)i * 2654435761u >> 7 };
    kinds(nodes);
    printf("%llx\n", (unsigned long long)crowd(nodes));
    printf("%lx %lx\n", nest(nodes, 3, 4), nest(nodes, 4, 3));
    return 0;
}
