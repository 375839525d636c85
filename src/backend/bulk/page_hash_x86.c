#include "backend/bulk/page_hash.h"

page_hash_fn *page_hash_best(void)
{
    return __builtin_cpu_supports("avx2") ? page_hash_avx2 : page_hash_plain;
}
