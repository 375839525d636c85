#include "backend/peer.h"

#include "backend/windows/sys_windows.h"

struct oserr peer_name(struct backend *be, uint32_t pid, char comm[SEG_COMM])
{
    void *process = NULL;
    comm[0] = '\0';
    struct oserr e = sys_open_process(be, pid, &process);
    if (oserr_is(e))
        return e;
    sys_image_name(be, process, comm);
    sys_close_handle(be, process, SYS_KEY_DONE);
    return e;
}

struct oserr peer_ranges(struct backend *be, uint32_t pid, struct peer_range **out, size_t *n)
{
    (void)be;
    (void)pid;
    *out = NULL;
    *n = 0;
    return (struct oserr){"peer_ranges", SEG_E_UNSUPPORTED};
}

struct oserr peer_memory_open(struct backend *be, uint32_t pid, struct peer_memory **out)
{
    (void)be;
    (void)pid;
    *out = NULL;
    return (struct oserr){"peer_memory_open", SEG_E_UNSUPPORTED};
}

void peer_memory_close(struct peer_memory *p)
{
    (void)p;
}

bool peer_memory_read(struct peer_memory *p, uint64_t address, void *buf, size_t n)
{
    (void)p;
    (void)address;
    (void)buf;
    (void)n;
    return false;
}
