/* x86-64: what C cannot say. Frame layout = struct pop_frame. */
#include "../offsets.h"

.macro FUNC name, section
	.section \section,"ax",@progbits
	.balign 16
	.globl \name
	.type \name,@function
\name:
.endm

/* The kernel enters here with argc, argv … at the stack pointer. */
FUNC _start, .text.start
	.cfi_startproc
	.cfi_undefined rip
	xor %ebp,%ebp
	mov %rsp,%rdi
	and $-16,%rsp
	call pop_start
	hlt
	.cfi_endproc

/* struct pop_frame { pc, sp, rbx, rbp, r12, r13, r14, r15 }; 8 words, and one to align the stack. */
.macro PUSH_FRAME
	.cfi_startproc
	sub $72,%rsp
	.cfi_adjust_cfa_offset 72
	mov %rbx,16(%rsp)
	mov %rbp,24(%rsp)
	mov %r12,32(%rsp)
	mov %r13,40(%rsp)
	mov %r14,48(%rsp)
	mov %r15,56(%rsp)
	mov 72(%rsp),%rax
	mov %rax,(%rsp)
	lea 80(%rsp),%rax
	mov %rax,8(%rsp)
.endm
.macro POP_FRAME
	add $72,%rsp
	.cfi_adjust_cfa_offset -72
	ret
	.cfi_endproc
.endm

FUNC __pop_park, .text.__pop_park
	PUSH_FRAME
	mov %rsp,%rdi
	call pop_park
	POP_FRAME

FUNC __pop_resume_point, .text.__pop_resume
	PUSH_FRAME
	call pop_arrive
	POP_FRAME

FUNC __pop_syscall, .text.__pop_syscall
	PUSH_FRAME
	mov 80(%rsp),%rax
	push %rsp
	.cfi_adjust_cfa_offset 8
	push %rax
	.cfi_adjust_cfa_offset 8
	call pop_syscall            /* (nr, a, b, c, d, e, f, frame): the last two on the stack */
	add $16,%rsp
	.cfi_adjust_cfa_offset -16
	POP_FRAME

FUNC __pop_resume_syscall, .text.__pop_resume
	PUSH_FRAME
	mov %rsp,%rsi
	call pop_resume_syscall     /* (record, frame) */
	POP_FRAME

/* long pop_raw_interruptible(long native[7], volatile uint32_t *kicked) */
FUNC pop_raw_interruptible, .text.raw
	mov %rdi,%r11
	mov %rsi,%rcx
	mov (%r11),%rax
	mov 8(%r11),%rdi
	mov 16(%r11),%rsi
	mov 24(%r11),%rdx
	mov 32(%r11),%r10
	mov 40(%r11),%r8
	mov 48(%r11),%r9
	.globl pop_interruptible_begin, pop_interruptible_end, pop_interruptible_abort
pop_interruptible_begin:
	cmpl $0,(%rcx)
	jne pop_interruptible_abort
	syscall
pop_interruptible_end:
	ret
pop_interruptible_abort:
	mov $-4,%rax
	ret

/* long pop_call_outermost(function, a, b, c, d, e, f): its call returns to __pop_bottom. */
FUNC pop_call_outermost, .text.outermost
	.cfi_startproc
	.cfi_undefined rip
	mov 8(%rsp),%r10
	and $-16,%rsp
	mov %rdi,%rax
	mov %rsi,%rdi
	mov %rdx,%rsi
	mov %rcx,%rdx
	mov %r8,%rcx
	mov %r9,%r8
	mov %r10,%r9
	xor %ebp,%ebp
	call *%rax
	.globl __pop_bottom
__pop_bottom:
	movslq %eax,%rdi
	call pop_bottom_return
	hlt
	.cfi_endproc

FUNC pop_set_thread_pointer, .text.tp
	mov %rdi,%rsi
	mov $0x1002,%edi            /* ARCH_SET_FS */
	mov $158,%eax               /* arch_prctl */
	syscall
	ret

/* long pop_clone_native(flags, stack, ptid, ctid, tls): the kernel's own argument order on x86-64. */
FUNC pop_clone_native, .text.clone
	mov %rcx,%r10
	mov $56,%eax
	syscall
	test %eax,%eax
	jnz 1f
	xor %ebp,%ebp
	mov %rsp,%rdi
	call pop_thread_main
	hlt
