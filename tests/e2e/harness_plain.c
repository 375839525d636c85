/* e2e_fail for programs that are no suites: they end. */
#include "harness.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void e2e_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(EXIT_FAILURE);
}
