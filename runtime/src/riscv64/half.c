/* Conversions of _Float16 that libgcc has on the other two ISAs. A half is passed in a floating-point register, in the
 * low 16 bits of a float whose other bits are ones. */
#include <stdint.h>

typedef union { float value; uint32_t bits; } single;
typedef union { double value; uint64_t bits; } wide;

/* A magnitude of `fraction_bits` explicit bits below a biased exponent, to nearest, ties to even. */
static float half_of(uint64_t bits, int fraction_bits, int exponent_bits)
{
	uint64_t sign = bits >> (fraction_bits + exponent_bits) & 1;
	int64_t exponent = (int64_t)(bits >> fraction_bits & ((1u << exponent_bits) - 1));
	uint64_t fraction = bits & ((1ul << fraction_bits) - 1);
	int64_t bias = (1 << (exponent_bits - 1)) - 1;
	uint64_t half;
	if (exponent == (1 << exponent_bits) - 1) {
		half = 0x7c00 | (fraction ? 0x200 | fraction >> (fraction_bits - 10) : 0);
	} else {
		int64_t e = exponent - bias + 15;
		uint64_t significand = exponent ? fraction | 1ul << fraction_bits : fraction;
		int shift = fraction_bits - 10;
		if (e < 1) {
			int64_t more = 1 - e;
			shift = more > 60 - shift ? 63 : shift + (int)more;
			e = 0;
		}
		uint64_t rest = shift >= 63 ? (significand != 0) : significand & ((1ul << shift) - 1);
		uint64_t middle = shift >= 63 ? 2 : 1ul << (shift - 1);
		half = shift >= 63 ? 0 : significand >> shift;
		if (e > 0) half += (uint64_t)(e - 1) << 10;
		if (rest > middle || (rest == middle && half & 1)) half++;
		if (half > 0x7c00 || e > 30) half = 0x7c00;
	}
	return (single){ .bits = 0xffff0000u | (uint32_t)(sign << 15 | half) }.value;
}

float __truncsfhf2(float value) { return half_of((single){ value }.bits, 23, 8); }

float __truncdfhf2(double value) { return half_of((wide){ value }.bits, 52, 11); }

/* Enough of a quad for the rounding: what lies below 60 bits only says that it is not nothing. */
float __trunctfhf2(long double value)
{
	union { long double value; uint64_t words[2]; } quad = { value };
	uint64_t high = quad.words[1], exponent = high >> 48 & 0x7fff, fraction = (high & 0xffffffffffff) << 4;
	fraction |= quad.words[0] >> 60 | ((quad.words[0] << 4) != 0);
	int64_t narrow = (int64_t)exponent - 16383 + 1023;
	if (exponent == 0x7fff) narrow = 0x7ff;
	else if (narrow <= 0) narrow = 0, fraction = exponent != 0 || fraction != 0;
	else if (narrow > 0x7fe) narrow = 0x7fe;
	return half_of((high >> 63) << 63 | (uint64_t)narrow << 52 | fraction, 52, 11);
}

float __extendhfsf2(float passed)
{
	uint32_t half = (single){ passed }.bits & 0xffff, exponent = half >> 10 & 31, fraction = half & 0x3ff;
	uint32_t sign = half >> 15 << 31;
	if (exponent == 31) return (single){ .bits = sign | 0x7f800000 | fraction << 13 | (fraction ? 0x400000 : 0) }.value;
	if (!exponent) {
		float magnitude = (float)fraction * 0x1p-24f;
		return (single){ .bits = sign | (single){ magnitude }.bits }.value;
	}
	return (single){ .bits = sign | (exponent + 112) << 23 | fraction << 13 }.value;
}
