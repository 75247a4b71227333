/* AArch64: what C cannot say. Frame layout = struct pop_frame. */
#include "../offsets.h"

.macro FUNC name, section
	.section \section,"ax",@progbits
	.balign 16
	.globl \name
	.type \name,@function
\name:
.endm

FUNC _start, .text.start
	.cfi_startproc
	.cfi_undefined x30
	mov x29,#0
	mov x30,#0
	mov x0,sp
	and sp,x0,#-16
	bl pop_start
	brk #1
	.cfi_endproc

/* struct pop_frame { pc, sp, x19 … x30, d8 … d15 }: 22 words, 176 bytes. */
.macro PUSH_FRAME
	.cfi_startproc
	sub sp,sp,#176
	.cfi_adjust_cfa_offset 176
	stp x19,x20,[sp,#16]
	stp x21,x22,[sp,#32]
	stp x23,x24,[sp,#48]
	stp x25,x26,[sp,#64]
	stp x27,x28,[sp,#80]
	stp x29,x30,[sp,#96]
	.cfi_offset x29,-80
	.cfi_offset x30,-72
	stp d8,d9,[sp,#112]
	stp d10,d11,[sp,#128]
	stp d12,d13,[sp,#144]
	stp d14,d15,[sp,#160]
	add x9,sp,#176
	stp x30,x9,[sp]
.endm
.macro POP_FRAME
	ldp x29,x30,[sp,#96]
	add sp,sp,#176
	.cfi_adjust_cfa_offset -176
	.cfi_restore x29
	.cfi_restore x30
	ret
	.cfi_endproc
.endm

FUNC __pop_park, .text.__pop_park
	PUSH_FRAME
	mov x0,sp
	bl pop_park
	POP_FRAME

FUNC __pop_resume_point, .text.__pop_resume
	PUSH_FRAME
	bl pop_arrive
	POP_FRAME

FUNC __pop_syscall, .text.__pop_syscall
	PUSH_FRAME
	mov x7,sp
	bl pop_syscall              /* (nr, a, b, c, d, e, f, frame) */
	POP_FRAME

FUNC __pop_resume_syscall, .text.__pop_resume
	PUSH_FRAME
	mov x1,sp
	bl pop_resume_syscall       /* (record, frame) */
	POP_FRAME

/* long pop_raw_interruptible(long native[7], volatile uint32_t *kicked) */
FUNC pop_raw_interruptible, .text.raw
	mov x9,x0
	mov x10,x1
	ldr x8,[x9]
	ldp x0,x1,[x9,#8]
	ldp x2,x3,[x9,#24]
	ldp x4,x5,[x9,#40]
	.globl pop_interruptible_begin, pop_interruptible_end, pop_interruptible_abort
pop_interruptible_begin:
	ldr w11,[x10]
	cbnz w11,pop_interruptible_abort
	svc #0
pop_interruptible_end:
	ret
pop_interruptible_abort:
	mov x0,#-4
	ret

/* long pop_call_outermost(function, a, b, c, d, e, f): its call returns to __pop_bottom. */
FUNC pop_call_outermost, .text.outermost
	.cfi_startproc
	.cfi_undefined x30
	mov x9,x0
	mov x0,x1
	mov x1,x2
	mov x2,x3
	mov x3,x4
	mov x4,x5
	mov x5,x6
	mov x29,#0
	blr x9
	.globl __pop_bottom
__pop_bottom:
	sxtw x0,w0
	bl pop_bottom_return
	brk #1
	.cfi_endproc

FUNC pop_set_thread_pointer, .text.tp
	msr tpidr_el0,x0
	ret

/* long pop_clone_native(flags, stack, ptid, ctid, tls): the kernel wants tls before ctid. */
FUNC pop_clone_native, .text.clone
	mov x9,x3
	mov x3,x4
	mov x4,x9
	mov x8,#220
	svc #0
	cbnz x0,1f
	mov x29,#0
	mov x30,#0
	mov x0,sp
	bl pop_thread_main
	brk #1
1:	ret

/* void pop_exit_release(taken, status): frees the slot, then exits without a stack. */
FUNC pop_exit_release, .text.exit
	stlrb wzr,[x0]
	mov x0,x1
	mov x8,#93
	svc #0
	brk #1

/* ---- setjmp; sections common to the three ISAs ---- */

.macro SAVE_REGISTERS start
	add x9,x0,#\start
	stp x19,x20,[x9]
	stp x21,x22,[x9,#16]
	stp x23,x24,[x9,#32]
	stp x25,x26,[x9,#48]
	stp x27,x28,[x9,#64]
	stp x29,x30,[x9,#80]
	mov x10,sp
	str x10,[x9,#96]
	stp d8,d9,[x9,#104]
	stp d10,d11,[x9,#120]
	stp d12,d13,[x9,#136]
	stp d14,d15,[x9,#152]
	mov w0,#0
	ret
.endm
.macro LOAD_EPOCH
	mov x10,#EPOCH_ADDRESS & 0xffff
	movk x10,#(EPOCH_ADDRESS >> 16) & 0xffff,lsl #16
	movk x10,#EPOCH_ADDRESS >> 32,lsl #32
	ldr w10,[x10]
.endm
.macro SAVE_COMMON
	mrs x9,tpidr_el0
	ldp x10,x11,[x9,#-16]       /* slot, dsp */
	ldr w10,[x10,#SLOT_DEPTH]
	stp x11,x10,[x0]
	LOAD_EPOCH
	str x10,[x0,#JMP_EPOCH]
.endm

FUNC setjmp, .text.pop.setjmp
	.globl _setjmp
_setjmp:
	SAVE_COMMON
	str xzr,[x0,#16]
	SAVE_REGISTERS JMP_NATIVE

FUNC sigsetjmp, .text.pop.sigsetjmp
	.globl __sigsetjmp
__sigsetjmp:
	stp x0,x30,[sp,#-16]!
	bl pop_sigsetjmp_mask       /* (buffer, save): notes whether, and saves the mask */
	ldp x0,x30,[sp],#16
	SAVE_COMMON
	SAVE_REGISTERS JMP_NATIVE

FUNC longjmp, .text.pop.longjmp
	.globl _longjmp
_longjmp:
	ldp x10,x11,[x0]
	mrs x9,tpidr_el0
	str x10,[x9,#-8]
	ldr x9,[x9,#-16]
	str w11,[x9,#SLOT_DEPTH]
	LOAD_EPOCH
	ldr x11,[x0,#JMP_EPOCH]
	add x9,x0,#JMP_NATIVE
	cmp x10,x11
	b.eq 2f
	/* Armed before a move: the frame's record has this machine's registers, and takes where to go on in it. */
	ldr x11,[x0,#JMP_SITE]
	ldr x0,[x0,#JMP_RECORD]
	ldr x9,[x0,#RECORD_EPOCH]
	cmp x10,x9
	b.eq 1f
	brk #1                      /* The frame has returned. */
1:	str x11,[x0,#RECORD_SITE]
	add x9,x0,#RECORD_NATIVE
2:
	ldp x19,x20,[x9]
	ldp x21,x22,[x9,#16]
	ldp x23,x24,[x9,#32]
	ldp x25,x26,[x9,#48]
	ldp x27,x28,[x9,#64]
	ldp x29,x30,[x9,#80]
	ldr x10,[x9,#96]
	mov sp,x10
	ldp d8,d9,[x9,#104]
	ldp d10,d11,[x9,#120]
	ldp d12,d13,[x9,#136]
	ldp d14,d15,[x9,#152]
	cmp w1,#0
	csinc w0,w1,wzr,ne
	ret

FUNC siglongjmp, .text.pop.siglongjmp
	stp x0,x1,[sp,#-16]!
	bl pop_siglongjmp_mask      /* (buffer) */
	ldp x0,x1,[sp],#16
	b longjmp

FUNC __pop_setjmp_rearm, .text.pop.rearm
	LOAD_EPOCH
	str x10,[x0,#RECORD_EPOCH]
	SAVE_REGISTERS RECORD_NATIVE

	.section .note.GNU-stack,"",@progbits
