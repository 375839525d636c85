/* Names of Windows, which are UTF-16 that need not be well-formed, and ours: UTF-8, in which a lone
 * surrogate is encoded like any code point (WTF-8). Nothing is lost either way. */
#ifndef SHMLENS_BACKEND_WINDOWS_WTF8_H
#define SHMLENS_BACKEND_WINDOWS_WTF8_H

#include <stddef.h>
#include <wchar.h>

#include "backend/oserr.h"

/* As snprintf: returns the units of the whole text (without the NUL), writes as far as cap allows,
 * terminates when cap > 0. SIZE_MAX: not UTF-8 (apart from surrogates). */
size_t wide_from_utf8(const char *s, wchar_t *out, size_t cap);

/* Encodes n units: returns the bytes of the whole text; leaves out what does not fit whole,
 * terminates when cap > 0. */
size_t wide_to_utf8(const wchar_t *s, size_t n, char *out, size_t cap);

/* In memory of malloc; NULL: out of memory, or not UTF-8. */
wchar_t *wide_copy(const char *s);
char *wide_utf8_copy(const wchar_t *s, size_t n);

#endif
