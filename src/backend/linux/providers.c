/* The kinds of Linux, in the order in which they are asked to claim a locator. */
#include "backend/provider.h"

#include "backend/linux/kinds.h"
#include "backend/linux/proc.h"
#include "backend/linux/sysv.h"

const struct provider *const providers[] = {
    &posix_shm_provider, &sysv_provider, &fd_provider,        &map_provider, &ns_provider,
    &memfd_provider,     &file_provider, &recording_provider, NULL,
};

const char *seg_bare_space(void)
{
    return NULL;
}

const char *seg_demo_name(void)
{
    return "/shmlens-demo";
}

void provider_space(struct backend *be, uint64_t *unused, uint64_t *total)
{
    posix_shm_space(be, unused, total);
}
