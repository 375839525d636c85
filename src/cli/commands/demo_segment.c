/* The demo's segment: what is under its name, and removing it. */
#include <string.h>

#include "backend/os.h"
#include "cli/commands/demo.h"
#include "cli/commands/demo_layout.h"

bool demo_read_header(struct seg *s, char magic[8], uint32_t *pid)
{
    size_t a = 0;
    size_t b = 0;
    struct oserr e = seg_read(s, DEMO_AT_MAGIC, magic, 8, &a);
    struct oserr f = seg_read(s, DEMO_AT_PID, pid, sizeof *pid, &b);
    return !oserr_is(e) && !oserr_is(f) && a == 8 && b == sizeof *pid;
}

/* Whether a writer lives: the process of the header still has the segment, or one that replays the
 * recording of another has it mapped for writing. */
static bool has_it(struct seg *s, uint32_t pid)
{
    struct seg_who who;
    bool lives = false;
    struct oserr e = seg_who(s, NULL, &who);
    if (oserr_is(e))
        return true; /* not known: leave it alone */
    for (size_t i = 0; i < who.mappers_count; i++)
        lives = lives || who.mappers[i].pid == pid || who.mappers[i].write;
    for (size_t i = 0; i < who.holders_count; i++)
        lives = lives || who.holders[i].pid == pid;
    seg_who_free(&who);
    return lives;
}

enum demo_found demo_look(struct command_run *r, struct seg_stat *seen)
{
    struct seg *s = NULL;
    char magic[8];
    uint32_t pid = 0;
    struct oserr e = seg_open(r->env->be, r->raw, SEG_READ, &s);
    if (oserr_kind(e) == OSERR_K_MISSING)
        return FOUND_NOTHING;
    if (oserr_kind(e) == OSERR_K_DENIED && !oserr_is(seg_open(r->env->be, r->raw, SEG_STAT, &s))) {
        char name[33];
        char shown[RUN_SHOWN];
        (void)run_error(r, "%s is running the demo already (one per machine)",
                        run_shown(os_user_name(seg_last(s)->uid, name), shown));
        seg_close(s);
        return FOUND_ERROR;
    }
    if (oserr_is(e)) {
        (void)run_fail(r, NULL, "read it", e);
        return FOUND_ERROR;
    }
    enum demo_found found = FOUND_FOREIGN;
    if (demo_read_header(s, magic, &pid) && memcmp(magic, DEMO_MAGIC, 8) == 0)
        found = has_it(s, pid) ? FOUND_LIVE : FOUND_DEAD;
    *seen = *seg_last(s);
    seg_close(s);
    return found;
}

struct oserr demo_remove(struct command_run *r, const struct seg_stat *seen, unsigned flags)
{
    const struct seg_removal what = {r->raw, seen, flags, NULL};
    struct oserr e = seg_remove(r->env->be, &what, NULL);
    bool others = oserr_kind(e) == OSERR_K_MISSING || e.code == SEG_E_REPLACED;
    return others ? OSERR_NONE : e;
}
