/* Looks: how one segment is shown, as its user left it, where that is not as preferred: view, byte
 * order, encoding, panels, highlights. They belong to the segment, so that the next one is not
 * shown in the same way. As text, a name and a value, since they are kept with its marks. */
#ifndef SHMLENS_SESSION_LOOKS_H
#define SHMLENS_SESSION_LOOKS_H

#include <stddef.h>
#include <stdint.h>

struct session;

enum { LOOKS_MAX = 16, LOOK_NAME_MAX = 16, LOOK_VALUE_MAX = 24 };

struct own_look {
    char name[LOOK_NAME_MAX], value[LOOK_VALUE_MAX];
};

struct looks {
    size_t count;
    struct own_look at[LOOKS_MAX];
};

/* The options that are looks, as bits (see settings.h), and those that keys set for one segment
 * while the program runs, which are kept nowhere: the rate. */
uint32_t looks_own(void);

/* The looks in effect that are not as preferred. */
void looks_get(const struct session *s, struct looks *out);

/* Everything as preferred, but for these. Names and values that are not understood are skipped. */
void looks_apply(struct session *s, const struct looks *looks);

const struct own_look *looks_find(const struct looks *l,
                                  const char *name); /* NULL: there is none */

/* Adds one, or replaces the one of this name; beside LOOKS_MAX others it is left out. */
void looks_set(struct looks *l, const struct own_look *look);
void looks_delete(struct looks *l, const char *name);

#endif
