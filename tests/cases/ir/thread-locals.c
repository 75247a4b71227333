// run: -O2 after=thread-locals
// check: call ptr @llvm.thread.pointer()
// check: section ".pop.tls.counter"
// check: i64 sub (i64 ptrtoint (ptr @counter to i64), i64 3145216)
// check-not: thread_local
// check-not: call ptr @llvm.threadlocal.address
_Thread_local int counter = 5;

int next(void)
{
    return ++counter;
}
