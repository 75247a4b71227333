// run: -O2 after=sites
// check: "deopt"
// check-count: 1 allocsize
void *grow(void *old, long count, long size) __attribute__((alloc_size(2, 3), malloc));

long work(long a, long b)
{
    char *text = grow(0, a, b);
    return text[a] + b;
}
