// run: -O2 after=sites
// check: "deopt"(i64 %
// check: "statepoint-id"="0"
// check: "gc-leaf-function"
// check: gc "statepoint-example"
// check: define internal i64 @work.resume(ptr
// check: switch i32
void __pop_park(void);
long leaf(long value);

long work(long a, long b)
{
    long first = leaf(a);
    __pop_park();
    return leaf(first + b);
}
