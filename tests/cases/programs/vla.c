// flags: -O2
// Variable-length arrays and alloca, in loops and across recursion, with addresses kept between calls.
#include <stdio.h>
#include <string.h>
#include <alloca.h>

static int weave(int n, int *outer, int outer_n)
{
    int inner[n];
    for (int i = 0; i < n; i++)
        inner[i] = i * n + (outer_n ? outer[i % outer_n] : 0);
    int sum = 0;
    if (n > 1)
        sum = weave(n - 1, inner, n);
    for (int i = 0; i < n; i++)
        sum = sum * 3 + inner[i];
    return sum & 0xffffff;
}

static unsigned chain(int rounds)
{
    struct link { struct link *next; unsigned value; } *head = NULL;
    for (int i = 0; i < rounds; i++) {
        struct link *l = alloca(sizeof *l + (size_t)i);
        l->next = head;
        l->value = (unsigned)i * 7 + 1;
        memset(l + 1, i, (size_t)i);
        head = l;
    }
    unsigned sum = 0;
    for (; head; head = head->next)
        sum = sum * 5 + head->value;
    return sum;
}

static long blocks(int rounds)
{
    long sum = 0;
    for (int i = 1; i < rounds; i++) {
        long a[i];
        for (int k = 0; k < i; k++)
            a[k] = k * i;
        {
            char b[i * 3];
            memset(b, i, sizeof b);
            sum += b[i] + a[i / 2] + (long)sizeof b;
        }
        double (*m)[i] = (double (*)[i])alloca(sizeof(double[2][i]));
        m[1][i - 1] = i;
        sum += (long)m[1][i - 1];
    }
    return sum;
}

int main(void)
{
    printf("%d\n%u\n%ld\n", weave(14, NULL, 0), chain(40), blocks(30));
    return 0;
}
