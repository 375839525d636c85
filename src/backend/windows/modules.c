/* Windows keeps its types in PDB files, which are not read yet. */
#include "backend/modules.h"

#include "backend/segment.h"

struct oserr modules_list(struct backend *be, uint32_t pid, struct modules *out)
{
    (void)be;
    *out = (struct modules){.pid = pid};
    return (struct oserr){"modules_list", SEG_E_UNSUPPORTED};
}

void modules_free(struct modules *m)
{
    *m = (struct modules){0};
}

struct oserr module_open(struct backend *be, const struct modules *m, size_t i, int *fd)
{
    (void)m;
    (void)i;
    return module_file(be, 0, "", fd);
}

struct oserr module_file(struct backend *be, uint32_t pid, const char *path, int *fd)
{
    (void)be;
    (void)pid;
    (void)path;
    *fd = -1;
    return (struct oserr){"module_file", SEG_E_UNSUPPORTED};
}

void module_close(struct backend *be, int fd)
{
    (void)be;
    (void)fd;
}
