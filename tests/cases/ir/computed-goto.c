// run: -O2 after=computed-goto
// check: switch i64
// check: ptr inttoptr (i64 1 to ptr)
// check-not: indirectbr
// check-not: blockaddress
int run(const unsigned char *code, int value)
{
    static const void *const table[] = {&&add, &&twice, &&stop};
    goto *table[*code];
add:
    value += 3;
    goto *table[*++code];
twice:
    value *= 2;
    goto *table[*++code];
stop:
    return value;
}
