/* No other program is run on Windows: it has no debug information to make types
 * of. */
#include "backend/os.h"
#include "backend/segment.h"

struct oserr os_run(const char *const *argv, bool (*stop)(void *ctx), void *ctx, char *said,
                    size_t cap, int *status)
{
    (void)argv;
    (void)stop;
    (void)ctx;
    if (cap > 0)
        said[0] = '\0';
    *status = 127;
    return (struct oserr){"os_run", SEG_E_UNSUPPORTED};
}

struct oserr os_scratch_new(char *path, size_t cap)
{
    if (cap > 0)
        path[0] = '\0';
    return (struct oserr){"os_scratch_new", SEG_E_UNSUPPORTED};
}

void os_scratch_remove(const char *folder)
{
    (void)folder;
}
