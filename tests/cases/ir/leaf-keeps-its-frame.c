// run: -O2 after=sites
// check: alloca [16 x i64]
// check-not: call ptr @llvm.thread.pointer()
// A function no thread can park in needs nothing on the data stack.
void use(void *pointer);

void frame(void)
{
    long numbers[16];
    use(numbers);
}
