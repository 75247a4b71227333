using System.Text;
using Popcorn.Core;

namespace Popcorn.Samples;

/// <summary>What differs between the ISAs when a sample is built and run: options, and a runtime of two
/// functions.</summary>
internal sealed record SampleTarget(string LlcOptions, string ClangOptions, string? Emulator, string Runtime)
{
    internal static SampleTarget Of(Isa isa) => isa switch
    {
        Isa.X86_64 => new(
            "-mtriple=x86_64-linux-musl -mcpu=x86-64-v2", "--target=x86_64-linux-musl",
            Native(Isa.X86_64, "qemu-x86_64-static"), X86_64()),
        Isa.AArch64 => new(
            "-mtriple=aarch64-linux-musl", "--target=aarch64-linux-musl",
            Native(Isa.AArch64, "qemu-aarch64-static"), AArch64()),
        _ => new(
            "-mtriple=riscv64-linux-musl -mattr=+m,+a,+f,+d,+c -target-abi=lp64d",
            "--target=riscv64-linux-musl -march=rv64gc -mabi=lp64d",
            "qemu-riscv64-static", RiscV64()),
    };

    private static string? Native(Isa isa, string emulator)
    {
        bool isNative = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => isa == Isa.X86_64,
            System.Runtime.InteropServices.Architecture.Arm64 => isa == Isa.AArch64,
            _ => false,
        };
        return isNative ? null : emulator;
    }

    private static string Storage => $"""
          .globl __pop_resume_point, __pop_resume_syscall, __pop_bottom, __pop_park, _start
          .data
          .balign 16
        slot: .long 1, 2
          .fill 1016, 1, 0xa5
          .bss
          .balign 16
        depth: .space 16
          .globl stack
        stack: .space {SampleProgram.StackBytes}
        stack_high:
          .section .text.runtime,"ax",@progbits

        """;

    private static string X86_64()
    {
        StringBuilder text = new(Storage);
        text.Append($"""
            _start:
              xor %eax, %eax; xor %edi, %edi; mov $depth, %esi; mov $8, %edx; syscall
              mov $stack_high, %esp
              movabs ${SampleProgram.FirstArgument}, %rdi
              mov depth, %rsi
              call plain
            __pop_bottom:
            __pop_resume_point:
            __pop_resume_syscall:
              ud2
            __pop_park:
              mov $slot, %eax
              mov (%rsp), %rcx; mov %rcx, 16(%rax)
              lea 8(%rsp), %rcx; mov %rcx, 24(%rax)
              mov $stack, %ecx; mov %rcx, 104(%rax)
              mov $stack_high, %ecx; mov %rcx, 112(%rax)

            """);
        foreach ((string name, int number) in new[]
            { ("rbx", 3), ("rbp", 6), ("r12", 12), ("r13", 13), ("r14", 14), ("r15", 15) })
        {
            text.Append($"  mov %{name}, {128 + (8 * number)}(%rax)\n");
        }
        text.Append("""
              lea 8(%rsp), %r12
              mov $1, %eax; mov $1, %edi; mov $slot, %esi; mov $1024, %edx; syscall
              mov $1, %eax; mov $1, %edi; mov %r12, %rsi; mov $stack_high, %edx; sub %r12, %rdx; syscall
              mov $60, %eax; xor %edi, %edi; syscall

            """);
        return text.ToString();
    }

    private static string AArch64()
    {
        StringBuilder text = new(Storage);
        text.Append($"""
            .macro address register, symbol
              adrp \register, \symbol
              add \register, \register, :lo12:\symbol
            .endm
            _start:
              mov x8, #63; mov x0, #0; address x1, depth; mov x2, #8; svc #0
              address x9, stack_high
              mov sp, x9
              ldr x0, ={SampleProgram.FirstArgument}
              address x1, depth
              ldr x1, [x1]
              bl plain
            __pop_bottom:
            __pop_resume_point:
            __pop_resume_syscall:
              brk #1
            __pop_park:
              address x9, slot
              str x30, [x9, #16]
              mov x10, sp
              str x10, [x9, #24]
              address x10, stack
              str x10, [x9, #104]
              address x10, stack_high
              str x10, [x9, #112]

            """);
        for (int number = 19; number <= 29; number++)
            text.Append($"  str x{number}, [x9, #{128 + (8 * number)}]\n");
        for (int number = 8; number <= 15; number++)
            text.Append($"  str d{number}, [x9, #{384 + (8 * number)}]\n");
        text.Append("""
              mov x8, #64; mov x0, #1; address x1, slot; mov x2, #1024; svc #0
              mov x8, #64; mov x0, #1; mov x1, sp; address x2, stack_high; sub x2, x2, x1; svc #0
              mov x8, #93; mov x0, #0; svc #0

            """);
        return text.ToString().Replace("; ", "\n  ", StringComparison.Ordinal);
    }

    private static string RiscV64()
    {
        StringBuilder text = new(Storage);
        text.Append($"""
            _start:
              li a7, 63; li a0, 0; la a1, depth; li a2, 8; ecall
              la sp, stack_high
              li a0, {SampleProgram.FirstArgument}
              la a1, depth
              ld a1, 0(a1)
              call plain
            __pop_bottom:
            __pop_resume_point:
            __pop_resume_syscall:
              ebreak
            __pop_park:
              la t0, slot
              sd ra, 16(t0)
              sd sp, 24(t0)
              la t1, stack
              sd t1, 104(t0)
              la t1, stack_high
              sd t1, 112(t0)

            """);
        foreach (int number in Enumerable.Range(18, 10).Prepend(9).Prepend(8))
        {
            text.Append($"  sd x{number}, {128 + (8 * number)}(t0)\n");
            text.Append($"  fsd f{number}, {384 + (8 * number)}(t0)\n");
        }
        text.Append("""
              li a7, 64; li a0, 1; la a1, slot; li a2, 1024; ecall
              li a7, 64; li a0, 1; mv a1, sp; la a2, stack_high; sub a2, a2, a1; ecall
              li a7, 93; li a0, 0; ecall

            """);
        return text.ToString();
    }
}