1:	ret

/* void pop_exit_release(taken, status): frees the slot, then exits without a stack. */
FUNC pop_exit_release, .text.exit
	movb $0,(%rdi)
	mov %rsi,%rdi
	mov $60,%eax
	syscall
	hlt

FUNC pop_restorer, .text.restorer
	mov $15,%eax
	syscall

/* ---- setjmp; sections common to the three ISAs ---- */

.macro SAVE_REGISTERS start
	mov %rbx,\start(%rdi)
	mov %rbp,\start+8(%rdi)
	mov %r12,\start+16(%rdi)
	mov %r13,\start+24(%rdi)
	mov %r14,\start+32(%rdi)
	mov %r15,\start+40(%rdi)
	lea 8(%rsp),%rax
	mov %rax,\start+48(%rdi)
	mov (%rsp),%rax
	mov %rax,\start+56(%rdi)
	xor %eax,%eax
	ret
.endm
.macro LOAD_EPOCH register
	movabs $EPOCH_ADDRESS,%r\register
	mov (%r\register),%e\register
.endm
.macro SAVE_COMMON
	mov %fs:0,%rdx
	mov -8(%rdx),%rax
	mov %rax,(%rdi)
	mov -16(%rdx),%rdx
	mov SLOT_DEPTH(%rdx),%eax
	mov %rax,8(%rdi)
	LOAD_EPOCH ax
	mov %rax,JMP_EPOCH(%rdi)
.endm

FUNC setjmp, .text.pop.setjmp
	.globl _setjmp
_setjmp:
	SAVE_COMMON
	movq $0,16(%rdi)
	SAVE_REGISTERS JMP_NATIVE

FUNC sigsetjmp, .text.pop.sigsetjmp
	.globl __sigsetjmp
__sigsetjmp:
	push %rdi
	call pop_sigsetjmp_mask     /* (buffer, save): notes whether, and saves the mask */
	pop %rdi
	SAVE_COMMON
	SAVE_REGISTERS JMP_NATIVE

FUNC longjmp, .text.pop.longjmp
	.globl _longjmp
_longjmp:
	mov %fs:0,%rdx
	mov (%rdi),%rax
	mov %rax,-8(%rdx)
	mov -16(%rdx),%rdx
	mov 8(%rdi),%rax
	mov %eax,SLOT_DEPTH(%rdx)
	LOAD_EPOCH ax
	cmp JMP_EPOCH(%rdi),%rax
	je 2f
	/* Armed before a move: the frame's record has this machine's registers, and takes where to go on in it. */
	mov JMP_SITE(%rdi),%rcx
	mov JMP_RECORD(%rdi),%rdi
	cmp RECORD_EPOCH(%rdi),%rax
	je 1f
	ud2                         /* The frame has returned. */
1:	mov %rcx,RECORD_SITE(%rdi)
	add $RECORD_NATIVE-JMP_NATIVE,%rdi
2:	mov %esi,%eax
	cmp $1,%eax
	adc $0,%eax
	mov JMP_NATIVE(%rdi),%rbx
	mov JMP_NATIVE+8(%rdi),%rbp
	mov JMP_NATIVE+16(%rdi),%r12
	mov JMP_NATIVE+24(%rdi),%r13
	mov JMP_NATIVE+32(%rdi),%r14
	mov JMP_NATIVE+40(%rdi),%r15
	mov JMP_NATIVE+48(%rdi),%rsp
	jmp *JMP_NATIVE+56(%rdi)

FUNC siglongjmp, .text.pop.siglongjmp
	push %rdi
	push %rsi
	sub $8,%rsp
	call pop_siglongjmp_mask    /* (buffer) */
	add $8,%rsp
	pop %rsi
	pop %rdi
	jmp longjmp

FUNC __pop_setjmp_rearm, .text.pop.rearm
	LOAD_EPOCH ax
	mov %rax,RECORD_EPOCH(%rdi)
	SAVE_REGISTERS RECORD_NATIVE

	.section .note.GNU-stack,"",@progbits
