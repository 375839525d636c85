/* types: what lies in a segment, as far as that can be found out. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/typed.h"
#include "cli/commands/types.h"
#include "core/plural.h"
#include "core/text.h"
#include "propose/watch.h"

enum { NAME_TEXT = 1024 };

static void print_row(struct out *o, const struct proposal *p)
{
    char name[NAME_TEXT], how[PROPOSAL_HOW];
    (void)proposal_name(p, name, sizeof name);
    proposal_how(p, how);
    out_print(o, "0x%" PRIx64 " ", p->offset);
    out_escaped(o, name);
    out_print(o, " %" PRIu64 " %s\n", p->size, how);
}

static void json_escaped(struct out *o, const char *key, const char *raw)
{
    char *text = text_escaped(raw);
    out_print(o, ",\"%s\":", key);
    out_json(o, text == NULL ? "" : text);
    free(text);
}

static void json_row(struct out *o, const struct proposal *p)
{
    static const char *const kinds[] = {[PROPOSAL_POINTER] = "via",
                                        [PROPOSAL_LAYOUT] = "layout",
                                        [PROPOSAL_NAME] = "name",
                                        [PROPOSAL_SIZE] = "size",
                                        [PROPOSAL_FIT] = "fit"};
    char name[NAME_TEXT];
    (void)proposal_name(p, name, sizeof name);
    out_print(o, "{\"offset\":%" PRIu64, p->offset);
    json_escaped(o, "type", name);
    out_print(o, ",\"size\":%" PRIu64 ",\"by\":\"%s\",\"proved\":%s", p->size, kinds[p->kind],
              proposal_proved(p) ? "true" : "false");
    if (p->via != NULL)
        json_escaped(o, p->kind == PROPOSAL_LAYOUT ? "layout" : "via", p->via);
    if (p->kind == PROPOSAL_FIT)
        out_print(o, ",\"score\":%d.%d", (int)(p->score / 10), (int)(p->score % 10));
    if (p->pid != 0) {
        out_print(o, ",\"pid\":%" PRIu32, p->pid);
        json_escaped(o, "name", p->comm);
    }
    out_str(o, "}");
}

void types_json_begin(struct command_run *r, const char *key)
{
    struct out *o = r->env->out;
    char *locator = malloc((size_t)4 * LOCATOR_MAX);
    if (locator != NULL)
        (void)locator_shown(r->raw, locator, (size_t)4 * LOCATOR_MAX);
    out_str(o, "{\"format\":1,\"locator\":");
    out_json(o, locator == NULL ? "" : locator);
    free(locator);
    out_print(o, ",\"%s\":[", key);
}

static void print_json(struct command_run *r, const struct proposals *p)
{
    struct out *o = r->env->out;
    types_json_begin(r, "types");
    for (size_t i = 0; i < p->count; i++) {
        out_str(o, i == 0 ? "" : ",");
        json_row(o, &p->row[i]);
    }
    out_str(o, "]}\n");
}

static int print(struct command_run *r, const struct propose_ask *ask, const struct proposals *p)
{
    bool fits = false;
    bool json = run_option(r, "json") != NULL;
    if (json)
        print_json(r, p);
    for (size_t i = 0; i < p->count; i++) {
        if (!json)
            print_row(r->env->out, &p->row[i]);
        fits = fits || p->row[i].kind == PROPOSAL_FIT;
    }
    for (size_t i = 0; i < p->notes; i++)
        run_note(r, "%s", p->note[i]);
    if (ask->fits && !fits)
        run_note(r, "nothing fits at 0x%" PRIx64, ask->offset);
    else if (p->count == 0)
        run_note(r, "nothing is known of what lies here");
    return p->count > 0 ? EXIT_DONE : EXIT_NO;
}

/* Options into the question. False: an error was reported. */
static bool prepare(struct command_run *r, struct propose_ask *ask)
{
    const char *fit = run_option(r, "fit");
    uint64_t pid = 0;
    if (run_option(r, "pid") != NULL &&
        !run_number(r, "--pid", run_option(r, "pid"), UINT32_MAX, &pid))
        return false;
    ask->pid = (uint32_t)pid;
    ask->fits = fit != NULL;
    if (run_option(r, "type") != NULL && run_option(r, "compare") == NULL) {
        (void)run_usage(r, "--type needs --compare");
        return false;
    }
    if (fit != NULL && !run_offset(r, fit, &ask->offset))
        return false;
    if (fit != NULL && ask->offset >= r->size) {
        (void)run_error(r,
                        "offset 0x%" PRIx64 " is past the end: the segment has %" PRIu64 " byte%s",
                        ask->offset, r->size, plural_s(r->size));
        return false;
    }
    return true;
}

static int propose_and_print(struct command_run *r, struct propose_ask ask)
{
    int64_t watch = 0;
    struct seg_who who = {0};
    struct proposals p;
    struct oserr e = OSERR_NONE;
    if (!run_duration_option(r, "watch", &watch))
        return EXIT_ERROR;
    if (seg_kind(r->seg) != SEG_REC)
        e = seg_who_maps(r->seg, r->env->pace, &who);
    if (oserr_is(e))
        return run_fail(r, NULL, "find out who maps it", e);
    bool maps = ask.pid == 0;
    for (size_t i = 0; i < who.mappers_count; i++)
        maps = maps || who.mappers[i].pid == ask.pid;
    if (!maps) {
        seg_who_free(&who);
        return run_error(r, "process %" PRIu32 " does not map it, as far as can be seen", ask.pid);
    }
    ask.seg = r->seg;
    ask.who = &who;
    ask.progress = r->env->progress;
    e = propose(r->env->be, &ask, &p);
    if (!oserr_is(e) && run_option(r, "watch") != NULL)
        e = propose_watch(r->env->be, &ask, os_now() + watch, &p);
    int status = oserr_is(e)                        ? run_fail(r, NULL, "find out what is in it", e)
                 : run_option(r, "compare") != NULL ? types_compare(r, &ask, &p)
                                                    : print(r, &ask, &p);
    proposals_free(&p);
    seg_who_free(&who);
    return status;
}

int cmd_types(struct command_run *r)
{
    struct propose_ask ask = {0};
    if (!prepare(r, &ask))
        return EXIT_ERROR;
    struct types *t = typed_files(r, NULL, NULL, NULL);
    if (t == NULL)
        return EXIT_ERROR;
    ask.types = t;
    int status = propose_and_print(r, ask);
    types_free(t);
    return status;
}
