/* `1 byte`, `2 bytes`: the end of a noun after its number. */
#ifndef SHMLENS_CORE_PLURAL_H
#define SHMLENS_CORE_PLURAL_H

#include <stdint.h>

/* For `"%zu byte%s", n, plural_s(n)`; and of `process%s`. */
static inline const char *plural_s(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static inline const char *plural_es(uint64_t n)
{
    return n == 1 ? "" : "es";
}

#endif
