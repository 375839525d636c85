#include "backend/bulk/page_hash.h"

page_hash_fn *hash_kernel(void)
{
    return __builtin_cpu_supports("avx2") ? page_hash_avx2 : page_hash_plain;
}
