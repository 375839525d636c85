#include "backend/provider.h"
#include "backend/windows/kinds.h"

const struct provider *const providers[] = {&win_section_provider, &file_provider,
                                            &recording_provider, NULL};

enum seg_kind provider_kind(const struct provider *p, const char *locator)
{
    (void)locator;
    return p->kind;
}

void provider_space(struct backend *be, uint64_t *unused, uint64_t *total)
{
    (void)be;
    *unused = *total = 0; /* sections share the page file with everything else */
}
