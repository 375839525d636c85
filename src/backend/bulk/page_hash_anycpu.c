#include "backend/bulk/page_hash.h"

page_hash_fn *hash_kernel(void)
{
    return page_hash_plain;
}
