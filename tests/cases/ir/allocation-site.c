// run: -O2 after=sites
// check: "deopt"
// check-count: 2 allocsize
// Its argument numbers would name the statepoint's arguments: only the function itself (its remark and its group) keeps it.
void __pop_park(void);
void *more(long bytes);

__attribute__((noinline, alloc_size(2, 3))) void *grow(void *old, long count, long size)
{
    __pop_park();
    return more(count * size);
}

long work(long a, long b)
{
    char *text = grow(0, a, b);
    return text[a] + b;
}
