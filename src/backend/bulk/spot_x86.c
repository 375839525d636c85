#include "backend/bulk/spot.h"

spot_fn *search_kernel(void)
{
    return __builtin_cpu_supports("avx2") ? spot_avx2 : spot_plain;
}
