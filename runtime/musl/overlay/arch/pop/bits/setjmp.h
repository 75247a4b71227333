/* With the two members that follow it, jmp_buf is 512 bytes: the largest ISA's registers and the common part. */
typedef unsigned long __jmp_buf[47];
