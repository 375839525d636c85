/* Included before every file of ours that mingw compiles: of the two strtod that its library has,
 * the headers choose the one that rounds twice. */
#ifndef SHMLENS_MINGW_H
#define SHMLENS_MINGW_H

#include <stdlib.h>

#if defined(__MINGW32__) && !defined(_UCRT)
double __strtod(const char *restrict s, char **restrict end);
float __strtof(const char *restrict s, char **restrict end);
#define strtod __strtod
#define strtof __strtof
#endif

#endif
