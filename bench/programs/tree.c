// A binary search tree (treap): inserts, lookups, removals, one allocation a node. Argument: thousands of keys.
#include <stdio.h>
#include <stdlib.h>

struct node { struct node *left, *right; unsigned key, priority; };
static unsigned seed = 99;

static unsigned draw(void) { return seed = seed * 1664525u + 1013904223u; }

static void split(struct node *tree, unsigned key, struct node **low, struct node **high)
{
    while (tree) {
        if (tree->key < key) {
            *low = tree;
            low = &tree->right;
            tree = tree->right;
        } else {
            *high = tree;
            high = &tree->left;
            tree = tree->left;
        }
    }
    *low = *high = NULL;
}

static struct node *join(struct node *low, struct node *high)
{
    if (!low || !high)
        return low ? low : high;
    if (low->priority > high->priority) {
        low->right = join(low->right, high);
        return low;
    }
    high->left = join(low, high->left);
    return high;
}

static void insert(struct node **tree, unsigned key)
{
    struct node *added = malloc(sizeof *added);
    added->key = key;
    added->priority = draw();
    while (*tree && (*tree)->priority >= added->priority)
        tree = key < (*tree)->key ? &(*tree)->left : &(*tree)->right;
    split(*tree, key, &added->left, &added->right);
    *tree = added;
}

static int removed(struct node **tree, unsigned key)
{
    while (*tree && (*tree)->key != key)
        tree = key < (*tree)->key ? &(*tree)->left : &(*tree)->right;
    struct node *old = *tree;
    if (!old)
        return 0;
    *tree = join(old->left, old->right);
    free(old);
    return 1;
}

static int depth(const struct node *tree)
{
    if (!tree)
        return 0;
    int left = depth(tree->left), right = depth(tree->right);
    return 1 + (left > right ? left : right);
}

int main(int argc, char **argv)
{
    int keys = 1000 * (argc > 1 ? atoi(argv[1]) : 200), found = 0, gone = 0;
    struct node *root = NULL;
    for (int i = 0; i < keys; i++)
        insert(&root, draw() >> 4);
    for (int i = 0; i < 2 * keys; i++) {
        unsigned key = draw() >> 12;
        const struct node *at = root;
        while (at && at->key >> 8 != key >> 4)
            at = key << 4 < at->key ? at->left : at->right;
        found += at != NULL;
    }
    unsigned again = seed = 99;
    for (int i = 0; i < keys; i++, again = seed) {
        gone += removed(&root, draw() >> 4);
        draw();
    }
    printf("%d %d %d %u\n", found, gone, depth(root), again);
}
