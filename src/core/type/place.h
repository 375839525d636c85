/* Where layout files say that their types lie: lines `at` against a segment. Pure.
 *
 * A segment has several names: its locator as it is shown, the same without the kind, the key of
 * System V, what a descriptor refers to. A line is about the segment when its glob matches one of
 * them, the segment has the size that the line asks for, and its condition holds on the bytes that
 * are there now. */
#ifndef SHMLENS_CORE_TYPE_PLACE_H
#define SHMLENS_CORE_TYPE_PLACE_H

#include "core/type/tree.h"

enum { PLACE_NAMES = 4 };

/* The names of a segment as they are shown; `posix:/ring` also stands for `/ring`. */
struct place_names {
    const char *name[PLACE_NAMES];
    int count;
};

/* Does a glob match one of the names? Without a kind it is about any kind. */
bool type_place_named(const char *glob, const struct place_names *names);

/* The root that the line gives in s, whose types are those of the line's file. False: the line is
 * not about this segment, or it cannot be known. */
bool type_place_root(const struct type_source *s, const struct type_place *p,
                     const struct place_names *names, struct type_node *root);

/* Is the condition one that can be asked of the type? False: `why`. */
MUST_USE bool type_place_check(const struct types *t, const struct type_place *p,
                               char why[TYPE_WHY_MAX]);

/* `end-40`, `0x80`. */
enum { PLACE_OFFSET_TEXT = 32 };
void type_place_offset(const struct type_place *p, char out[PLACE_OFFSET_TEXT]);

#endif
