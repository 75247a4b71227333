// Escape times of the Mandelbrot set. Argument: edge in pixels.
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 400;
    unsigned long checksum = 0;
    for (int row = 0; row < n; row++)
        for (int column = 0; column < n; column++) {
            double cr = 3.0 * column / n - 2.2, ci = 2.4 * row / n - 1.2, r = 0, i = 0;
            int rounds = 0;
            while (rounds < 500 && r * r + i * i < 4) {
                double t = r * r - i * i + cr;
                i = 2 * r * i + ci;
                r = t;
                rounds++;
            }
            checksum = checksum * 31 + rounds;
        }
    printf("%lu\n", checksum);
}
