/* What the front end calls for a product that came out NaN, and for every quotient, of complex numbers (C11 Annex G).
 * libgcc's own take and return them in registers that differ per ISA and not as the front end's ABI does, and round
 * differently per ISA. */
#include <math.h>

#define ARITHMETIC(type, name, s) \
type _Complex __mul##name##3(type a, type b, type c, type d) \
{ \
	type ac = a*c, bd = b*d, ad = a*d, bc = b*c, x = ac-bd, y = ad+bc; \
	if (isnan(x) && isnan(y)) { \
		int again = 0; \
		if (isinf(a) || isinf(b)) { \
			a = copysign##s(isinf(a) ? 1 : 0, a); \
			b = copysign##s(isinf(b) ? 1 : 0, b); \
			if (isnan(c)) c = copysign##s(0, c); \
			if (isnan(d)) d = copysign##s(0, d); \
			again = 1; \
		} \
		if (isinf(c) || isinf(d)) { \
			c = copysign##s(isinf(c) ? 1 : 0, c); \
			d = copysign##s(isinf(d) ? 1 : 0, d); \
			if (isnan(a)) a = copysign##s(0, a); \
			if (isnan(b)) b = copysign##s(0, b); \
			again = 1; \
		} \
		if (!again && (isinf(ac) || isinf(bd) || isinf(ad) || isinf(bc))) { \
			if (isnan(a)) a = copysign##s(0, a); \
			if (isnan(b)) b = copysign##s(0, b); \
			if (isnan(c)) c = copysign##s(0, c); \
			if (isnan(d)) d = copysign##s(0, d); \
			again = 1; \
		} \
		if (again) { \
			x = INFINITY * (a*c - b*d); \
			y = INFINITY * (a*d + b*c); \
		} \
	} \
	return __builtin_complex(x, y); \
} \
type _Complex __div##name##3(type a, type b, type c, type d) \
{ \
	int scale = 0; \
	type large = logb##s(fmax##s(fabs##s(c), fabs##s(d))); \
	if (isfinite(large)) { \
		scale = (int)large; \
		c = scalbn##s(c, -scale); \
		d = scalbn##s(d, -scale); \
	} \
	type bottom = c*c + d*d; \
	type x = scalbn##s((a*c + b*d) / bottom, -scale), y = scalbn##s((b*c - a*d) / bottom, -scale); \
	if (isnan(x) && isnan(y)) { \
		if (bottom == 0 && (!isnan(a) || !isnan(b))) { \
			x = copysign##s(INFINITY, c) * a; \
			y = copysign##s(INFINITY, c) * b; \
		} else if ((isinf(a) || isinf(b)) && isfinite(c) && isfinite(d)) { \
			a = copysign##s(isinf(a) ? 1 : 0, a); \
			b = copysign##s(isinf(b) ? 1 : 0, b); \
			x = INFINITY * (a*c + b*d); \
			y = INFINITY * (b*c - a*d); \
		} else if (isinf(large) && large > 0 && isfinite(a) && isfinite(b)) { \
			c = copysign##s(isinf(c) ? 1 : 0, c); \
			d = copysign##s(isinf(d) ? 1 : 0, d); \
			x = 0 * (a*c + b*d); \
			y = 0 * (b*c - a*d); \
		} \
	} \
	return __builtin_complex(x, y); \
}

ARITHMETIC(float, sc, f)
ARITHMETIC(double, dc, )
ARITHMETIC(long double, tc, l)
