/* Rights that are no mode: the security descriptor of a section of Windows. */
#ifndef SHMLENS_BACKEND_RIGHTS_H
#define SHMLENS_BACKEND_RIGHTS_H

#include "backend/segment.h"

/* Bits, as Windows has them. */
enum seg_right {
    SEG_RIGHT_QUERY = 1,
    SEG_RIGHT_WRITE = 2,
    SEG_RIGHT_READ = 4,
    SEG_RIGHT_CONTROL = 0x20000,
    SEG_RIGHT_WRITE_DAC = 0x40000,
    SEG_RIGHT_WRITE_OWNER = 0x80000,
};

struct seg_rights {
    char *domain, *account; /* of the owner, raw; NULL: nobody knows them */
    char *sid;              /* the owner's; NULL: not known, as sddl */
    char *sddl;             /* owner, group and DACL; NULL: we may not see them */
    uint32_t may;           /* enum seg_right: what this process is granted */
};

bool seg_has_rights(const struct seg *s);

/* SEG_E_UNSUPPORTED: this kind has none. The caller frees what is in it. Any access. */
MUST_USE struct oserr seg_rights(struct seg *s, struct seg_rights *out);
void seg_rights_free(struct seg_rights *r);

/* Sets the parts that the SDDL has (`D:(A;;GA;;;WD)`); handles that are open keep their rights.
 * *understood false: it is not an SDDL, and the error says so too. Any access. */
MUST_USE struct oserr seg_set_rights(struct seg *s, const char *sddl, bool *understood);

#endif
