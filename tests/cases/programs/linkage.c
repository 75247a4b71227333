// flags: -O2 -fcommon
// Weak symbols, aliases, constructors and destructors by priority, atexit, sections, thread-locals, common symbols.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static int order;
static volatile int keep;
static void note(const char *what) { for (int i = 0; i < 3; i++) keep = keep + 1; printf("%d %s\n", ++order, what); }

__attribute__((constructor(201))) static void second(void) { note("constructor 201"); }
__attribute__((constructor(101))) static void first(void) { note("constructor 101"); }
__attribute__((constructor)) static void last(void) { note("constructor"); }
__attribute__((destructor(101))) static void end_last(void) { note("destructor 101"); }
__attribute__((destructor(201))) static void end_second(void) { note("destructor 201"); }
__attribute__((destructor)) static void end_first(void) { note("destructor"); }
static void at_exit_1(void) { note("atexit 1"); }
static void at_exit_3(void) { note("atexit 3"); }
static void at_exit_2(void) { note("atexit 2"); atexit(at_exit_3); }
static void never(void) { note("at_quick_exit"); }

extern int missing(int) __attribute__((weak));
extern int missing_data __attribute__((weak));
__attribute__((weak)) int overridden(int x) { return x; }
int actual(int x) { note("actual"); return x * 3; }
int other_name(int) __attribute__((alias("actual")));
static int hidden_name(int) __attribute__((alias("actual"), used));
__attribute__((visibility("hidden"))) int data_word = 77;
extern int data_alias __attribute__((alias("data_word")));

int common_word;
int common_array[50];

struct entry { const char *name; int (*f)(int); };
#define ENTRY(n, g) __attribute__((used, section("entries"), aligned(8))) static const struct entry n = { #n, g }
ENTRY(entry_a, actual);
ENTRY(entry_b, overridden);
ENTRY(entry_c, other_name);
extern const struct entry __start_entries[], __stop_entries[];

static _Thread_local int counter = 5;
static __thread struct { char c; long v[3]; } block = { 'x', { 1, 2, 3 } };
_Thread_local int *self = NULL;
static _Thread_local _Alignas(64) char aligned_block[100] = "tls";

static void *thread(void *p)
{
    self = &counter;
    for (int i = 0; i < 6; i++) {
        ++*self;
        block.v[i % 3] += (long)(size_t)p;
        keep = keep + 1;
    }
    aligned_block[0] = (char)('a' + counter);
    printf("thread %d %ld %c %s %d\n", counter, block.v[1], block.c, aligned_block, (int)((size_t)aligned_block % 64));
    return (void *)(size_t)counter;
}

static void end_of_thread(void *p) { printf("key %d\n", *(int *)p); }

int main(void)
{
    atexit(at_exit_1);
    atexit(at_exit_2);
    at_quick_exit(never);
    printf("%d %d %d\n", missing == NULL, &missing_data == NULL, missing ? missing(1) : -1);
    printf("%d %d %d %d\n", overridden(4), other_name(5), hidden_name(6), other_name == actual);
    data_alias++;
    printf("%d %d %d\n", data_word, common_word, common_array[49]);
    int entries = 0, letters = 0;
    for (const struct entry *e = __start_entries; e < __stop_entries; e++) {
        entries += e->f(2);
        letters += e->name[6];
    }
    printf("%d %d %d\n", (int)(__stop_entries - __start_entries), entries, letters);
    pthread_key_t key;
    pthread_key_create(&key, end_of_thread);
    static int value = 9;
    pthread_setspecific(key, &value);
    for (size_t i = 1; i < 3; i++) {
        pthread_t t;
        void *result;
        pthread_create(&t, NULL, thread, (void *)i);
        pthread_join(t, &result);
        counter += (int)(size_t)result;
    }
    printf("main %d %ld %s %d\n", counter, block.v[1], aligned_block, self == NULL);
    return 3;
}
