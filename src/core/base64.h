/* Base64 (RFC 4648, with padding). Pure. */
#ifndef SHMLENS_CORE_BASE64_H
#define SHMLENS_CORE_BASE64_H

#include <stddef.h>

/* Base64 of n bytes into out (room for (n + 2) / 3 * 4, no NUL). Returns the length. */
size_t base64(char *out, const void *bytes, size_t n);

#endif
