// Dense matrix product, rows outermost and the innermost loop over contiguous doubles. Argument: order.
#include <stdio.h>
#include <stdlib.h>

static void multiply(int n, const double *a, const double *b, double *c)
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < n; k++) {
            double factor = a[i * n + k];
            for (int j = 0; j < n; j++)
                c[i * n + j] += factor * b[k * n + j];
        }
    }
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 300;
    double *a = malloc(sizeof *a * n * n), *b = malloc(sizeof *b * n * n), *c = calloc((size_t)n * n, sizeof *c);
    for (int i = 0; i < n * n; i++) {
        a[i] = (i % 17) * 0.25;
        b[i] = (i % 13) * 0.5 - 1;
    }
    for (int round = 0; round < 4; round++)
        multiply(n, a, b, c);
    double sum = 0;
    for (int i = 0; i < n * n; i++)
        sum += c[i] * (i % 3);
    printf("%.6f\n", sum);
}
