/* RISC-V 64: what C cannot say. Frame layout = struct pop_frame. */
#include "../offsets.h"

.macro FUNC name, section
	.section \section,"ax",@progbits
	.balign 16
	.globl \name
	.type \name,@function
\name:
.endm
	.option norelax

FUNC _start, .text.start
	.cfi_startproc
	.cfi_undefined ra
	.weak __global_pointer$
	.hidden __global_pointer$
	lla gp,__global_pointer$
	mv a0,sp
	andi sp,sp,-16
	li s0,0
	call pop_start
	unimp
	.cfi_endproc

/* struct pop_frame { pc, sp, s0 … s11, fs0 … fs11 }: 26 words, 208 bytes. */
.macro EACH_SAVED operation, float_operation, base, start
	\operation s0,\start(\base)
	\operation s1,\start+8(\base)
	\operation s2,\start+16(\base)
	\operation s3,\start+24(\base)
	\operation s4,\start+32(\base)
	\operation s5,\start+40(\base)
	\operation s6,\start+48(\base)
	\operation s7,\start+56(\base)
	\operation s8,\start+64(\base)
	\operation s9,\start+72(\base)
	\operation s10,\start+80(\base)
	\operation s11,\start+88(\base)
	\float_operation fs0,\start+96(\base)
	\float_operation fs1,\start+104(\base)
	\float_operation fs2,\start+112(\base)
	\float_operation fs3,\start+120(\base)
	\float_operation fs4,\start+128(\base)
	\float_operation fs5,\start+136(\base)
	\float_operation fs6,\start+144(\base)
	\float_operation fs7,\start+152(\base)
	\float_operation fs8,\start+160(\base)
	\float_operation fs9,\start+168(\base)
	\float_operation fs10,\start+176(\base)
	\float_operation fs11,\start+184(\base)
.endm
.macro PUSH_FRAME
	.cfi_startproc
	addi sp,sp,-208
	.cfi_adjust_cfa_offset 208
	EACH_SAVED sd, fsd, sp, 16
	sd ra,0(sp)
	.cfi_offset ra,-208
	addi t0,sp,208
	sd t0,8(sp)
.endm
.macro POP_FRAME
	ld ra,0(sp)
	addi sp,sp,208
	.cfi_adjust_cfa_offset -208
	.cfi_restore ra
	ret
	.cfi_endproc
.endm

FUNC __pop_park, .text.__pop_park
	PUSH_FRAME
	mv a0,sp
	call pop_park
	POP_FRAME

FUNC __pop_resume_point, .text.__pop_resume
	PUSH_FRAME
	call pop_arrive
	POP_FRAME

FUNC __pop_syscall, .text.__pop_syscall
	PUSH_FRAME
	mv a7,sp
	call pop_syscall            /* (nr, a, b, c, d, e, f, frame) */
	POP_FRAME

FUNC __pop_resume_syscall, .text.__pop_resume
	PUSH_FRAME
	mv a1,sp
	call pop_resume_syscall     /* (record, frame) */
	POP_FRAME

/* long pop_raw_interruptible(long native[7], volatile uint32_t *kicked) */
FUNC pop_raw_interruptible, .text.raw
	mv t0,a0
	mv t1,a1
	ld a7,0(t0)
	ld a0,8(t0)
	ld a1,16(t0)
	ld a2,24(t0)
	ld a3,32(t0)
	ld a4,40(t0)
	ld a5,48(t0)
	.globl pop_interruptible_begin, pop_interruptible_end, pop_interruptible_abort
pop_interruptible_begin:
	lw t2,0(t1)
	bnez t2,pop_interruptible_abort
	ecall
pop_interruptible_end:
	ret
pop_interruptible_abort:
	li a0,-4
	ret

/* long pop_call_outermost(function, a, b, c, d, e, f): its call returns to __pop_bottom. */
FUNC pop_call_outermost, .text.outermost
	.cfi_startproc
	.cfi_undefined ra
	mv t0,a0
	mv a0,a1
	mv a1,a2
	mv a2,a3
	mv a3,a4
	mv a4,a5
	mv a5,a6
	li s0,0
	jalr t0
	.globl __pop_bottom
