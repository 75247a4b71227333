// run: -O2 after=points
// check-count: 4 call void @__pop_park()
// The loop of sum goes on while its counter has not met the end of a chunk, and parks between chunks; so does each loop of
// grid, whose outer rounds may have no point in the inner loop. The length of the list is known to nobody: a point every few rounds.
// No point in rest, which has seven rounds at most, and none for the nine of fixed, each of which has nine at most.
struct node { struct node *next; volatile int value; };

long sum(volatile int *values, long count)
{
    long total = 0;
    for (long i = 0; i < count; i++)
        total += values[i];
    return total;
}

void grid(volatile int *values, long rows, long columns)
{
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < columns; j++)
            values[i * columns + j] = i;
}

int length(struct node *list)
{
    int total = 0;
    for (; list; list = list->next)
        total += list->value;
    return total;
}

void rest(volatile int *values, unsigned count)
{
    for (unsigned i = 0; i < (count & 7); i++)
        values[i] = i;
}

void fixed(volatile int *values)
{
#pragma clang loop unroll(disable)
    for (int i = 0; i < 9; i++)
#pragma clang loop unroll(disable)
        for (int j = i + 1; j < 9; j++)
            values[i] = j;
}
