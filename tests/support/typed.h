/* Types from text over a buffer that stands for a segment. */
#ifndef SHMLENS_TESTS_SUPPORT_TYPED_H
#define SHMLENS_TESTS_SUPPORT_TYPED_H

#include <string.h>

#include "core/type/parse.h"
#include "core/type/path.h"
#include "core/type/value.h"
#include "support/suite.h"

static uint8_t memory[4096];

static inline bool memory_read(void *ctx, uint64_t offset, void *p, size_t n)
{
    (void)ctx;
    if (offset > sizeof memory || n > sizeof memory - offset)
        return false;
    memcpy(p, memory + offset, n);
    return true;
}

static inline struct types *parsed_as(const char *abi_name, const char *text)
{
    struct type_abi abi;
    char why[TYPE_WHY_MAX] = "";
    ck_assert(type_abi_find(abi_name, strlen(abi_name), &abi));
    struct types *t = types_new(&abi, false);
    ck_assert_ptr_nonnull(t);
    ck_assert_msg(types_parse(t, "test.h", text, strlen(text), why), "%s", why);
    return t;
}

static inline struct types *parsed(const char *text)
{
    return parsed_as("x86_64", text);
}

static inline struct type_source source_of(const struct types *t)
{
    memset(memory, 0, sizeof memory);
    return (struct type_source){.t = t, .read = memory_read, .size = sizeof memory};
}

#endif
