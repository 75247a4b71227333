// flags: -O2
// Nothing but main and a loop: no stdio, so no other function reached through a pointer can park.
static volatile unsigned state = 1;

int main(void)
{
    for (int i = 0; i < 2000; i++)
        state = (state * 1664525u + 1013904223u) ^ (state >> 7);
    return (int)(state & 0x7f);
}
