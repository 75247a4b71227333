// flags: -O2
// printf in flight: buffered output, every conversion, snprintf, a callback between partial lines.
#include <stdio.h>
#include <stdarg.h>
#include <string.h>

static int logged;
static void logf_(FILE *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(out, "[%d] ", ++logged);
    vfprintf(out, format, args);
    fputc('\n', out);
    va_end(args);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 300);
    for (int i = 0; i < 25; i++) {
        logf_(stdout, "%5d|%-5d|%05d|%+d|%x|%#X|%o|%c|%s|%.3s|%*d|%%", i, i, i, i, i * 77, i * 77, i, 'a' + i % 26, "text", "abcdef", 4, i);
        logf_(stdout, "%f %.3e %g %a %Lf", i / 3.0, i * 1e10, i * 1e-5, i / 7.0, (long double)i / 9);
        logf_(stdout, "%ld %lld %lu %zu %hhd %hd %p", -1L * i, 1LL << (i + 30), 1UL << i, (size_t)i, (signed char)(i * 20), (short)(i * 3000), (void *)(long)(0x1000 + i));
        if (i % 10 == 9)
            fprintf(stderr, "progress %d\n", i);
    }
    char text[64];
    int n = snprintf(text, sizeof text, "%s-%d-%.2f", "snprintf", 99, 2.5);
    printf("%s %d ", text, n);
    int a, b;
    char word[16];
    int got = sscanf("12 hex 0x1f done", "%d hex %x %15s", &a, (unsigned *)&b, word);
    printf("%d %d %d %s no newline at the end", got, a, b, word);
    return 0;
}
