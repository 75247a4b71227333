// flags: -O2
// Nested integer and floating-point loops, an irreducible one, and one that never calls anything.
#include <stdio.h>
#include <stdint.h>

static uint32_t collatz_longest(uint32_t limit)
{
    uint32_t best = 0, best_length = 0;
    for (uint32_t start = 1; start < limit; start++) {
        uint64_t n = start;
        uint32_t length = 1;
        while (n != 1) {
            n = n & 1 ? 3 * n + 1 : n / 2;
            length++;
        }
        if (length > best_length) {
            best_length = length;
            best = start;
        }
    }
    return best;
}

static double leibniz(int terms)
{
    double sum = 0, sign = 1;
    for (int i = 0; i < terms; i++, sign = -sign)
        sum += sign / (2 * i + 1);
    return 4 * sum;
}

static unsigned irreducible(unsigned n)
{
    unsigned a = 1, b = 2;
    if (n & 1)
        goto middle;
top:
    a = a * 31 + b;
    if (a % 7 == 0)
        b += 3;
middle:
    b = b * 17 ^ a;
    if (n-- > 1)
        goto top;
    return a ^ b;
}

static void matrix(int n, float out[n][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            float sum = 0;
            for (int k = 0; k < n; k++)
                sum += (float)(i + k) * (float)(k - j) * 0.25f;
            out[i][j] = sum;
        }
}

int main(void)
{
    printf("collatz %u\n", collatz_longest(400));
    printf("leibniz %.12f\n", leibniz(500));
    for (unsigned n = 10; n < 14; n++)
        printf("irreducible %u\n", irreducible(n * 9));
    float m[6][6];
    matrix(6, m);
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++)
            printf("%g%c", m[i][j], j == 5 ? '\n' : ' ');
    return 7;
}
