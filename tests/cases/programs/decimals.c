// flags: -O1
// Doubles to text and back: every conversion and precision, ties, the ends of the range, each rounding mode.
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long state = 1;

static double any_double(void)
{
    double d;
    do {
        state = state * 6364136223846793005ul + 1442695040888963407ul;
        unsigned long bits = state ^ state >> 29;
        memcpy(&d, &bits, sizeof d);
    } while (isnan(d) || isinf(d));
    return d;
}

static unsigned long bits_of(double d)
{
    unsigned long bits;
    memcpy(&bits, &d, sizeof d);
    return bits;
}

static void show(double x)
{
    printf("%.17g %g %e %.3f %.0f %#.0e %+.1f %-12.4g| %012.5G %.30g %.*f\n",
        x, x, x, x, x, x, x, x, x, x, (int)(state >> 33) % 25, x);
}

static void read_back(const char *text)
{
    char *end;
    double d = strtod(text, &end);
    float f = strtof(text, 0);
    unsigned single;
    memcpy(&single, &f, sizeof f);
    long double l = strtold(text, 0);
    double scanned = 0;
    int n = sscanf(text, "%lf", &scanned);
    printf("%s: %lx %d, %x, %La, %d %lx\n", text, bits_of(d), (int)(end - text), single, l, n, bits_of(scanned));
}

int main(void)
{
    static const double values[] = { 0, -0.0, 0.5, 1.5, 2.5, 0.125, 0.375, 9.5, 99.5, 0.1, 1e15, 1e16, 123456789012345678., 5e-324,
        1.7976931348623157e308, 2.2250738585072014e-308, 1e22, 1e23, 4503599627370496.5, 0.045, 1.005, 999999.5, 0.0001, 0.00001234 };
    static const char *const texts[] = { "0", "-0", "1", ".5", "5.", "1e5", "1e400", "-1e-400", "0x1.8p3", "0x.00000000000001p-1000",
        "0x1.fffffffffffff8p1023", "0x1.00000000000008p0", "0x1.000001p0", "0x11d3.145372p111", "0x1226341fb7da10cp3", "0xace3.1f3b3745dfp-1086", "1.7976931348623158e308", "1.7976931348623159e308", "4.9e-324", "-4.940656458412465441e-324", "9.88131291682493e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324", "2.2250738585072011e-308", "9007199254740993", "9007199254740992.9999999999999999",
        "9007199254740993.00000000000000000000000000000000000000000000000000000000001", "16777217", "16777219.0000000000001", "123456789.123456789",
        "1.00000017881393432617187499", "1.00000017881393432617187500", "1.00000017881393432617187501", "3.4028235677973366e38", "1e23", "8.5e22",
        "inf", "-infinity", "nan", "x", "", "  +1.25e-3z", "179769313486231580793728971405301e276", "0.0000000000000000000000000000000000000000000001e46" };
    static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
    for (int mode = 0; mode < 4; mode++) {
        fesetround(modes[mode]);
        for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
            show(values[i]);
            show(-values[i]);
        }
        for (int i = 0; i < 25; i++)
            show(any_double());
        for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
            read_back(texts[i]);
    }
    fesetround(FE_TONEAREST);
    // The ends of the range at full length.
    printf("%.1074f\n%.0f\n%.400e\n", 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308);
    char longest[2000];
    snprintf(longest, sizeof longest, "%.1100f", 5e-324);
    printf("%lx\n", bits_of(strtod(longest, 0)));
    return 0;
}
