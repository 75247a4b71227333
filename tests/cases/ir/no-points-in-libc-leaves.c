// run: -O2 after=points points=off
// check-not: __pop_park
unsigned long length(const char *text)
{
    const char *end = text;
    while (*end)
        end++;
    return end - text;
}
