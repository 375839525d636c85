/* Compiled for AVX2: called only where there is it. */
#define SPOT_VECTOR 32
#include "backend/bulk/spot_loop.h"

GUARDED void spot_avx2(void *spot)
{
    spot_loop(spot);
}
