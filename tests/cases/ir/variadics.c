// run: -O1 after=variadics
// check: define signext i32 @sum(i32 noundef signext %count, i64
// check: icmp eq ptr %
// check: alloca [4 x i64], align 16
// check: call signext i32 @sum(i32 noundef signext 2, ptr
// check: call signext i32 %indirect(i32 noundef signext 1, i32 noundef signext 4, i32 noundef signext 5, fp128
// check: store i64 1, ptr %
// check-not: store i32
// check-not: ...)
// check-not: call void @llvm.va_
#include <stdarg.h>

__attribute__((noinline)) int sum(int count, ...)
{
    va_list arguments, copy;
    va_start(arguments, count);
    va_copy(copy, arguments);
    int total = 0;
    for (int i = 0; i < count; i++)
        total += va_arg(copy, int);
    long double last = va_arg(copy, long double);
    va_end(copy);
    va_end(arguments);
    return total + (int)last;
}

// Two slots, then a 16-byte one at a multiple of 16: four slots of 8 bytes.
int caller(int (*indirect)(int, ...))
{
    return sum(2, 1, 2, 3.0L) + indirect(1, 4, 5, 6.0L);
}
