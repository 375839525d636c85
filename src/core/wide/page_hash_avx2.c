/* The hash of a page with the vectors of AVX2. The library is built for any processor. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/page_hash.h"

uint64_t page_hash_avx2(const uint8_t page[PAGE_HASHED])
{
    return XXH3_64bits(page, PAGE_HASHED);
}
