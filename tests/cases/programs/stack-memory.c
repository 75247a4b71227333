// flags: -O2
// Arrays of variable length in loops, of several dimensions, as parameters, over-aligned; alloca that outlives its block.
#include <alloca.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct node { struct node *next; int value; };
struct aligned { int v; } __attribute__((aligned(64)));

static long grid(int n, int m)
{
    long cells[n][m];
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            cells[i][j] = i * 100 + j;
    long s = (long)sizeof cells;
    for (int i = 0; i < n; i++)
        s += cells[i][(i * 7) % m];
    return s;
}

static long rows(int n, int m, int (*a)[n][m], int row[static n])
{
    long s = 0;
    for (int i = 0; i < n; i++) {
        row[i] += (*a)[i][m - 1];
        s = s * 3 + row[i];
    }
    return s;
}

static long list(int n)
{
    struct node *head = NULL;
    for (int i = 0; i < n; i++) {
        struct node *made = alloca(sizeof *made + (size_t)i);
        made->value = i * i;
        made->next = head;
        head = made;
        char scratch[1 + i % 5];
        memset(scratch, i, sizeof scratch);
        made->value += scratch[i % 5];
    }
    long s = 0;
    for (struct node *p = head; p; p = p->next)
        s = s * 5 + p->value;
    return s;
}

static int shrinking(int n)
{
    int s = 0;
    while (n > 0) {
        int local[n];
        for (int i = 0; i < n; i++)
            local[i] = i + s;
        s += local[n - 1];
        if (s % 5 == 0) {
            n -= 2;
            continue;
        }
        {
            short inner[n + 3];
            inner[n] = (short)s;
            if (n == 3)
                goto out;
            s += inner[n] & 3;
        }
        n--;
    }
out:
    return s;
}

static int over_aligned(int n)
{
    int bad = 0, s = 0;
    for (int i = 1; i <= n; i++) {
        struct aligned fixed = { i }, many[i];
        _Alignas(128) char buffer[i < 3 ? 8 : 16];
        memset(buffer, i, 8);
        many[i - 1].v = i;
        bad += (uintptr_t)&fixed % 64 != 0;
        bad += (uintptr_t)&many[0] % 64 != 0;
        s += fixed.v * many[i - 1].v + buffer[7];
    }
    return s * 10 + bad;
}

static int recursive(int n)
{
    int a[n + 1];
    for (int i = 0; i <= n; i++)
        a[i] = n - i;
    int below = n ? recursive(n - 1) : 0;
    return below + a[n / 2] + (int)(sizeof a / sizeof a[0]);
}

static int (*table(int n))[3]
{
    static int t[4][3];
    for (int i = 0; i < 4; i++)
        t[i][i % 3] = n + i;
    return t;
}

static int steps;
static int counted(void) { return ++steps; }

int main(void)
{
    for (int n = 1; n < 8; n++) {
        int a[n][n + 1], row[n];
        for (int i = 0; i < n; i++) {
            row[i] = i;
            for (int j = 0; j <= n; j++)
                a[i][j] = i ^ j;
        }
        printf("%d: %ld %ld %ld %d %d %d\n", n, grid(n, n + 2), rows(n, n + 1, &a, row), list(n), shrinking(n),
            over_aligned(n), recursive(n));
    }
    int sized[counted() + 2];
    size_t again = sizeof(int[counted()]);
    typedef int vector[counted() + 4];
    vector v;
    v[2] = 5;
    printf("%zu %zu %zu %d %d\n", sizeof sized, again, sizeof(vector), steps, v[2] + table(3)[2][2]);
    return 0;
}
