// run: -O1 after=sites
// check-not: %x20.1 = phi
// Twenty variables of a loop, one of which changes in each round, are live across a call: those that leave its record for
// memory stay there where the ways meet, rather than be loaded and stored in each round.
__attribute__((noinline)) void wait(volatile long *place)
{
	while (*place);
}

#define EACH(f) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) f(14) f(15) f(16) f(17) f(18) f(19) f(20)

void spin(volatile long *place, long rounds)
{
#define READ(n) long x##n = *place;
	EACH(READ)
	for (; rounds; rounds--) {
		switch (*place) {
		case 0: wait(place); break;
#define CHANGE(n) case n: wait(place); x##n = x##n * rounds + *place; break;
		EACH(CHANGE)
		}
	}
#define WRITE(n) *place = x##n;
	EACH(WRITE)
}
