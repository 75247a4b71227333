// flags: -O2
// A threaded interpreter with computed goto, static label tables, and a switch-based twin; both must agree.
#include <stdio.h>

enum { PUSH, ADD, SUB, MUL, DUP, SWAP, JNZ, DEC, PRINT, HALT };

static const int program[] = {
    PUSH, 25, PUSH, 1,                     /* counter, accumulator */
    SWAP, DUP, PUSH, 3, MUL, PUSH, 1, ADD, /* acc counter 3c+1 */
    SWAP, DEC, SWAP, PUSH, 2, ADD, PRINT,
    SWAP, DUP, JNZ, 4, HALT,
};

static unsigned threaded(const int *code, int *printed)
{
    static const void *const labels[] = { &&push, &&add, &&sub, &&mul, &&dup, &&swap, &&jnz, &&dec, &&print, &&halt };
    unsigned stack[64] = { 0 }, hash = 17;
    int sp = 8, pc = 0, steps = 0;
#define NEXT do { if (++steps > 400) return hash; sp = sp < 4 ? 8 : sp > 60 ? 50 : sp; goto *labels[code[pc++]]; } while (0)
    NEXT;
push: stack[sp++] = (unsigned)code[pc++]; NEXT;
add: sp--; stack[sp - 1] += stack[sp]; NEXT;
sub: sp--; stack[sp - 1] -= stack[sp]; NEXT;
mul: sp--; stack[sp - 1] *= stack[sp]; NEXT;
dup: stack[sp] = stack[sp - 1]; sp++; NEXT;
swap: { unsigned t = stack[sp - 1]; stack[sp - 1] = stack[sp - 2]; stack[sp - 2] = t; NEXT; }
jnz: { unsigned v = stack[--sp]; int target = code[pc++]; if (v) pc = target; NEXT; }
dec: stack[sp - 1]--; NEXT;
print: hash = hash * 31 + stack[sp - 1]; ++*printed; NEXT;
halt: return hash;
}

static unsigned switched(const int *code, int *printed)
{
    unsigned stack[64] = { 0 }, hash = 17;
    int sp = 8, pc = 0;
    for (int steps = 1; steps <= 400; steps++) {
        sp = sp < 4 ? 8 : sp > 60 ? 50 : sp;
        switch (code[pc++]) {
        case PUSH: stack[sp++] = (unsigned)code[pc++]; break;
        case ADD: sp--; stack[sp - 1] += stack[sp]; break;
        case SUB: sp--; stack[sp - 1] -= stack[sp]; break;
        case MUL: sp--; stack[sp - 1] *= stack[sp]; break;
        case DUP: stack[sp] = stack[sp - 1]; sp++; break;
        case SWAP: { unsigned t = stack[sp - 1]; stack[sp - 1] = stack[sp - 2]; stack[sp - 2] = t; break; }
        case JNZ: { unsigned v = stack[--sp]; int target = code[pc++]; if (v) pc = target; break; }
        case DEC: stack[sp - 1]--; break;
        case PRINT: hash = hash * 31 + stack[sp - 1]; ++*printed; break;
        case HALT: return hash;
        }
    }
    return hash;
}

int main(void)
{
    int a = 0, b = 0;
    unsigned x = threaded(program, &a), y = switched(program, &b);
    printf("%u %u %d %d\n", x, y, a, b);
    return x != y || a != b;
}
