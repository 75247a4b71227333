// run: -O1 after=sites
// check-not: i64 %x20, i64 %x21
// Of thirty values across one call sixteen stay in the record.
void __pop_park(void);

#define EACH(f) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) f(14) f(15) \
    f(16) f(17) f(18) f(19) f(20) f(21) f(22) f(23) f(24) f(25) f(26) f(27) f(28) f(29) f(30)

void crowd(volatile long *place)
{
#define READ(n) long x##n = *place;
    EACH(READ)
    __pop_park();
#define WRITE(n) *place = x##n;
    EACH(WRITE)
}
