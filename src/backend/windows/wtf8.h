/* Names of Windows, UTF-16 that need not be well-formed, and ours: UTF-8, in which a surrogate that
 * stands alone is the three bytes it would be as a code point (WTF-8). Both ways nothing is lost.
 */
#ifndef SHMLENS_BACKEND_WINDOWS_WTF8_H
#define SHMLENS_BACKEND_WINDOWS_WTF8_H

#include <stddef.h>
#include <wchar.h>

#include "backend/oserr.h"

/* As snprintf: the units that the whole text has (without the NUL), written as far as cap allows,
 * terminated when cap > 0. SIZE_MAX: not UTF-8 (a surrogate aside). */
size_t wide_from_utf8(const char *s, wchar_t *out, size_t cap);

/* n units into bytes: the bytes the whole text has; what does not fit whole is left out, terminated
 * when cap > 0. */
size_t wide_to_utf8(const wchar_t *s, size_t n, char *out, size_t cap);

/* In memory of malloc; NULL: out of memory, or not UTF-8. */
wchar_t *wide_copy(const char *s);
char *wide_utf8_copy(const wchar_t *s, size_t n);

#endif
