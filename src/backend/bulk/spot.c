/* Every compiler of ours turns vectors of so many bytes into the vector unit's instructions. */
#define SPOT_VECTOR 16
#include "backend/bulk/spot_loop.h"

GUARDED void spot_plain(void *spot)
{
    spot_loop(spot);
}
