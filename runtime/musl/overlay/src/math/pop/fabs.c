#include <math.h>

/* One instruction on every ISA. */
double fabs(double x)
{
	return __builtin_elementwise_abs(x);
}
