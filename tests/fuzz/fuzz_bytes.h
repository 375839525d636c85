/* The input as the bytes of a segment, for the fuzzers of types. */
#ifndef SHMLENS_FUZZ_BYTES_H
#define SHMLENS_FUZZ_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static struct {
    const uint8_t *at;
    size_t n;
} bytes;

/* A type_source.read. */
static bool read_bytes(void *ctx, uint64_t offset, void *p, size_t n)
{
    (void)ctx;
    if (offset > bytes.n || n > bytes.n - offset)
        return false;
    memcpy(p, bytes.at + offset, n);
    return true;
}

#endif
