#include "layouts/type_file.h"

#include <stdlib.h>

#include "backend/os.h"
#include "core/type/parse.h"

struct oserr type_file_read(const char *path, char **text, size_t *n)
{
    struct os_file *f = NULL;
    uint64_t size = 0;
    size_t got = 0, room = 64 * 1024;
    *n = 0;
    *text = malloc(room);
    struct oserr e = {"malloc", SEG_E_MEMORY};
    if (*text != NULL)
        e = os_file_open(path, true, &f, &size);
    do {
        got = 0;
        char *more = *n < room || oserr_is(e) ? *text : realloc(*text, room *= 2);
        if (more == NULL)
            e = (struct oserr){"malloc", SEG_E_MEMORY};
        else
            *text = more;
        if (!oserr_is(e))
            e = os_file_read(f, *text + *n, room - *n, &got);
        *n += got;
    } while (!oserr_is(e) && got > 0 && *n <= TYPE_FILE_MAX);
    os_file_abandon(f);
    if (oserr_is(e)) {
        free(*text);
        *text = NULL;
    }
    return e;
}

const char *type_file_cannot(struct oserr e)
{
    return oserr_kind(e) == OSERR_K_MISSING  ? "no such file"
           : e.code == SEG_E_NOT_SEGMENT     ? "not a regular file"
           : oserr_kind(e) == OSERR_K_DENIED ? "no permission to read it"
                                             : "cannot read it";
}
