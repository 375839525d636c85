/* Compiled for AVX2: called only where there is it. */
#include "backend/bulk/page_hash.h"
#include "backend/bulk/page_hash_loop.h"
#include "backend/guard.h"

GUARDED void page_hash_avx2(void *run)
{
    page_hash_loop(run);
}
