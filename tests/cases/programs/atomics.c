// flags: -O2
// _Atomic, __atomic and __sync operations of every size, structs of odd sizes among them, shared by two threads.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef unsigned __int128 u128;
struct three { unsigned char c[3]; };
struct twelve { int a, b, c; };
struct wide { long v[5]; };

static _Atomic uint8_t a8;
static _Atomic uint16_t a16;
static _Atomic uint32_t a32;
static _Atomic uint64_t a64;
static _Atomic u128 a128;
static _Atomic float af;
static _Atomic double ad;
static _Atomic long double aq;
static _Atomic(void *) ap;
static struct three a3;
static struct twelve a12;
static _Atomic struct wide a40;
static uint8_t s8;
static uint16_t s16;
static uint32_t s32;
static uint64_t s64;
static u128 s128;
static struct twelve g12;
static atomic_flag lock = ATOMIC_FLAG_INIT;
static long guarded;

#define EACH(a, type, i) do { \
        type o_ = atomic_load(&a); \
        atomic_fetch_add(&a, (type)(i * 3 + 1)); atomic_fetch_sub(&a, (type)i); atomic_fetch_xor(&a, (type)0x5a); \
        atomic_fetch_or(&a, (type)(i & 4)); atomic_fetch_and(&a, (type)~(type)8); \
        a++; --a; a += (type)i; a *= 3; a <<= 1; \
        while (!atomic_compare_exchange_weak(&a, &o_, (type)(o_ + 1))) \
            ; \
        type x_ = (type)i; \
        if (!atomic_compare_exchange_strong(&a, &x_, (type)7)) sum = sum * 31 + (uint64_t)x_; \
        sum += (uint64_t)atomic_exchange(&a, (type)(x_ + 9)); \
    } while (0)

#define SYNC(s, type, i) do { \
        sum = sum * 17 + (uint64_t)__sync_fetch_and_add(&s, (type)(i + 5)); \
        sum += (uint64_t)__sync_nand_and_fetch(&s, (type)0x33); \
        sum += (uint64_t)__sync_val_compare_and_swap(&s, (type)i, (type)77); \
        sum += (uint64_t)__sync_bool_compare_and_swap(&s, s, (type)(i * 9)); \
        sum += (uint64_t)__atomic_fetch_nand(&s, (type)3, __ATOMIC_ACQ_REL); \
        sum += (uint64_t)__sync_lock_test_and_set(&s, (type)(i + 2)); \
        __sync_synchronize(); \
    } while (0)

static void *worker(void *p)
{
    for (int i = 0; i < 200; i++) {
        atomic_fetch_add_explicit(&a64, 1, memory_order_relaxed);
        __atomic_fetch_add(&s128, ((u128)1 << 64) + 1, __ATOMIC_SEQ_CST);
        while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
            ;
        guarded += (long)(intptr_t)p;
        atomic_flag_clear_explicit(&lock, memory_order_release);
        struct twelve o, n;
        __atomic_load(&a12, &o, __ATOMIC_SEQ_CST);
        do {
            n = o;
            n.a++;
            n.c += 2;
        } while (!__atomic_compare_exchange(&a12, &o, &n, 1, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
        struct three t, u;
        __atomic_load(&a3, &t, __ATOMIC_SEQ_CST);
        do {
            u = t;
            u.c[0]++;
            u.c[2] += 3;
        } while (!__atomic_compare_exchange(&a3, &t, &u, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
        double d = ad;
        while (!atomic_compare_exchange_weak(&ad, &d, d + 0.5))
            ;
    }
    return NULL;
}

int main(void)
{
    uint64_t sum = 1;
    for (int i = 0; i < 10; i++) {
        EACH(a8, uint8_t, i);
        EACH(a16, uint16_t, i);
        EACH(a32, uint32_t, i);
        EACH(a64, uint64_t, i);
        EACH(a128, u128, i);
        SYNC(s8, uint8_t, i);
        SYNC(s16, uint16_t, i);
        SYNC(s32, uint32_t, i);
        SYNC(s64, uint64_t, i);
        SYNC(s128, u128, i);
        af = af + 0.5f;
        aq = aq * 2 + 0.25L;
        ap = (char *)ap + i;
        struct twelve t = { i, i + 1, i + 2 }, back;
        __atomic_store(&g12, &t, __ATOMIC_SEQ_CST);
        __atomic_exchange(&g12, &t, &back, __ATOMIC_SEQ_CST);
        struct wide w = a40;
        w.v[i % 5] += i;
        a40 = w;
        struct wide now = atomic_load(&a40);
        sum += (uint64_t)back.b + (uint64_t)now.v[2];
    }
    printf("%llu %.2f %.2Lf %ld\n", (unsigned long long)sum, (double)af, (long double)aq, (long)(intptr_t)atomic_load(&ap));
    printf("%d %d %d %d\n", atomic_is_lock_free(&a8), atomic_is_lock_free(&a32), atomic_is_lock_free(&a64),
        atomic_is_lock_free(&a40));
    uint64_t before = a64;
    s128 = 0;
    pthread_t threads[2];
    for (intptr_t i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, worker, (void *)(i + 1));
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    struct twelve t = a12;
    struct three u = a3;
    printf("%llu %ld %d %d %d  %d %d  %.1f  %llu %llu\n", (unsigned long long)(a64 - before), guarded, t.a, t.b, t.c,
        u.c[0], u.c[2], (double)ad, (unsigned long long)(s128 >> 64), (unsigned long long)s128);
    return 0;
}
