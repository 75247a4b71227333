#include <math.h>

/* One instruction on every ISA. */
float sqrtf(float x)
{
	return __builtin_elementwise_sqrt(x);
}
