// Word counting: an open hash table of chained strings, grown as it fills. Argument: thousands of words.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry { struct entry *next; unsigned hash, count; char word[]; };
static struct entry **table;
static unsigned buckets, used;

static unsigned hash_of(const char *word)
{
    unsigned hash = 2166136261u;
    while (*word)
        hash = (hash ^ (unsigned char)*word++) * 16777619u;
    return hash;
}

static void grow(void)
{
    unsigned wider = buckets ? buckets * 2 : 64;
    struct entry **next = calloc(wider, sizeof *next);
    for (unsigned b = 0; b < buckets; b++)
        for (struct entry *e = table[b], *after; e; e = after) {
            after = e->next;
            e->next = next[e->hash & (wider - 1)];
            next[e->hash & (wider - 1)] = e;
        }
    free(table);
    table = next;
    buckets = wider;
}

static void count(const char *word)
{
    unsigned hash = hash_of(word);
    if (used >= buckets)
        grow();
    struct entry **place = &table[hash & (buckets - 1)];
    for (struct entry *e = *place; e; e = e->next)
        if (e->hash == hash && !strcmp(e->word, word)) {
            e->count++;
            return;
        }
    size_t length = strlen(word);
    struct entry *added = malloc(sizeof *added + length + 1);
    memcpy(added->word, word, length + 1);
    added->hash = hash;
    added->count = 1;
    added->next = *place;
    *place = added;
    used++;
}

int main(int argc, char **argv)
{
    long words = 1000 * (argc > 1 ? atol(argv[1]) : 2000);
    unsigned seed = 1;
    for (long i = 0; i < words; i++) {
        char word[16];
        int length = 0;
        seed = seed * 1664525u + 1013904223u;
        for (unsigned value = (seed >> 8) % (seed >> 31 ? 5000 : 400000); length == 0 || value; value /= 26)
            word[length++] = 'a' + value % 26;
        word[length] = 0;
        count(word);
    }
    unsigned long checksum = 0;
    for (unsigned b = 0; b < buckets; b++)
        for (struct entry *e = table[b]; e; e = e->next)
            checksum += e->hash * (unsigned long)e->count;
    printf("%u %lu\n", used, checksum);
}
