namespace Popcorn.Fuzz;

/// <summary>
/// What every generated program starts with: types, a checksum, and arithmetic that has one answer on every machine
/// (no overflow of signed integers, no NaN, no conversion out of range).
/// </summary>
internal static class Prelude
{
    internal const string Text = """
        #define _GNU_SOURCE
        #include <alloca.h>
        #include <pthread.h>
        #include <setjmp.h>
        #include <signal.h>
        #include <stdarg.h>
        #include <stdatomic.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        typedef signed char i8; typedef short i16; typedef int i32; typedef long long i64; typedef __int128 i128;
        typedef unsigned char u8; typedef unsigned short u16; typedef unsigned u32; typedef unsigned long long u64;
        typedef unsigned __int128 u128; typedef float f32; typedef double f64; typedef long double f128;
        typedef _Complex float c32; typedef _Complex double c64;
        typedef u32 v2u __attribute__((vector_size(8))); typedef u32 v4u __attribute__((vector_size(16)));
        typedef u32 v8u __attribute__((vector_size(32))); typedef u32 v16u __attribute__((vector_size(64)));
        typedef f64 v2d __attribute__((vector_size(16))); typedef f64 v4d __attribute__((vector_size(32)));
        #define NOINLINE __attribute__((noinline))
        #ifdef __clang__
        #define TAIL __attribute__((musttail))
        #else
        #define TAIL
        #endif
        static _Thread_local u64 sum = 14695981039346656037u;
        static _Thread_local int fuel;
        static _Thread_local jmp_buf *target;
        static int prints = 200;
        static void mix(u64 v) { sum = (sum ^ v) * 1099511628211u; sum ^= sum >> 29; }
        static u64 div_u(u64 a, u64 b) { return a / (b | 1); }
        static u64 rem_u(u64 a, u64 b) { return a % (b | 1); }
        static i64 div_s(i64 a, i64 b) { return b == 0 || b == -1 ? a : a / b; }
        static i64 rem_s(i64 a, i64 b) { return b == 0 || b == -1 ? 0 : a % b; }
        static u128 div_w(u128 a, u128 b) { return a / (b | 1); }
        static f32 b_f32(f32 x) { return x > -1e9f && x < 1e9f ? x : 1.25f; }
        static f64 b_f64(f64 x) { return x > -1e30 && x < 1e30 ? x : -2.5; }
        static f128 b_f128(f128 x) { return x > -1e60L && x < 1e60L ? x : 3.75L; }
        static c32 b_c32(c32 z) { return __builtin_complex(b_f32(__real__ z), b_f32(__imag__ z)); }
        static c64 b_c64(c64 z) { return __builtin_complex(b_f64(__real__ z), b_f64(__imag__ z)); }
        static v2d b_v2d(v2d v) { return (v2d){ b_f64(v[0]), b_f64(v[1]) }; }
        static v4d b_v4d(v4d v) { return (v4d){ b_f64(v[0]), b_f64(v[1]), b_f64(v[2]), b_f64(v[3]) }; }
        static i64 to_i(f128 x) { return x > -1e18L && x < 1e18L ? (i64)x : 77; }
        static void mix_i8(i8 v) { mix((u64)v); } static void mix_i16(i16 v) { mix((u64)v); }
        static void mix_i32(i32 v) { mix((u64)v); } static void mix_i64(i64 v) { mix((u64)v); }
        static void mix_i128(i128 v) { mix((u64)v); mix((u64)(v >> 64)); }
        static void mix_u8(u8 v) { mix(v); } static void mix_u16(u16 v) { mix(v); }
        static void mix_u32(u32 v) { mix(v); } static void mix_u64(u64 v) { mix(v); }
        static void mix_u128(u128 v) { mix((u64)v); mix((u64)(v >> 64)); }
        static void mix_f32(f32 v) { u32 u; v += 0.0f; memcpy(&u, &v, 4); mix(u); }
        static void mix_f64(f64 v) { u64 u; v += 0.0; memcpy(&u, &v, 8); mix(u); }
        static void mix_f128(f128 v) { u64 u[2]; v += 0.0L; memcpy(u, &v, 16); mix(u[0]); mix(u[1]); }
        static void mix_c32(c32 v) { mix_f32(__real__ v); mix_f32(__imag__ v); }
        static void mix_c64(c64 v) { mix_f64(__real__ v); mix_f64(__imag__ v); }
        static void mix_v2u(v2u v) { for (int i = 0; i < 2; i++) mix(v[i]); }
        static void mix_v4u(v4u v) { for (int i = 0; i < 4; i++) mix(v[i]); }
        static void mix_v8u(v8u v) { for (int i = 0; i < 8; i++) mix(v[i]); }
        static void mix_v16u(v16u v) { for (int i = 0; i < 16; i++) mix(v[i]); }
        static void mix_v2d(v2d v) { for (int i = 0; i < 2; i++) mix_f64(v[i]); }
        static void mix_v4d(v4d v) { for (int i = 0; i < 4; i++) mix_f64(v[i]); }
        static void show(int id)
        {
            if (prints > 0) {
                prints--;
                printf("%d %016llx\n", id, sum);
            }
        }
        static void on_leave(u64 *v) { mix(*v); }
        static int by_value(const void *a, const void *b)
        {
            u64 x = *(const u64 *)a, y = *(const u64 *)b;
            return (x > y) - (x < y);
        }
        static volatile sig_atomic_t signals;
        static void on_signal(int n) { signals = signals + n; }
        static void on_signal_info(int n, siginfo_t *info, void *context)
        {
            volatile u64 room[40];
            for (int i = 0; i < 40; i++)
                room[i] = (u64)i * (u64)n;
            signals = signals + (int)(room[39] % 5) + (info->si_signo == n) + (context != 0);
        }
        static i64 vsum(int n, va_list ap)
        {
            i64 s = 0;
            while (n-- > 0)
                s = (i64)((u64)s * 31 + (u64)va_arg(ap, i64));
            return s;
        }
        static NOINLINE i64 vtotal(int n, ...)
        {
            va_list ap, again;
            va_start(ap, n);
            va_copy(again, ap);
            i64 a = vsum(n, ap), b = vsum(n / 2, again);
            va_end(ap);
            va_end(again);
            return a ^ b;
        }

        """;
}
