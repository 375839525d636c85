/* What value*.c share. */
#ifndef SHMLENS_CORE_TYPE_VALUE_PRIVATE_H
#define SHMLENS_CORE_TYPE_VALUE_PRIVATE_H

#include "core/type/value.h"

/* Text that may be longer than its buffer, counted like snprintf does. */
struct value_text {
    char *out;
    size_t cap, length;
};
void value_put(struct value_text *o, const char *s, size_t n);

uint64_t value_mask(unsigned bits);
unsigned value_width(const struct type_source *s, const struct type_node *leaf); /* in bits */

/* A time since 1970 in the unit of the form as `2026-11-28 21:48:33.250Z`; nothing outside of the
 * years 0000 to 9999. */
size_t value_time(int form, int64_t v, struct value_text *o);
MUST_USE bool value_parse_time(int form, const char *s, int64_t *v);

#endif
