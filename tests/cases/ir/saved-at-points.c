// run: -O2 after=sites
// check: [ "deopt"() ]
// check-not: "deopt"(i
// check-not: "deopt"(ptr
// check: store i64 %
// A point's record is empty: what is live lies below the data-stack pointer.
struct node { struct node *next; long value; };

long sum(const struct node *list, long a, long b)
{
    for (; list; list = list->next) {
        a += list->value ^ b;
        b = b * 5 + list->value;
    }
    return a - b;
}
