// flags: -O2 -fno-strict-aliasing -fwrapv -funsigned-char -fshort-enums -finstrument-functions
// Empty asm statements as barriers, macros of processors that must not be seen, frame and return addresses, and flags
// that change what C means.
#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#define NO_TRACE __attribute__((no_instrument_function))
static volatile int keep;
static int entered, left;
NO_TRACE void __cyg_profile_func_enter(void *f, void *site) { (void)site; entered += f != NULL; }
NO_TRACE void __cyg_profile_func_exit(void *f, void *site) { (void)site; left += f != NULL; }

#if defined __popcorn__ && (defined __x86_64__ || defined __aarch64__ || defined __riscv || defined __SSE2__ || defined __ARM_NEON)
#error "a processor's macro is defined"
#endif

enum tiny { A, B = 100 };
enum wide { C = -1, D = 40000 };

static int hidden(int x)
{
    __asm__ volatile("" : "+r"(x));
    for (int i = 0; i < 5; i++) {
        keep = keep + 1;
        __asm__ volatile("" ::: "memory");
    }
    __asm__("# One more than it was, in %0; no instruction." : "=r"(x) : "0"(x + 1));
    return x;
}

static double hidden_memory(double x, long *p)
{
    __asm__ volatile("" : "+m"(x));
    __asm__ volatile("" : : "g"(p), "rm"(x) : "memory");
    __asm__ volatile("" : "+rm"(*p) : "imr"(5));
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return x + (double)*p;
}

__attribute__((noinline)) static int deeper(const char *outer, int n)
{
    char local;
    int inside = (uintptr_t)&local < (uintptr_t)outer && (uintptr_t)__builtin_frame_address(0) <= (uintptr_t)&local + 64;
    hidden((int)(uintptr_t)&local);
    return n ? inside + deeper(&local, n - 1) : inside;
}

__attribute__((noinline)) static int same_return_address(int n)
{
    void *before = __builtin_return_address(0);
    for (int i = 0; i < n; i++)
        keep = keep + 1;
    return before == __builtin_return_address(0);
}

static int punned(float f)
{
    int *p = (int *)(void *)&f;
    *p += 1 << 23;
    for (int i = 0; i < 3; i++)
        keep = keep + 1;
    return (int)f;
}

int main(void)
{
    char outer;
    long word = 3;
    int big = INT_MAX;
    char c = (char)200;
    for (int i = 0; i < 6; i++) {
        big += i;
        printf("%d %.2f %d %d %d\n", hidden(i), hidden_memory(i, &word), deeper(&outer, i), same_return_address(i), punned((float)i));
    }
    printf("%d %d %zu %zu %d %d\n", big < 0, c > 0, sizeof(enum tiny), sizeof(enum wide), entered, left);
    return 0;
}
