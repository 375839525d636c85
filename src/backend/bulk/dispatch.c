/* Picks the kernels for the processor that we run on. */
#include "backend/bulk/bulk.h"

#ifdef SHMLENS_AVX2

kernel_fn *hash_kernel(void)
{
    return __builtin_cpu_supports("avx2") ? hash_pages_avx2 : hash_pages_plain;
}

kernel_fn *search_kernel(void)
{
    return __builtin_cpu_supports("avx2") ? search_bytes_avx2 : search_bytes_plain;
}

#else

kernel_fn *hash_kernel(void)
{
    return hash_pages_plain;
}

kernel_fn *search_kernel(void)
{
    return search_bytes_plain;
}

#endif
