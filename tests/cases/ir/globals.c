// run: -O1 after=place-globals
// check: section ".rodata.pop.table"
// check: section ".data.pop.counter"
// check: section ".bss.pop.buffer"
// check: section ".bss.pop.tentative"
// check: section ".init_array.00101"
// check: section ".init_array"
// check: section ".text.pop.first"
// check: section "mine"
// check-not: unnamed_addr
// check-not: = private
// check-not: = common
// check-not: @llvm.global_ctors
const int table[3] = {1, 2, 3};
int counter = 4;
char buffer[64];
__attribute__((common)) int tentative;
__attribute__((section("mine"))) int placed = 7;

void begin(int step);

__attribute__((constructor(101))) void first(void)
{
    begin(1);
}

__attribute__((constructor)) void second(void)
{
    begin(2);
}

const char *text(int i)
{
    return i ? "yes" : "no";
}
