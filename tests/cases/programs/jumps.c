// flags: -O2
// setjmp and longjmp: nested, re-armed in loops, from deep frames, with volatile and unmodified locals; sigsetjmp.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static jmp_buf outer, inner;
static int log_value;

static void deep(int n, jmp_buf *target, int code)
{
    volatile char pad[100];
    pad[n % 100] = (char)n;
    if (n == 0)
        longjmp(*target, code);
    deep(n - 1, target, code + pad[n % 100] - (char)n);
    log_value++;
}

static int guarded(int depth, int code)
{
    int local = depth * 100 + code;
    volatile int tries = 0;
    int r = setjmp(inner);
    tries++;
    if (r == 0)
        deep(depth, &inner, code);
    if (tries < 4)
        deep(depth + tries, &inner, code + tries);
    return r * 1000 + local + tries;
}

struct handler { struct handler *previous; jmp_buf buffer; int code; };
static struct handler *handlers;

static void throw_(int code)
{
    struct handler *h = handlers;
    h->code = code;
    longjmp(h->buffer, 1);
}

static int try_(int level)
{
    struct handler h;
    h.previous = handlers;
    handlers = &h;
    volatile int result = level;
    if (setjmp(h.buffer) == 0) {
        if (level % 3 == 2)
            throw_(level);
        for (int i = 0; i < level; i++)
            result += try_(level - 1 - i % 2 > 0 ? level - 1 - i % 2 : 0) % 1000;
        if (level % 2)
            throw_(level * 10);
    } else {
        result += h.code;
    }
    handlers = h.previous;
    return result;
}

int main(void)
{
    for (int i = 1; i < 6; i++)
        printf("guarded %d\n", guarded(i, i + 40));
    printf("try %d %d\n", try_(5), handlers == NULL);
    sigjmp_buf sig;
    volatile int rounds = 0;
    int r = sigsetjmp(sig, 1);
    if (r < 5) {
        rounds += 2;
        siglongjmp(sig, r + 1);
    }
    printf("sig %d %d log %d\n", r, rounds, log_value);
    if (setjmp(outer) == 0)
        deep(30, &outer, 0);
    else
        puts("zero becomes one");
    return 0;
}
