#include "backend/os_read.h"

#include <stdlib.h>

/* Reads up to limit + 1 bytes, so that a longer file is noticed. */
struct oserr os_read_all(os_read_some *read, intptr_t file, size_t limit, struct oserr too_large,
                         char **data, size_t *n)
{
    if (limit >= SIZE_MAX / 4)
        limit = SIZE_MAX / 4;
    size_t cap = 4096 < limit + 1 ? 4096 : limit + 1, have = 0, got = 0;
    char *buf = malloc(cap + 1);
    struct oserr e = OSERR_NONE;
    while (buf != NULL) {
        e = read(file, buf + have, cap - have, &got);
        have += got;
        if (!oserr_is(e) && have > limit)
            e = too_large;
        if (oserr_is(e) || got == 0)
            break;
        if (have == cap) {
            cap = cap * 2 < limit + 1 ? cap * 2 : limit + 1;
            char *more = realloc(buf, cap + 1);
            if (more == NULL)
                free(buf);
            buf = more;
        }
    }
    if (buf == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    if (oserr_is(e)) {
        free(buf);
        return e;
    }
    buf[have] = '\0';
    *data = buf;
    *n = have;
    return OSERR_NONE;
}

struct oserr os_change_file(const char *path, size_t limit, bool must_read, os_change *change,
                            void *ctx)
{
    char *old = NULL;
    size_t old_n = 0, new_n = 0;
    struct oserr e = os_read_file(path, limit, &old, &old_n);
    if (oserr_kind(e) == OSERR_K_MISSING || !must_read)
        e = OSERR_NONE;
    char *new = oserr_is(e) ? NULL : change(ctx, old, old_n, &new_n);
    if (new != NULL)
        e = os_replace_file(path, new, new_n);
    free(new);
    free(old);
    return e;
}
