/* The forms in which bytes are copied: numbers, text, and source code of several languages. Pure
 * but for the memory of the text. */
#ifndef SHMLENS_UI_COPY_FORMS_H
#define SHMLENS_UI_COPY_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/view.h"

/* What is copied. */
struct copy_source {
    const uint8_t *bytes;
    size_t n;
    uint64_t offset;
    const struct view *view; /* of the cells: COPY_VALUE */
    enum text_encoding enc;  /* of the column with the cursor: COPY_TEXT */
};

/* A text of fixed capacity; `text` is malloc'd. */
struct copy_text {
    char *text;
    size_t length, capacity;
};

struct copy_form {
    const char *name;  /* `:copy NAME` */
    const char *label; /* in the menu, its letter first */
    const char *words; /* `copied 4 bytes as WORDS` */
    bool (*make)(struct copy_text *p, const struct copy_source *s); /* false: out of memory */
    bool values; /* takes whole values of the view only */
};

/* All forms; NULL: no such one. */
const struct copy_form *copy_form_at(size_t i);
const struct copy_form *copy_form_find(const char *name);

#endif
