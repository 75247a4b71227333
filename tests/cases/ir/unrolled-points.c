// run: -O2 after=points
// check-count: 2 call void @__pop_park()
// check-count: 6 load i32, ptr
// Walking the list has a point once in four rounds, at their end; a loop that shall be small has it in each (its two loads
// are there once, whatever the level).
struct node { struct node *next; int value; };

int sum(const struct node *list)
{
    int total = 0;
    for (; list; list = list->next)
        total = total * 31 ^ list->value;
    return total;
}

__attribute__((cold)) int small(const struct node *list, const int *table)
{
    int total = 0;
    for (; list; list = list->next)
        total = total * 31 ^ table[list->value & 7];
    return total;
}
