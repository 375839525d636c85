/* record: which programs and libraries have the segment, with their build-ids. Their debug
 * information can say later what was in it, and the build-id whether a file is still the same. */
#include "cli/commands/record_modules.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "backend/survey.h"
#include "cli/commands/typed.h"
#include "core/text.h"

/* Finding them delays the first sample. */
enum { PROCESSES = 16, DEADLINE_MS = 500 };

/* Takes those that are programs, or those that are not. */
static void take(struct types_answer *a, bool program, struct rec_header *h)
{
    for (size_t i = 0; i < a->modules_count; i++) {
        struct types_module *m = &a->modules[i];
        if (m->program != program || m->path == NULL)
            continue;
        struct rec_module *row = &h->module[h->modules++];
        *row = (struct rec_module){.program = program, .path = m->path};
        m->path = NULL;
        for (const char *s = m->build_id; s[0] != '\0' && s[1] != '\0'; s += 2)
            row->id[row->id_n++] = (uint8_t)(text_hex_digit(s[0]) << 4 | text_hex_digit(s[1]));
    }
}

/* What was left out, for the builds of those programs are not known later. */
static void note_missing(struct command_run *r, const struct types_answer *a, bool more)
{
    if (more)
        run_note(r, "only %d of the programs that map it are noted in the recording", PROCESSES);
    if (a->reason[0] != '\0')
        run_note(r, "not every program that maps it is noted in the recording: %s", a->reason);
}

void record_modules(struct command_run *r, struct rec_header *h)
{
    struct seg_who who = {0};
    bool more = false;
    struct types_answer a = {0};
    uint32_t pid[PROCESSES];
    struct types_client *c = types_can() ? types_client_new(r->env->be) : NULL;
    h->module = NULL;
    h->modules = 0;
    if (c != NULL && !oserr_is(seg_who_maps(r->seg, r->env->pace, &who))) {
        const struct types_ask ask = {.pid = pid,
                                      .pids = seg_who_pids(&who, pid, PROCESSES, &more),
                                      .deadline = os_now() + (int64_t)DEADLINE_MS * 1000000,
                                      .stop = typed_stop,
                                      .ctx = r};
        if (ask.pids > 0)
            (void)types_modules(c, &ask, &a);
        note_missing(r, &a, more);
    } else if (c != NULL) {
        run_note(r,
                 "the programs that map it are not noted in the recording: they cannot be found");
    }
    if (a.modules_count > 0)
        h->module = calloc(a.modules_count, sizeof *h->module);
    for (int libraries = 0; h->module != NULL && libraries < 2; libraries++)
        take(&a, libraries == 0, h);
    types_answer_free(&a);
    seg_who_free(&who);
    types_client_free(c);
}

void record_modules_free(struct rec_header *h)
{
    for (size_t i = 0; i < h->modules; i++)
        free(h->module[i].path);
    free(h->module);
    h->module = NULL;
    h->modules = 0;
}
