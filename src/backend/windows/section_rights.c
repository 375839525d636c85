/* Who may do what with a section: its owner and DACL, and what our token is granted. Each is asked
 * of the object itself, by a copy of our handle with one right more: Windows then looks at the
 * descriptor again. */
#include "backend/windows/kinds.h"
#include "backend/windows/sys_windows.h"

static struct oserr with_right(struct seg *s, uint32_t right, void **handle)
{
    return sys_duplicate(s->be, NULL, (uint64_t)s->handle, right, SYS_KEY_COPY, handle);
}

struct oserr section_rights(struct seg *s, struct seg_rights *out)
{
    static const uint32_t all[] = {SEG_RIGHT_QUERY,   SEG_RIGHT_READ,      SEG_RIGHT_WRITE,
                                   SEG_RIGHT_CONTROL, SEG_RIGHT_WRITE_DAC, SEG_RIGHT_WRITE_OWNER};
    struct oserr e = OSERR_NONE;
    for (size_t i = 0; !oserr_is(e) && i < sizeof all / sizeof all[0]; i++) {
        void *h;
        e = with_right(s, all[i], &h);
        if (oserr_is(e)) {
            e = oserr_kind(e) == OSERR_K_DENIED ? OSERR_NONE : e;
            continue;
        }
        out->may |= all[i];
        if (all[i] == SEG_RIGHT_CONTROL)
            e = sys_get_security(s->be, h, out);
        sys_close_handle(s->be, h, SYS_KEY_DONE);
    }
    return e;
}

struct oserr section_set_rights(struct seg *s, const char *sddl, bool *understood)
{
    struct sys_security *d;
    void *h = NULL;
    struct oserr e = sys_parse_security(s->be, sddl, &d);
    *understood = e.code != SEG_E_NAME;
    if (oserr_is(e))
        return e;
    e = with_right(s, sys_security_right(d), &h);
    if (!oserr_is(e)) {
        e = sys_set_security(s->be, h, d);
        sys_close_handle(s->be, h, SYS_KEY_DONE);
    }
    sys_free_security(d);
    return e;
}
