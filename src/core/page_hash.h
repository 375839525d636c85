/* The hash of a page of 4 KiB where the processor has AVX2 (src/core/wide): that of XXH3. */
#ifndef SHMLENS_CORE_PAGE_HASH_H
#define SHMLENS_CORE_PAGE_HASH_H

#include <stdint.h>

enum { PAGE_HASHED = 4096 };

uint64_t page_hash_avx2(const uint8_t page[PAGE_HASHED]); /* where it is built (SHMLENS_AVX2) */

#endif
