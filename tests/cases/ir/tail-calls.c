// run: -O2 after=sites
// check-count: 1 musttail call i64
// check-count: 2 "deopt"()
// A guaranteed tail call stays one. The resume function's copy of it is a site, to which that function can enter again.
long step(long n, long sum);
static long (*volatile next)(long, long) = step;

long step(long n, long sum)
{
    for (volatile int i = 0; i < 3; i++)
        sum += i;
    __attribute__((musttail)) return next(n, sum);
}
