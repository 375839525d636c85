#include "backend/bulk/page_hash.h"

#include "backend/bulk/page_hash_loop.h"
#include "backend/guard.h"

GUARDED void page_hash_plain(void *run)
{
    page_hash_loop(run);
}
