/* Header and layout files as text. */
#ifndef SHMLENS_LAYOUTS_TYPE_FILE_H
#define SHMLENS_LAYOUTS_TYPE_FILE_H

#include <stddef.h>

#include "backend/oserr.h"

/* A whole regular file (anything else is refused: SEG_E_NOT_SEGMENT) in memory of malloc; of a file
 * that is longer than types_parse takes, one byte more than that. */
MUST_USE struct oserr type_file_read(const char *path, char **text, size_t *n);

/* The error in words: "no such file". */
const char *type_file_cannot(struct oserr e);

#endif
