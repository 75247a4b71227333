// Planets under gravity, symplectic steps. Argument: thousands of steps.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BODIES = 9 };
static struct { double x, y, z, vx, vy, vz, mass; } body[BODIES];

static void advance(double dt)
{
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++) {
            double dx = body[i].x - body[j].x, dy = body[i].y - body[j].y, dz = body[i].z - body[j].z;
            double d2 = dx * dx + dy * dy + dz * dz + 1e-6, scale = dt / (d2 * sqrt(d2));
            body[i].vx -= dx * body[j].mass * scale;
            body[i].vy -= dy * body[j].mass * scale;
            body[i].vz -= dz * body[j].mass * scale;
            body[j].vx += dx * body[i].mass * scale;
            body[j].vy += dy * body[i].mass * scale;
            body[j].vz += dz * body[i].mass * scale;
        }
    for (int i = 0; i < BODIES; i++) {
        body[i].x += dt * body[i].vx;
        body[i].y += dt * body[i].vy;
        body[i].z += dt * body[i].vz;
    }
}

int main(int argc, char **argv)
{
    long steps = 1000 * (argc > 1 ? atol(argv[1]) : 400);
    for (int i = 0; i < BODIES; i++) {
        body[i].mass = i ? 0.001 / i : 1;
        body[i].x = i * 1.3;
        body[i].y = i % 3 * 0.1;
        body[i].vy = i ? 1 / sqrt(i * 1.3) : 0;
        body[i].vz = i % 2 * 0.01;
    }
    for (long i = 0; i < steps; i++)
        advance(0.001);
    double energy = 0;
    for (int i = 0; i < BODIES; i++)
        energy += body[i].mass * (body[i].vx * body[i].vx + body[i].vy * body[i].vy + body[i].vz * body[i].vz);
    printf("%.9f\n", energy);
}
