/* What every fuzzer shares: its entry, and input as a C string. */
#ifndef SHMLENS_TESTS_FUZZ_FUZZ_H
#define SHMLENS_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the run: a promise does not hold. */
#define HOLDS(condition)  \
    do {                  \
        if (!(condition)) \
            abort();      \
    } while (0)

/* The input up to its first NUL as a string in an allocation of its exact size, so that a read
 * behind its end is seen. The caller frees. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size > 0 ? memchr(data, 0, size) : NULL;
    size_t n = nul != NULL ? (size_t)(nul - data) : size;
    char *s = malloc(n + 1);
    HOLDS(s != NULL);
    if (n > 0)
        memcpy(s, data, n);
    s[n] = '\0';
    return s;
}

#endif
