// run: -O2 after=sites
// check: call ptr @llvm.thread.pointer()
// check: getelementptr inbounds i8, ptr %
// check: fence syncscope("singlethread") seq_cst
// check: call ptr @llvm.ptrmask.p0.i64
// check-not: = alloca i8
// check-not: alloca [100 x i64]
// check-not: = call ptr @llvm.stacksave
// check-not: call void @llvm.lifetime
void use(void *pointer);
void __pop_park(void);

void frame(int count)
{
    long numbers[100];
    use(numbers);
    for (int i = 0; i < count; i++) {
        char text[i + 1];
        use(text);
        __pop_park();
    }
}
