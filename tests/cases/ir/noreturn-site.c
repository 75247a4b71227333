// run: -O2 after=sites
// check: "deopt"()
// check: call void @llvm.trap()
// Its return address must not lie in the next function.
void __pop_park(void) __attribute__((noreturn));

void leave(void)
{
    __pop_park();
}
