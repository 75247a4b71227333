/* Thread blocks: 64 bytes for the runtime, struct pthread (512 bytes reserved), then a copy of the thread-local
 * variables' template. The runtime has made the first thread's before libc starts. */
#define SYSCALL_NO_TLS 1
#include <string.h>
#include <stddef.h>
#include "pthread_impl.h"
#include "libc.h"
#include "atomic.h"
#include "syscall.h"

#define RUNTIME_BYTES 64
#define PTHREAD_BYTES 512
#define BLOCK_ALIGN 64

_Static_assert(sizeof(struct pthread) <= PTHREAD_BYTES, "struct pthread fits before the thread-local variables");

extern char __pop_tls_start[], __pop_tls_end[];

volatile int __thread_list_lock;

int __init_tp(void *p)
{
	pthread_t td = p;
	td->self = td;
	int r = __set_thread_area(TP_ADJ(p));
	if (r < 0) return -1;
	if (!r) libc.can_do_threads = 1;
	td->detach_state = DT_JOINABLE;
	td->tid = __syscall(SYS_set_tid_address, &__thread_list_lock);
	td->locale = &libc.global_locale;
	td->robust_list.head = &td->robust_list.head;
	td->sysinfo = __sysinfo;
	td->next = td->prev = td;
	return 0;
}

void *__copy_tls(unsigned char *mem)
{
	mem += RUNTIME_BYTES;
	mem += -(uintptr_t)mem & (BLOCK_ALIGN - 1);
	memcpy(mem + PTHREAD_BYTES, __pop_tls_start, __pop_tls_end - __pop_tls_start);
	return mem;
}

void __reset_tls(void)
{
	memcpy((char *)__pthread_self() + PTHREAD_BYTES, __pop_tls_start, __pop_tls_end - __pop_tls_start);
}

void __init_tls(size_t *aux)
{
	size_t variables = __pop_tls_end - __pop_tls_start;
	libc.tls_align = BLOCK_ALIGN;
	libc.tls_size = RUNTIME_BYTES + BLOCK_ALIGN + PTHREAD_BYTES + (variables + 15 & -16ul);
	if (__init_tp((void *)__get_tp()) < 0) a_crash();
}
