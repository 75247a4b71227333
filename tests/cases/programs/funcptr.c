// flags: -O2
// Function pointers in tables, in the heap and on the stack; qsort and bsearch callbacks; comparison by address.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef double (*op)(double, double);
static double add(double a, double b) { return a + b; }
static double sub(double a, double b) { return a - b; }
static double mul(double a, double b) { return a * b; }
static op const table[] = { add, sub, mul };
static int compares;

static int by_value(const void *a, const void *b)
{
    compares++;
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

struct node { int (*visit)(struct node *, int); struct node *left, *right; int value; };
static int visit_leaf(struct node *n, int depth) { return n->value * depth; }
static int visit_inner(struct node *n, int depth)
{
    int sum = n->value;
    sum += n->left->visit(n->left, depth + 1);
    sum -= n->right->visit(n->right, depth + 1);
    return sum;
}
static struct node *build(int depth, int *counter)
{
    struct node *n = malloc(sizeof *n);
    n->value = ++*counter;
    n->left = n->right = NULL;
    n->visit = visit_leaf;
    if (depth > 0) {
        n->visit = visit_inner;
        n->left = build(depth - 1, counter);
        n->right = build(depth - 1, counter);
    }
    return n;
}

int main(void)
{
    double x = 1;
    for (int i = 0; i < 60; i++)
        x = table[i % 3](x, 1.5 + i % 4);
    printf("table %.6f\n", x);
    int values[100];
    unsigned seed = 42;
    for (int i = 0; i < 100; i++)
        values[i] = (int)((seed = seed * 1103515245u + 12345u) >> 16) % 1000;
    qsort(values, 100, sizeof values[0], by_value);
    for (int i = 1; i < 100; i++)
        if (values[i - 1] > values[i])
            return 1;
    int key = values[37];
    int *found = bsearch(&key, values, 100, sizeof key, by_value);
    printf("sorted %d %d found %d many compares %d\n", values[0], values[99], *found == key, compares > 400);
    char *words[] = { "pear", "apple", "fig", "cherry", "date", "banana", "elder" };
    qsort(words, 7, sizeof words[0], by_text);
    for (int i = 0; i < 7; i++)
        printf("%s ", words[i]);
    int counter = 0;
    struct node *root = build(5, &counter);
    printf("\ntree %d %d same %d\n", counter, root->visit(root, 0), root->visit == visit_inner);
    return 0;
}
