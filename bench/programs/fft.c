// Radix-2 fast Fourier transform, forward and back. Argument: log2 of the length.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void transform(int bits, double *re, double *im, const double *cosines, const double *sines, int sign)
{
    int n = 1 << bits;
    for (int i = 1, j = 0; i < n; i++) {
        int bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            double t = re[i];
            re[i] = re[j];
            re[j] = t;
            t = im[i];
            im[i] = im[j];
            im[j] = t;
        }
    }
    for (int half = 1; half < n; half *= 2) {
        int step = n / (2 * half);
        for (int i = 0; i < n; i += 2 * half)
            for (int k = 0; k < half; k++) {
                double c = cosines[k * step], s = sign * sines[k * step];
                double x = re[i + k + half] * c - im[i + k + half] * s, y = re[i + k + half] * s + im[i + k + half] * c;
                re[i + k + half] = re[i + k] - x;
                im[i + k + half] = im[i + k] - y;
                re[i + k] += x;
                im[i + k] += y;
            }
    }
}

int main(int argc, char **argv)
{
    int bits = argc > 1 ? atoi(argv[1]) : 16, n = 1 << bits;
    double *re = malloc(sizeof *re * n), *im = malloc(sizeof *im * n);
    double *cosines = malloc(sizeof *cosines * n), *sines = malloc(sizeof *sines * n);
    for (int i = 0; i < n; i++) {
        re[i] = (i * 37 % 101) / 101.0;
        im[i] = 0;
        cosines[i] = cos(2 * M_PI * i / n);
        sines[i] = sin(2 * M_PI * i / n);
    }
    for (int round = 0; round < 10; round++) {
        transform(bits, re, im, cosines, sines, 1);
        transform(bits, re, im, cosines, sines, -1);
        for (int i = 0; i < n; i++) {
            re[i] /= n;
            im[i] /= n;
        }
    }
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += re[i] * (i % 7) + im[i];
    printf("%.6f\n", sum);
}