__pop_bottom:
	sext.w a0,a0
	call pop_bottom_return
	unimp
	.cfi_endproc

FUNC pop_set_thread_pointer, .text.tp
	mv tp,a0
	ret

/* long pop_clone_native(flags, stack, ptid, ctid, tls): the kernel wants tls before ctid. */
FUNC pop_clone_native, .text.clone
	mv t0,a3
	mv a3,a4
	mv a4,t0
	li a7,220
	ecall
	bnez a0,1f
	li s0,0
	li ra,0
	mv a0,sp
	call pop_thread_main
	unimp
1:	ret

/* void pop_exit_release(taken, status): frees the slot, then exits without a stack. */
FUNC pop_exit_release, .text.exit
	fence rw,w
	sb zero,0(a0)
	mv a0,a1
	li a7,93
	ecall
	unimp

/* ---- setjmp; sections common to the three ISAs ---- */

.macro SAVE_REGISTERS start
	EACH_SAVED sd, fsd, a0, \start
	sd sp,\start+192(a0)
	sd ra,\start+200(a0)
	li a0,0
	ret
.endm
.macro LOAD_EPOCH register
	li \register,EPOCH_ADDRESS
	lwu \register,0(\register)
.endm
.macro SAVE_COMMON
	ld t0,-8(tp)
	sd t0,0(a0)
	ld t0,-16(tp)
	lwu t0,SLOT_DEPTH(t0)
	sd t0,8(a0)
	LOAD_EPOCH t0
	sd t0,JMP_EPOCH(a0)
.endm

FUNC setjmp, .text.pop.setjmp
	.globl _setjmp
_setjmp:
	SAVE_COMMON
	sd zero,16(a0)
	SAVE_REGISTERS JMP_NATIVE

FUNC sigsetjmp, .text.pop.sigsetjmp
	.globl __sigsetjmp
__sigsetjmp:
	addi sp,sp,-16
	sd a0,0(sp)
	sd ra,8(sp)
	call pop_sigsetjmp_mask     /* (buffer, save): notes whether, and saves the mask */
	ld a0,0(sp)
	ld ra,8(sp)
	addi sp,sp,16
	SAVE_COMMON
	SAVE_REGISTERS JMP_NATIVE

FUNC longjmp, .text.pop.longjmp
	.globl _longjmp
_longjmp:
	ld t0,0(a0)
	sd t0,-8(tp)
	ld t0,8(a0)
	ld t1,-16(tp)
	sw t0,SLOT_DEPTH(t1)
	LOAD_EPOCH t0
	ld t1,JMP_EPOCH(a0)
	beq t0,t1,2f
	/* Armed before a move: the frame's record has this machine's registers, and takes where to go on in it. */
	ld t2,JMP_SITE(a0)
	ld a0,JMP_RECORD(a0)
	ld t1,RECORD_EPOCH(a0)
	beq t0,t1,1f
	ebreak                      /* The frame has returned. */
1:	sd t2,RECORD_SITE(a0)
	addi a0,a0,RECORD_NATIVE-JMP_NATIVE
2:	EACH_SAVED ld, fld, a0, JMP_NATIVE
	ld sp,JMP_NATIVE+192(a0)
	ld ra,JMP_NATIVE+200(a0)
	seqz a0,a1
	add a0,a0,a1
	ret

FUNC siglongjmp, .text.pop.siglongjmp
	addi sp,sp,-16
	sd a0,0(sp)
	sd a1,8(sp)
	call pop_siglongjmp_mask    /* (buffer) */
	ld a0,0(sp)
	ld a1,8(sp)
	addi sp,sp,16
	tail longjmp

FUNC __pop_setjmp_rearm, .text.pop.rearm
	LOAD_EPOCH t0
	sd t0,RECORD_EPOCH(a0)
	SAVE_REGISTERS RECORD_NATIVE

	.section .note.GNU-stack,"",@progbits
