// An interpreter of a small register machine, one switch in a loop, running a prime sieve. Argument: largest number.
#include <stdio.h>
#include <stdlib.h>

enum { SET, ADD, SUB, MUL, LOAD, STORE, LESS, JUMP, JUMP_IF, CALL, RETURN, PRINT, STOP };
struct instruction { unsigned char op, a, b, c; int value; };

static const struct instruction program[] = {
    { SET, 1, 0, 0, 2 },      // 0: i = 2
    { MUL, 3, 1, 1, 0 },      // 1: j = i * i
    { LESS, 4, 3, 0, 0 },     // 2: j < n?
    { JUMP_IF, 4, 0, 0, 5 },  // 3
    { JUMP, 0, 0, 0, 14 },    // 4
    { LOAD, 5, 1, 0, 0 },     // 5: composite[i]?
    { JUMP_IF, 5, 0, 0, 12 }, // 6
    { STORE, 7, 3, 0, 0 },    // 7: composite[j] = 1
    { ADD, 3, 3, 1, 0 },      // 8: j += i
    { LESS, 4, 3, 0, 0 },     // 9
    { JUMP_IF, 4, 0, 0, 7 },  // 10
    { CALL, 0, 0, 0, 19 },    // 11
    { ADD, 1, 1, 7, 0 },      // 12: i++
    { JUMP, 0, 0, 0, 1 },     // 13
    { SET, 1, 0, 0, 2 },      // 14: count
    { LOAD, 5, 1, 0, 0 },     // 15
    { SUB, 5, 7, 5, 0 },      // 16
    { ADD, 6, 6, 5, 0 },      // 17
    { JUMP, 0, 0, 0, 21 },    // 18
    { ADD, 8, 8, 7, 0 },      // 19: a subroutine that counts its calls
    { RETURN, 0, 0, 0, 0 },   // 20
    { ADD, 1, 1, 7, 0 },      // 21
    { LESS, 4, 1, 0, 0 },     // 22
    { JUMP_IF, 4, 0, 0, 15 }, // 23
    { PRINT, 6, 0, 0, 0 },    // 24
    { PRINT, 8, 0, 0, 0 },    // 25
    { STOP, 0, 0, 0, 0 },     // 26
};

static void run(const struct instruction *code, long n)
{
    long registers[16] = { n, 0, 0, 0, 0, 0, 0, 1 };
    unsigned char *memory = calloc(n + 1, 1);
    int stack[16], depth = 0;
    for (const struct instruction *at = code;; at++) {
        long *r = registers;
        switch (at->op) {
        case SET: r[at->a] = at->value; break;
        case ADD: r[at->a] = r[at->b] + r[at->c]; break;
        case SUB: r[at->a] = r[at->b] - r[at->c]; break;
        case MUL: r[at->a] = r[at->b] * r[at->c]; break;
        case LOAD: r[at->a] = memory[r[at->b]]; break;
        case STORE: memory[r[at->b]] = r[at->a]; break;
        case LESS: r[at->a] = r[at->b] < r[at->c]; break;
        case JUMP: at = code + at->value - 1; break;
        case JUMP_IF: if (r[at->a]) at = code + at->value - 1; break;
        case CALL: stack[depth++ & 15] = at - code; at = code + at->value - 1; break;
        case RETURN: at = code + stack[--depth & 15]; break;
        case PRINT: printf("%ld\n", r[at->a]); break;
        case STOP: free(memory); return;
        }
    }
}

int main(int argc, char **argv)
{
    run(program, argc > 1 ? atol(argv[1]) : 8000000);
}
