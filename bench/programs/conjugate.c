// Conjugate gradient on a random sparse symmetric matrix in compressed rows. Argument: order.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PER_ROW = 12 };

static double dot(int n, const double *a, const double *b)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void product(int n, const int *row, const int *column, const double *value, const double *x, double *y)
{
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int k = row[i]; k < row[i + 1]; k++)
            sum += value[k] * x[column[k]];
        y[i] = sum;
    }
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 40000;
    int *row = malloc(sizeof *row * (n + 1)), *column = malloc(sizeof *column * n * PER_ROW);
    double *value = malloc(sizeof *value * n * PER_ROW);
    double *x = calloc(n, sizeof *x), *r = malloc(sizeof *r * n), *p = malloc(sizeof *p * n), *q = malloc(sizeof *q * n);
    unsigned seed = 12345;
    for (int i = 0, k = 0; i <= n; i++) {
        row[i] = k;
        for (int e = 0; i < n && e < PER_ROW; e++, k++) {
            seed = seed * 1664525u + 1013904223u;
            column[k] = e == 0 ? i : (int)(seed >> 8) % n;
            value[k] = e == 0 ? 40 : 1.0 / (1 + (seed >> 20) % 9);
        }
    }
    for (int i = 0; i < n; i++)
        p[i] = r[i] = 1 + i % 5;
    double rho = dot(n, r, r);
    for (int round = 0; round < 60; round++) {
        product(n, row, column, value, p, q);
        double alpha = rho / dot(n, p, q), next;
        for (int i = 0; i < n; i++) {
            x[i] += alpha * p[i];
            r[i] -= alpha * q[i];
        }
        next = dot(n, r, r);
        double beta = next / rho;
        rho = next;
        for (int i = 0; i < n; i++)
            p[i] = r[i] + beta * p[i];
    }
    printf("%.9e %.9e\n", sqrt(rho), dot(n, x, x));
}
