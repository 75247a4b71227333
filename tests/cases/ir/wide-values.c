// run: -O1 after=sites
// check: i128 %
// check: fp128 %
// check: <4 x i32> %
// check-not: deopt"(<8 x i32>
// A record holds values of up to 16 bytes; a 32-byte vector goes to the data stack.
typedef int four __attribute__((vector_size(16)));
typedef int eight __attribute__((vector_size(32)));
void __pop_park(void);

void work(four *a, eight *b, __int128 *c, long double *d)
{
    four w = *a + *a;
    eight x = *b + *b;
    __int128 y = *c * 3;
    long double z = *d * 3;
    __pop_park();
    *a = w;
    *b = x;
    *c = y;
    *d = z;
}
