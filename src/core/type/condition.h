/* Conditions over fields: `owner == 0 && sem.value == 0`, `state == RING_READY || !(beat < 100)`,
 * `name == "x"`, with `and or not` for `&& || !`. Pure.
 *
 * The text becomes a tree of at most CONDITION_NODES nodes. A word that names a field of the root
 * is a path, everything else a value in the terms of the field on the other side. A field alone
 * holds when it is not 0. What cannot be read makes a comparison neither true nor false; that goes
 * up through `!` and is false in the end. */
#ifndef SHMLENS_CORE_TYPE_CONDITION_H
#define SHMLENS_CORE_TYPE_CONDITION_H

#include "core/type/path.h"

enum { CONDITION_NODES = 64 };

struct type_condition;

/* NULL: `why` says what is wrong, printable. The text may go away. */
MUST_USE struct type_condition *type_condition_new(const struct type_source *s,
                                                   const struct type_node *root, const char *text,
                                                   char why[TYPE_WHY_MAX]);
void type_condition_free(struct type_condition *c);

enum type_truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN };

/* Reads all fields of it, whatever the first ones say. *seen becomes a sum over all bytes read: two
 * evaluations in a row with the same one saw what was there at one moment between them. */
enum type_truth type_condition_check(const struct type_condition *c, const struct type_source *s,
                                     const struct type_node *root, uint64_t *seen);

#endif
