// flags: -O1 -frounding-math
// args: 300
// Random doubles written in random formats and read back, also from text that was changed, from hexadecimal text and from
// the midpoints between floats, in every rounding mode. The argument says how many. In 400000 glibc 2.36 differs
// a few times, where it rounds subnormal hexadecimal text downwards wrongly (-0x279.5c9edd4617dp-1032 is one).
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long state = 12345, hash = 14695981039346656037ul;
static char text[3000];

static unsigned long next(void)
{
    state = state * 6364136223846793005ul + 1442695040888963407ul;
    unsigned long x = state ^ state >> 32;
    x *= 0x9e3779b97f4a7c15ul;
    return x ^ x >> 29;
}

static void mix(const void *bytes, size_t n)
{
    for (const unsigned char *p = bytes; n--; p++)
        hash = (hash ^ *p) * 1099511628211ul;
}

static double from_bits(unsigned long bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static double any_double(void)
{
    unsigned long bits = next();
    double d;
    switch (next() % 6) {
    case 0: d = from_bits(bits); break;
    case 1: d = (double)(long)(bits % 2000000000) / 1000; break;
    case 2: d = ldexp((double)(bits >> 11), (int)(next() % 2100) - 1100); break;
    case 3: d = (double)(bits % 100000) / 8 * (double)((bits >> 60) + 1); break;
    case 4: d = from_bits(bits % (1ul << (next() % 52 + 1))); break;
    default:
        sprintf(text, "%lu.%lue%d", bits % 1000, bits >> 40, (int)(state >> 40) % 40 - 20);
        d = strtod(text, 0);
    }
    return d != d ? 1 : state >> 63 ? -d : d;
}

static void read_text(void)
{
    double d = strtod(text, 0);
    float f = strtof(text, 0);
    mix(&d, sizeof d);
    mix(&f, sizeof f);
}

static void write_and_read(int mode)
{
    static const char *const flags[] = { "", "+", " ", "#", "0", "-", "#0", "+-" };
    char format[30];
    double d = any_double();
    int precision = next() % 4 ? (int)(next() % 22) : (int)(next() % 400), width = (int)(next() % 30);
    const char *flag = flags[next() & 7];
    sprintf(format, "%%%s*.*%c", flag, "feEgGgfe"[next() & 7]);
    mix(text, (size_t)snprintf(text, sizeof text, format, width, precision, d));

    int n = snprintf(text, sizeof text, "%.*e", precision, d);
    char *digit = text + next() % (unsigned)n;
    if (*digit >= '0' && *digit <= '9')
        *digit = (char)('0' + next() % 10);
    read_text();

    const char *sign = state & 8 ? "-" : "";
    unsigned long whole = next() >> (state >> 58), fraction = next() >> (state >> 58);
    snprintf(text, sizeof text, "%s0x%lx.%lxp%d", sign, whole, fraction, (int)(next() % 2300) - 1150);
    read_text();

    unsigned low = (unsigned)next() % 0x7f7fffff, high = low + 1;
    float below, above;
    memcpy(&below, &low, sizeof low);
    memcpy(&above, &high, sizeof high);
    fesetround(FE_TONEAREST);
    snprintf(text, sizeof text, "%.*e", (int)(next() % 160), ((double)below + above) / 2);
    fesetround(mode);
    read_text();
}

int main(int argc, char **argv)
{
    static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
    int count = argc > 1 ? atoi(argv[1]) : 0;
    for (int i = 0; i < count; i++) {
        fesetround(modes[i & 3]);
        write_and_read(modes[i & 3]);
        if (i % (count / 4) == 0)
            printf("%d %016lx\n", i, hash);
    }
    printf("%016lx\n", hash);
    return 0;
}
