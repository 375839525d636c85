/* Why something was refused, in words that may be printed. */
#ifndef SHMLENS_CORE_TYPE_WHY_H
#define SHMLENS_CORE_TYPE_WHY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/type/type.h"

/* Writes the formatted text to why, which has room for cap bytes with the NUL: escaped, since names
 * in it are the input's, and cut where the room ends. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 0)))
#endif
void type_why(char *why, size_t cap, const char *format, va_list args);

/* The same to a buffer of TYPE_WHY_MAX bytes. Returns false. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
bool type_refuse(char why[TYPE_WHY_MAX], const char *format, ...);

#endif
