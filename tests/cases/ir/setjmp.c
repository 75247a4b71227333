// run: -O2 after=sites
// check: call i32 @__pop_setjmp_rearm(ptr
// check: define internal signext i32 @protect.resume(ptr
// check-not: deopt"(i32 %
// What lives behind setjmp is on the data stack, not in the record.
int setjmp(void *buffer) __attribute__((returns_twice));
void __pop_park(void);
void use(int value);

int protect(int value, void (*action)(void *))
{
    long buffer[64];
    int doubled = value * 2;
    if (setjmp(buffer) == 0) {
        action(buffer);
        __pop_park();
    }
    use(doubled);
    return value + doubled;
}
