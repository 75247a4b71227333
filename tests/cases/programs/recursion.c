// flags: -O2
// Recursion whose frames hold arrays and addresses of locals, mutual recursion, and deep stacks.
#include <stdio.h>
#include <string.h>

static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

static int is_odd(unsigned n);
static int is_even(unsigned n) { return n == 0 ? 1 : is_odd(n - 1); }
static int is_odd(unsigned n) { return n == 0 ? 0 : is_even(n - 1); }

static int ackermann(int m, int n)
{
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

struct frame { struct frame *caller; int depth; char name[24]; };

static int sum_chain(const struct frame *f)
{
    int sum = 0;
    for (; f; f = f->caller)
        sum += f->depth * (int)strlen(f->name);
    return sum;
}

static int descend(struct frame *caller, int depth)
{
    struct frame here = { caller, depth, "" };
    for (int i = 0; i <= depth % 20; i++)
        here.name[i] = (char)('a' + i);
    if (depth == 40)
        return sum_chain(&here);
    int below = descend(&here, depth + 1);
    return below + here.name[depth % 20] + (int)strlen(here.name);
}

static void hanoi(int n, int from, int to, int via, int *moves, unsigned *hash)
{
    if (n == 0)
        return;
    hanoi(n - 1, from, via, to, moves, hash);
    ++*moves;
    *hash = *hash * 33 + (unsigned)(from * 3 + to);
    hanoi(n - 1, via, to, from, moves, hash);
}

static int permute(int *a, int n, int k, unsigned *hash)
{
    if (k == n) {
        for (int i = 0; i < n; i++)
            *hash = *hash * 31 + (unsigned)a[i];
        return 1;
    }
    int count = 0;
    for (int i = k; i < n; i++) {
        int t = a[k]; a[k] = a[i]; a[i] = t;
        count += permute(a, n, k + 1, hash);
        t = a[k]; a[k] = a[i]; a[i] = t;
    }
    return count;
}

int main(void)
{
    printf("fib %d\n", fib(12));
    printf("even %d odd %d\n", is_even(101), is_odd(101));
    printf("ackermann %d\n", ackermann(2, 5));
    printf("descend %d\n", descend(NULL, 0));
    int moves = 0;
    unsigned hash = 5381;
    hanoi(6, 0, 2, 1, &moves, &hash);
    printf("hanoi %d %u\n", moves, hash);
    int a[5] = { 1, 2, 3, 4, 5 };
    hash = 0;
    int count = permute(a, 5, 0, &hash);
    printf("permute %d %u\n", count, hash);
    return 0;
}
