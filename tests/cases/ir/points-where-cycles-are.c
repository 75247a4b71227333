// run: -O1 after=points
// check-count: 3 call void @__pop_park()
// One in the inner loop of nest (its outer loop passes it every round), one in wait, one for the recursion.
// None for the loop of four rounds.
int read_byte(const unsigned char *place);

int nest(const unsigned char *bytes, int rows)
{
    int total = 0, row = 0;
    do {
        int column = 0;
        do
            total += read_byte(bytes++);
        while (++column < rows);
    } while (++row < rows);
    return total;
}

void wait(volatile int *flag)
{
    while (!*flag)
        ;
}

void four(volatile int *place)
{
#pragma clang loop unroll(disable)
    for (int i = 0; i < 4; i++)
        *place = i;
}

long fib(long n)
{
    if (n < 2)
        return n;
    long first = fib(n - 1);
    long second = fib(n - 2);
    return first ^ second;
}
