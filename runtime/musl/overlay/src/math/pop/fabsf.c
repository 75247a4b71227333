#include <math.h>

/* One instruction on every ISA. */
float fabsf(float x)
{
	return __builtin_elementwise_abs(x);
}
