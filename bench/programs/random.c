// Random numbers in the manner of NPB's EP: a 46-bit congruential generator, Gaussian pairs by rejection. Argument: thousands of pairs.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double draw(unsigned long *state)
{
    *state = *state * 1220703125ul & ((1ul << 46) - 1);
    return (double)*state / (1ul << 46);
}

int main(int argc, char **argv)
{
    long pairs = 1000 * (argc > 1 ? atol(argv[1]) : 3000), accepted = 0, rings[10] = { 0 };
    unsigned long state = 271828183;
    double sumX = 0, sumY = 0;
    for (long i = 0; i < pairs; i++) {
        double x = 2 * draw(&state) - 1, y = 2 * draw(&state) - 1, t = x * x + y * y;
        if (t > 1)
            continue;
        double scale = sqrt(-2 * log(t) / t);
        x *= scale;
        y *= scale;
        double most = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
        rings[(int)most % 10]++;
        sumX += x;
        sumY += y;
        accepted++;
    }
    printf("%ld %.6f %.6f %ld %ld %ld\n", accepted, sumX, sumY, rings[0], rings[1], rings[2]);
}
