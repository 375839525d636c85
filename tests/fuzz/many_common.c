/* The types that every program has, parsed once for each ABI and copied from then on: they are the
 * same for each input, and parsing them takes longer than most inputs do. Linked in place of
 * types_parse_common (--wrap). */
#include "core/type/parse.h"
#include "core/type/type_private.h"
#include "fuzz.h"

enum { KEPT = 8 };

bool __real_types_parse_common(struct types *t, char why[TYPE_WHY_MAX]);
bool __wrap_types_parse_common(struct types *t, char why[TYPE_WHY_MAX]);

static struct {
    struct type_abi abi;
    struct types *t;
} kept[KEPT];

static void copy_array(struct type_array *to, const struct type_array *from, size_t size)
{
    free(to->at);
    *to = *from;
    to->room = to->count;
    to->at = malloc(from->count * size + 1);
    HOLDS(to->at != NULL);
    if (from->count > 0)
        memcpy(to->at, from->at, from->count * size);
}

static void copy(struct types *to, const struct types *from)
{
    copy_array(&to->type, &from->type, sizeof(struct type));
    copy_array(&to->member, &from->member, sizeof(struct type_member));
    copy_array(&to->enumerator, &from->enumerator, sizeof(struct type_enumerator));
    copy_array(&to->hint, &from->hint, sizeof(struct type_hint));
    copy_array(&to->place, &from->place, sizeof(struct type_place));
    copy_array(&to->constant, &from->constant, sizeof(int64_t));
    copy_array(&to->strings, &from->strings, 1);
    copy_array(&to->names, &from->names, sizeof(uint32_t));
    copy_array(&to->defined, &from->defined, 3 * sizeof(uint32_t)); /* struct type_definition */
    to->names_used = from->names_used;
    to->defined_used = from->defined_used;
}

bool __wrap_types_parse_common(struct types *t, char why[TYPE_WHY_MAX])
{
    for (int i = 0; i < KEPT; i++) {
        if (kept[i].t == NULL) {
            HOLDS(__real_types_parse_common(t, why));
            kept[i].abi = t->abi;
            kept[i].t = calloc(1, sizeof *t);
            HOLDS(kept[i].t != NULL);
            copy(kept[i].t, t);
            return true;
        }
        if (strcmp(kept[i].abi.name, t->abi.name) == 0 && kept[i].abi.pack == t->abi.pack) {
            copy(t, kept[i].t);
            return true;
        }
    }
    return __real_types_parse_common(t, why);
}
