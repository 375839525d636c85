/* Rights that are no mode: the security descriptor of a section of Windows. */
#include <stdlib.h>

#include "backend/provider.h"

struct oserr seg_rights(struct seg *s, struct seg_rights *out)
{
    *out = (struct seg_rights){0};
    if (s->kind->rights == NULL)
        return (struct oserr){"seg_rights", SEG_E_UNSUPPORTED};
    struct oserr e = s->kind->rights(s, out);
    if (oserr_is(e))
        seg_rights_free(out);
    return e;
}

bool seg_has_rights(const struct seg *s)
{
    return s->kind->rights != NULL;
}

struct oserr seg_set_rights(struct seg *s, const char *sddl, bool *understood)
{
    *understood = true;
    if (s->kind->set_rights == NULL)
        return (struct oserr){"seg_set_rights", SEG_E_UNSUPPORTED};
    return s->kind->set_rights(s, sddl, understood);
}

void seg_rights_free(struct seg_rights *r)
{
    free(r->domain);
    free(r->account);
    free(r->sid);
    free(r->sddl);
    *r = (struct seg_rights){0};
}
