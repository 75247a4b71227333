// Merge sort of a linked list, with the comparison through a function pointer. Argument: thousands of nodes.
#include <stdio.h>
#include <stdlib.h>

struct node { struct node *next; unsigned key; };

static int ascending(const struct node *a, const struct node *b) { return (a->key > b->key) - (a->key < b->key); }
static int by_low_bits(const struct node *a, const struct node *b) { return (int)(a->key & 0xffff) - (int)(b->key & 0xffff); }

static struct node *sort(struct node *list, int (*compare)(const struct node *, const struct node *))
{
    if (!list || !list->next)
        return list;
    struct node *slow = list, *fast = list->next;
    while (fast && fast->next) {
        slow = slow->next;
        fast = fast->next->next;
    }
    struct node *right = slow->next, *merged = NULL, **end = &merged;
    slow->next = NULL;
    list = sort(list, compare);
    right = sort(right, compare);
    while (list && right) {
        struct node **less = compare(right, list) < 0 ? &right : &list;
        *end = *less;
        end = &(*less)->next;
        *less = (*less)->next;
    }
    *end = list ? list : right;
    return merged;
}

int main(int argc, char **argv)
{
    int nodes = 1000 * (argc > 1 ? atoi(argv[1]) : 200);
    struct node *list = NULL;
    unsigned seed = 5;
    for (int i = 0; i < nodes; i++) {
        struct node *added = malloc(sizeof *added);
        seed = seed * 1664525u + 1013904223u;
        added->key = seed >> 4;
        added->next = list;
        list = added;
    }
    unsigned long checksum = 0;
    for (int round = 0; round < 4; round++) {
        list = sort(list, round % 2 ? ascending : by_low_bits);
        for (const struct node *n = list; n; n = n->next)
            checksum = checksum * 31 + n->key;
    }
    printf("%lu\n", checksum);
}
