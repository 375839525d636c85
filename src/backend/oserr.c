#include "backend/oserr.h"

#include <stdio.h>

#include "backend/sys.h"

/* Our own refusals as sentence fragments, in the order of enum seg_refusal. */
static const char *const own_text[] = {
    "refused",
    "no such kind of locator",
    "not a name for a segment",
    "not a segment",
    "past the end",
    "the segment shrank meanwhile",
    "not aligned to its size",
    "opened for reading only",
    "not possible for this kind of segment",
    "in use by others",
    "the name refers to another object now",
    "not a possible size",
    "no memory left for the page",
    "out of memory",
    "swapped out, or never written",
    "the system chooses the id",
    "only to be created",
    "sealed against that",
    "no process seen using it, but that is not proved",
    "a page there is reserved, not committed",
    "not a recording",
    "made by a newer version",
    "damaged",
    "stopped",
    "holds more than there is memory for",
    "its folder belongs to another user, or is a link: nothing is kept there",
    "other bits of the same word change all the time: nothing was stored",
    "needs /proc, which is not mounted here",
    "its name was taken while it was looked at: it is listed as /.shmlens-... now",
    "took too long",
    "a name of Global\\ takes SeCreateGlobalPrivilege, which this process has not",
    "the process that does this in a box ended",
    "breakpoints are taken, but never fire on this machine",
    "a link that leads to nothing below its root folder",
};
_Static_assert(sizeof own_text / sizeof *own_text == SEG_E_END - OSERR_OWN, "each has its text");

const char *oserr_text(struct oserr e, char *buf, size_t n)
{
    if (n == 0)
        return "";
    if (!oserr_is(e)) {
        snprintf(buf, n, "success");
    } else if (e.code >= OSERR_OWN) {
        size_t i = e.code - OSERR_OWN;
        snprintf(buf, n, "%s", own_text[i < sizeof own_text / sizeof *own_text ? i : 0]);
    } else {
        oserr_system_text(e.code, buf, n);
    }
    return buf;
}

enum oserr_kind oserr_kind(struct oserr e)
{
    if (!oserr_is(e))
        return OSERR_K_NONE;
    if (e.code == SEG_E_NO_SPACE)
        return OSERR_K_FULL;
    if (e.code == SEG_E_STRAY)
        return OSERR_K_MISSING;
    return e.code >= OSERR_OWN ? OSERR_K_OTHER : oserr_system_kind(e.code);
}
