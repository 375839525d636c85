/* types --compare: do all programs that map a segment mean the same by its types? */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/types.h"
#include "core/plural.h"
#include "core/text.h"
#include "propose/compare.h"

enum { TYPE_TEXT = 1024 };

struct comparing {
    struct command_run *r;
    bool json;
    size_t printed, differ;
};

static void print_process(struct out *o, const struct seg_mapper *m)
{
    out_escaped(o, m->comm);
    out_print(o, " (%" PRIu32 ")", m->pid);
}

/* `ring_header: ringd (812) and reader (977) disagree about state: 0xc+4 and 0x10+4 (2 of 3
 * fields)`. */
static void print_text(struct out *o, const struct comparison *c)
{
    const struct type_skew *s = &c->skew;
    out_escaped(o, c->type);
    out_str(o, ": ");
    print_process(o, c->first);
    out_str(o, " and ");
    print_process(o, c->second);
    if (c->agree) {
        out_str(o, " agree\n");
        return;
    }
    out_str(o, " disagree about ");
    if (s->differ == 0) {
        out_print(o, "its size: %" PRIu64 " and %" PRIu64 "\n", s->size[0], s->size[1]);
        return;
    }
    out_escaped(o, s->path);
    out_str(o, ": ");
    char place[2][SKEW_PLACE_MAX];
    type_skew_place(s, 0, place[0]);
    type_skew_place(s, 1, place[1]);
    out_print(o, "%s and %s (%" PRIu32 " of %" PRIu32 " field%s)\n", place[0], place[1], s->differ,
              s->leaves, plural_s(s->leaves));
}

static void json_text(struct out *o, const char *key, const char *raw)
{
    char *text = text_escaped(raw);
    out_print(o, ",\"%s\":", key);
    out_json(o, text == NULL ? "" : text);
    free(text);
}

static void json_side(struct out *o, const struct comparison *c, int which)
{
    const struct seg_mapper *m = which == 0 ? c->first : c->second;
    const struct type_skew *s = &c->skew;
    out_print(o, "%s{\"pid\":%" PRIu32, which == 0 ? "" : ",", m->pid);
    json_text(o, "name", m->comm);
    out_print(o, ",\"size\":%" PRIu64, s->size[which]);
    if (s->differ > 0 && s->has[which]) {
        out_print(o, ",\"field\":{\"offset\":%" PRIu64 ",\"size\":%" PRIu64, s->offset[which],
                  s->bytes[which]);
        json_text(o, "type", s->type[which]);
        out_str(o, "}");
    }
    out_str(o, "}");
}

static void print_json(struct out *o, const struct comparison *c, bool first)
{
    out_print(o, "%s{\"agree\":%s", first ? "" : ",", c->agree ? "true" : "false");
    json_text(o, "type", c->type);
    out_print(o, ",\"fields\":%" PRIu32 ",\"differ\":%" PRIu32, c->skew.leaves, c->skew.differ);
    if (c->skew.differ > 0)
        json_text(o, "path", c->skew.path);
    out_str(o, ",\"programs\":[");
    json_side(o, c, 0);
    json_side(o, c, 1);
    out_str(o, "]}");
}

static void take(void *ctx, const struct comparison *c)
{
    struct comparing *k = ctx;
    if (k->json)
        print_json(k->r->env->out, c, k->printed == 0);
    else
        print_text(k->r->env->out, c);
    k->printed++;
    k->differ += c->agree ? 0 : 1;
}

/* Is it worth comparing, and has no row before it the same name? */
static bool is_new(const struct proposals *p, size_t i, char name[TYPE_TEXT])
{
    char other[TYPE_TEXT];
    if (p->row[i].pid == 0 || p->row[i].kind == PROPOSAL_FIT)
        return false;
    (void)proposal_name(&p->row[i], name, TYPE_TEXT);
    for (size_t k = 0; k < i; k++) {
        (void)proposal_name(&p->row[k], other, sizeof other);
        if (p->row[k].pid != 0 && strcmp(name, other) == 0)
            return false;
    }
    return true;
}

/* Compares each type that is proposed, or the one of --type. An exit status. */
static int compare(struct comparing *k, const struct propose_ask *ask, struct proposals *p,
                   size_t *types, size_t *having)
{
    struct command_run *r = k->r;
    const char *only = run_option(r, "type");
    char name[TYPE_TEXT];
    struct oserr e = OSERR_NONE;
    size_t count = only != NULL ? 1 : p->count, n = 0;
    for (size_t i = 0; i < count && !oserr_is(e); i++) {
        if (only == NULL && !is_new(p, i, name))
            continue;
        e = propose_compare(r->env->be, ask, only != NULL ? only : name, p, take, k, &n);
        *having = n > *having ? n : *having;
        *types += n > 0 ? 1 : 0;
    }
    return oserr_is(e) ? run_fail(r, NULL, "compare its types", e) : EXIT_DONE;
}

int types_compare(struct command_run *r, const struct propose_ask *proposed, struct proposals *p)
{
    struct comparing k = {.r = r, .json = run_option(r, "json") != NULL};
    struct propose_ask ask = *proposed; /* of all types together: */
    ask.deadline = os_now() + (int64_t)PROPOSE_ALL_S * 1000000000;
    size_t types = 0, having = 0;
    if (k.json)
        types_json_begin(r, "compared");
    int status = compare(&k, &ask, p, &types, &having);
    if (k.json)
        out_str(r->env->out, "]}\n");
    for (size_t i = 0; i < p->notes; i++)
        run_note(r, "%s", p->note[i]);
    if (status != EXIT_DONE)
        return status;
    if (types == 0)
        return run_error(r, "no type is known here that could be compared; --type names one");
    if (having < 2)
        run_note(r, "only one program that says what its types are maps it");
    return k.differ > 0 ? EXIT_NO : EXIT_DONE;
}
