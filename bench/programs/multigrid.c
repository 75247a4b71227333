// Multigrid for Poisson's equation on a cube: smoothing, residual, restriction, interpolation. Argument: log2 of the edge.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEVELS_MAX = 10 };
static double *u[LEVELS_MAX], *f[LEVELS_MAX], *r[LEVELS_MAX];

static size_t at(int n, int i, int j, int k) { return ((size_t)i * n + j) * n + k; }

static void smooth(int n, double *u, const double *f)
{
    double h2 = 1.0 / ((n - 1.0) * (n - 1.0));
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < n - 1; j++)
            for (int k = 1; k < n - 1; k++)
                u[at(n, i, j, k)] = (u[at(n, i - 1, j, k)] + u[at(n, i + 1, j, k)] + u[at(n, i, j - 1, k)]
                    + u[at(n, i, j + 1, k)] + u[at(n, i, j, k - 1)] + u[at(n, i, j, k + 1)] + h2 * f[at(n, i, j, k)]) / 6;
}

static void residual(int n, const double *u, const double *f, double *r)
{
    double scale = (n - 1.0) * (n - 1.0);
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < n - 1; j++)
            for (int k = 1; k < n - 1; k++)
                r[at(n, i, j, k)] = f[at(n, i, j, k)] - scale * (6 * u[at(n, i, j, k)] - u[at(n, i - 1, j, k)]
                    - u[at(n, i + 1, j, k)] - u[at(n, i, j - 1, k)] - u[at(n, i, j + 1, k)] - u[at(n, i, j, k - 1)]
                    - u[at(n, i, j, k + 1)]);
}

static void restrict_to(int coarse, const double *fine, double *out)
{
    int n = 2 * coarse - 1;
    for (int i = 1; i < coarse - 1; i++)
        for (int j = 1; j < coarse - 1; j++)
            for (int k = 1; k < coarse - 1; k++) {
                double sum = 0;
                for (int a = -1; a <= 1; a++)
                    for (int b = -1; b <= 1; b++)
                        for (int c = -1; c <= 1; c++)
                            sum += fine[at(n, 2 * i + a, 2 * j + b, 2 * k + c)] / (8 << (abs(a) + abs(b) + abs(c)));
                out[at(coarse, i, j, k)] = sum;
            }
}

static void interpolate(int coarse, const double *from, double *to)
{
    int n = 2 * coarse - 1;
    for (int i = 0; i < n - 1; i++)
        for (int j = 0; j < n - 1; j++)
            for (int k = 0; k < n - 1; k++) {
                int i1 = (i + 1) / 2, j1 = (j + 1) / 2, k1 = (k + 1) / 2;
                to[at(n, i, j, k)] += 0.5 * (from[at(coarse, i / 2, j / 2, k / 2)] + from[at(coarse, i1, j1, k1)]);
            }
}

static void cycle(int level)
{
    int n = (1 << level) + 1;
    smooth(n, u[level], f[level]);
    smooth(n, u[level], f[level]);
    if (level > 1) {
        int coarse = (1 << (level - 1)) + 1;
        residual(n, u[level], f[level], r[level]);
        restrict_to(coarse, r[level], f[level - 1]);
        for (size_t i = 0; i < (size_t)coarse * coarse * coarse; i++)
            u[level - 1][i] = 0;
        cycle(level - 1);
        interpolate(coarse, u[level - 1], u[level]);
    }
    smooth(n, u[level], f[level]);
}

int main(int argc, char **argv)
{
    int top = argc > 1 ? atoi(argv[1]) : 6;
    for (int level = 1; level <= top; level++) {
        size_t n = ((size_t)1 << level) + 1, cells = n * n * n;
        u[level] = calloc(cells, sizeof(double));
        f[level] = calloc(cells, sizeof(double));
        r[level] = calloc(cells, sizeof(double));
    }
    int n = (1 << top) + 1;
    f[top][at(n, n / 2, n / 2, n / 2)] = 1000;
    f[top][at(n, n / 4, n / 2, n / 3)] = -500;
    for (int round = 0; round < 6; round++)
        cycle(top);
    residual(n, u[top], f[top], r[top]);
    double norm = 0;
    for (size_t i = 0; i < (size_t)n * n * n; i++)
        norm += r[top][i] * r[top][i];
    printf("%.9e\n", sqrt(norm));
}
