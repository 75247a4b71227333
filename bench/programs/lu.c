// LU decomposition with partial pivoting and a solve, in float and in double. Argument: order.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFINE_SOLVE(NAME, REAL, ABS)                                            \
    static REAL NAME(int n, REAL *a, REAL *b)                                    \
    {                                                                            \
        for (int k = 0; k < n; k++) {                                            \
            int pivot = k;                                                       \
            for (int i = k + 1; i < n; i++)                                      \
                if (ABS(a[i * n + k]) > ABS(a[pivot * n + k]))                   \
                    pivot = i;                                                   \
            for (int j = 0; j < n; j++) {                                        \
                REAL t = a[k * n + j];                                           \
                a[k * n + j] = a[pivot * n + j];                                 \
                a[pivot * n + j] = t;                                            \
            }                                                                    \
            REAL t = b[k];                                                       \
            b[k] = b[pivot];                                                     \
            b[pivot] = t;                                                        \
            for (int i = k + 1; i < n; i++) {                                    \
                REAL factor = a[i * n + k] / a[k * n + k];                       \
                for (int j = k; j < n; j++)                                      \
                    a[i * n + j] -= factor * a[k * n + j];                       \
                b[i] -= factor * b[k];                                           \
            }                                                                    \
        }                                                                        \
        REAL sum = 0;                                                            \
        for (int i = n - 1; i >= 0; i--) {                                       \
            for (int j = i + 1; j < n; j++)                                      \
                b[i] -= a[i * n + j] * b[j];                                     \
            b[i] /= a[i * n + i];                                                \
            sum += b[i];                                                         \
        }                                                                        \
        return sum;                                                              \
    }

DEFINE_SOLVE(solve_double, double, fabs)
DEFINE_SOLVE(solve_float, float, fabsf)

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 400;
    double *a = malloc(sizeof *a * n * n), *b = malloc(sizeof *b * n);
    float *c = malloc(sizeof *c * n * n), *d = malloc(sizeof *d * n);
    unsigned seed = 7;
    for (int i = 0; i < n * n; i++) {
        seed = seed * 1664525u + 1013904223u;
        c[i] = a[i] = (seed >> 16) / 65536.0 + (i % (n + 1) == 0 ? 4 : 0);
    }
    for (int i = 0; i < n; i++)
        d[i] = b[i] = i % 10;
    printf("%.6f %.2f\n", solve_double(n, a, b), (double)solve_float(n, c, d));
}
