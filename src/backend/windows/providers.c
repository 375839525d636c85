#include "backend/provider.h"
/* The kinds of Windows. */
#include "backend/windows/kinds.h"

const struct provider *const providers[] = {&win_section_provider, &file_provider,
                                            &recording_provider, NULL};

const char *seg_bare_space(void)
{
    return "Local\\";
}

const char *seg_demo_name(void)
{
    return "Local\\shmlens-demo";
}

void provider_space(struct backend *be, uint64_t *unused, uint64_t *total)
{
    (void)be;
    *unused = *total = 0; /* sections share the page file with everything else */
}
