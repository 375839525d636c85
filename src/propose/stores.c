/* What is done with a store that a breakpoint caught: see propose_private.h. */
#include <string.h>

#include "backend/os.h"
#include "backend/trap.h"
#include "propose/propose_private.h"

enum { IP = 16, SP = 7 };

size_t stores_places(const struct propose_ask *ask, const struct stored_bytes *at, size_t n,
                     struct trap_place *out, size_t room)
{
    const struct seg_who *who = ask->who;
    size_t found = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < who->mappers_count && found < room; i++) {
            const struct seg_mapper *m = &who->mappers[i];
            bool wanted = m->write && m->pid != os_pid() && (ask->pid == 0 || ask->pid == m->pid);
            if (wanted && at[k].offset >= m->offset && at[k].offset - m->offset < m->length)
                out[found++] = (struct trap_place){m->pid, m->address + (at[k].offset - m->offset),
                                                   at[k].length};
        }
    return found;
}

void stores_refused(struct proposals *out, struct oserr e)
{
    char text[160];
    const char *what = oserr_text(e, text, sizeof text);
    if (oserr_kind(e) == OSERR_K_DENIED)
        proposals_note(out, "no permission to watch stores: that needs the processes' user "
                            "and kernel.perf_event_paranoid of at most 2, or CAP_PERFMON");
    else if (e.code == SEG_E_UNSUPPORTED)
        proposals_note(out, "stores can be watched on Linux on x86-64 only");
    else if (e.code == SEG_E_NO_TRAPS)
        proposals_note(out, "stores cannot be watched: this machine takes the processor's "
                            "breakpoints and they never fire (some virtual machines)");
    else
        proposals_note(out, "stores cannot be watched: %s (a debugger may have the breakpoints)",
                       what);
}

void stores_left_out(struct proposals *out, const struct trap *t)
{
    char text[160];
    struct oserr why;
    if (trap_whole(t, &why))
        return;
    if (oserr_is(why))
        proposals_note(out, "not every thread was watched: %s", oserr_text(why, text, sizeof text));
    else
        proposals_note(out, "not every thread was watched: there are more than %d breakpoints",
                       (int)TRAP_MAX);
}

struct oserr stores_walk(struct proposing *p, const struct trap_hit *hit, const uint64_t *window,
                         size_t windows, size_t most, stores_visit *visit, void *ctx)
{
    struct types_frame f = {.known = (UINT32_C(1) << TYPES_REGISTERS) - 1,
                            .inner = true,
                            .stack = hit->stack,
                            .stack_n = hit->stack_n,
                            .stack_at = hit->reg[SP],
                            .window = window,
                            .windows = windows};
    const struct types_ask ask = propose_question(p, &hit->pid);
    struct oserr e = OSERR_NONE;
    enum types_status status = TYPES_NOT;
    memcpy(f.reg, hit->reg, sizeof f.reg);
    for (size_t i = 0;
         i < most && !oserr_is(e) && status != TYPES_FAILED && (f.known >> IP & 1) != 0 &&
         f.reg[IP] != 0 && (p->until == 0 || os_now() < p->until);
         i++) {
        struct types_answer *a = NULL;
        uint64_t address = f.reg[IP];
        e = proposals_answer(p->out, &a);
        if (oserr_is(e))
            break;
        status = types_frame(p->client, &ask, &f, a);
        e = propose_stopped(p, status);
        if (!oserr_is(e))
            e = visit(ctx, address, &f, a);
    }
    return e;
}
