/* --type T: where it comes from and where it lies. The files of --types are asked first, then the
 * layouts of the user, then the shipped ones. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/typed.h"
#include "core/plural.h"
#include "core/type/spec.h"
#include "propose/propose.h"

enum { MATCHES = 8 };

/* Reads the layouts that may matter for the segment and the type (NULL: any); what is wrong with
 * one of the user's is said and it is left out. */
static bool load_layouts(struct typed *y, const struct place_names *names, const char *type)
{
    struct oserr e = layouts_load_for(&y->layouts, names, type);
    if (oserr_is(e)) {
        (void)run_fail(y->r, NULL, "read the layouts", e);
        return false;
    }
    for (size_t i = 0; i < y->layouts->count; i++)
        if (y->layouts->row[i].why != NULL) {
            out_str(run_error_begin(y->r, NULL), y->layouts->row[i].why);
            run_error_end(y->r);
        }
    return true;
}

static void take_layout(struct typed *y, const struct layout_file *layout)
{
    y->layout = layout;
    y->t = layout->t;
    y->source.t = layout->t;
}

static bool names_of(struct typed *y, struct layout_names *names)
{
    if (layout_names_of(y->r->seg, names))
        return true;
    (void)run_fail(y->r, NULL, "read the types", (struct oserr){"malloc", SEG_E_MEMORY});
    return false;
}

/* ---- auto ---- */

/* Of the layouts that fit those of the user count alone when there are any. */
static size_t layout_places(struct typed *y, const struct place_names *names,
                            struct layout_match match[MATCHES])
{
    size_t n = 0, users = 0;
    if (!load_layouts(y, names, NULL))
        return SIZE_MAX;
    n = layouts_match(y->layouts, names, &y->source, match, MATCHES);
    while (users < n && users < MATCHES && match[users].layout->origin == LAYOUT_USER)
        users++;
    return users > 0 ? users : n;
}

static void print_places(struct typed *y, const struct layout_match *match, size_t n)
{
    struct out *err = run_error_begin(y->r, y->r->raw);
    for (size_t i = 0; i < n && i < MATCHES; i++) {
        const struct layout_file *layout = match[i].layout;
        char name[256];
        (void)types_spell(layout == NULL ? y->own : layout->t, match[i].root.type, name,
                          sizeof name);
        out_print(err, "%s@0x%" PRIx64, name, match[i].root.offset);
        if (layout != NULL) {
            out_str(err, " (");
            out_escaped(err, layout->name);
            out_str(err, ")");
        }
        out_str(err, ", ");
    }
    out_str(err, "several types are placed here: choose one with --type");
    run_error_end(y->r);
}

/* Takes a type over from the proposals that it is one of. */
static void take_proposal(struct typed *y, struct proposals *p, const struct proposal *row)
{
    for (size_t i = 0; i < p->answers; i++)
        if (p->answer[i]->t == row->t) {
            types_answer_free(&y->debug);
            y->debug = *p->answer[i];
            *p->answer[i] = (struct types_answer){0};
        }
    y->t = y->source.t = y->debug.t;
    type_root(&y->source, row->type, row->offset, 0, &y->root);
}

static void print_pointed(struct typed *y, const struct proposals *p, size_t proved)
{
    char name[256];
    struct out *err = run_error_begin(y->r, y->r->raw);
    for (size_t i = 0; i < proved; i++) {
        (void)proposal_name(&p->row[i], name, sizeof name);
        out_escaped(err, name);
        out_print(err, "@0x%" PRIx64 ", ", p->row[i].offset);
    }
    out_str(err, proved > 0 ? "several types are known to lie here: choose one with --type"
                            : "no type is placed here by a file of --types or a layout, and no "
                              "typed pointer of a program is seen to lead here");
    for (size_t i = 0; proved == 0 && i < p->notes; i++) {
        out_str(err, i == 0 ? " (" : "; ");
        out_str(err, p->note[i]);
        out_str(err, i + 1 == p->notes ? ")" : "");
    }
    run_error_end(y->r);
}

/* The one type that a pointer of a program that maps it leads to. */
static bool find_pointed(struct typed *y)
{
    struct proposals p;
    size_t proved = 0;
    uint32_t pid;
    if (!typed_pid(y->r, &pid))
        return false;
    if (seg_kind(y->r->seg) != SEG_REC)
        typed_users(y);
    struct propose_ask ask = {
        .seg = y->r->seg, .who = &y->who, .pid = pid, .progress = y->r->env->progress};
    struct oserr e = propose(y->r->env->be, &ask, &p);
    while (proved < p.count && proposal_proved(&p.row[proved]))
        proved++;
    bool pointed =
        proved == 1 && p.row[0].kind == PROPOSAL_POINTER; /* not a layout that fits now */
    if (oserr_is(e))
        (void)run_fail(y->r, NULL, "find out what is in it", e);
    else if (pointed)
        take_proposal(y, &p, &p.row[0]);
    else
        print_pointed(y, &p, proved);
    proposals_free(&p);
    return !oserr_is(e) && pointed;
}

/* The one place that is known for this segment. */
static bool find_place(struct typed *y)
{
    struct layout_match match[MATCHES];
    struct layout_names names;
    if (!names_of(y, &names))
        return false;
    size_t n = layouts_places(&y->source, &names.names, match, MATCHES);
    if (n == 0)
        n = layout_places(y, &names.names, match);
    layout_names_free(&names);
    if (n == 0)
        return find_pointed(y);
    if (n == SIZE_MAX)
        return false;
    if (n > 1)
        print_places(y, match, n);
    if (n != 1)
        return false;
    if (match[0].layout != NULL)
        take_layout(y, match[0].layout);
    y->root = match[0].root;
    return true;
}

/* ---- NAME[N]@OFFSET ---- */

/* Puts a name among the near ones, nearest first; of equal ones the earlier stays ahead. */
static void take_near(const char *name, const char *candidate, const char *near[TYPE_NEAR],
                      int score[TYPE_NEAR], size_t *n)
{
    const char *last = strrchr(candidate, ':');
    int d = types_resemblance(name, last == NULL ? candidate : last + 1);
    size_t at = *n;
    while (at > 0 && score[at - 1] > d)
        at--;
    for (size_t i = 0; i < *n; i++)
        if (strcmp(near[i], candidate) == 0)
            return;
    if (at == TYPE_NEAR)
        return;
    *n += *n < TYPE_NEAR;
    for (size_t i = *n - 1; i > at; i--) {
        near[i] = near[i - 1];
        score[i] = score[i - 1];
    }
    near[at] = candidate;
    score[at] = d;
}

/* Names that are near, of all sources. */
static size_t near_names(struct typed *y, const char *name, const char *near[TYPE_NEAR])
{
    const char *some[TYPE_NEAR];
    int score[TYPE_NEAR];
    size_t n = 0, k = types_near(y->own, name, some);
    for (size_t i = 0; i < k; i++)
        take_near(name, some[i], near, score, &n);
    for (size_t l = 0; y->layouts != NULL && l < y->layouts->count; l++) {
        k = y->layouts->row[l].t == NULL ? 0 : types_near(y->layouts->row[l].t, name, some);
        for (size_t i = 0; i < k; i++)
            take_near(name, some[i], near, score, &n);
    }
    for (size_t i = 0; i < y->debug.names_count; i++)
        take_near(name, y->debug.names[i], near, score, &n);
    return n;
}

/* Reports that nothing has this name, and why debug information did not help. */
static void unknown(struct typed *y, const char *name)
{
    const char *near[TYPE_NEAR];
    if (y->layouts != NULL) { /* those that do not have it may have one that is near */
        layouts_free(y->layouts);
        if (oserr_is(layouts_load(&y->layouts)))
            y->layouts = NULL;
    }
    size_t n = near_names(y, name, near);
    char shown[RUN_SHOWN];
    struct out *err = run_error_begin(y->r, y->r->raw);
    out_print(err, "%s: no such type", run_shown(name, shown));
    for (size_t i = 0; i < n; i++) {
        out_str(err, i == 0 ? "; near: " : ", ");
        out_escaped(err, near[i]);
    }
    if (y->debug.names_count == 0 && y->debug.reason[0] != '\0')
        out_print(err, "; %s", y->debug.reason);
    run_error_end(y->r);
}

/* Several types of the programs end with this name, or the question failed. */
static void refused(struct typed *y, const char *name)
{
    char shown[RUN_SHOWN];
    if (y->debug.status == TYPES_FAILED && os_stop_asked()) {
        y->r->stopped = true;
        return;
    }
    struct out *err = run_error_begin(y->r, y->r->raw);
    out_print(err, "%s: ", run_shown(name, shown));
    if (y->debug.status == TYPES_FAILED)
        out_str(err, y->debug.reason);
    for (size_t i = 0; y->debug.status == TYPES_SEVERAL && i < y->debug.names_count; i++) {
        out_str(err, i == 0 ? "several types are called so: " : ", ");
        out_escaped(err, y->debug.names[i]);
    }
    run_error_end(y->r);
}

/* The type by name; 0: an error was reported. */
static type_id find_type(struct typed *y, const char *name)
{
    struct layout_names names;
    const struct layout_file *found = NULL;
    uint32_t pid;
    type_id id = 0;
    if (!typed_pid(y->r, &pid))
        return 0;
    bool hinted = typed_hinted(y->r), cc = run_option(y->r, "cc") != NULL;
    id = hinted ? 0 : types_find(y->own, name);
    if (id != 0)
        return id;
    if (cc && !typed_compiled(y, name, &id))
        return 0;
    enum types_status status = cc ? y->debug.status : typed_debug(y, name, pid, &id);
    if (status == TYPES_FOUND)
        return !hinted || typed_hints(y) ? id : 0;
    if (status != TYPES_NOT) {
        refused(y, name);
        return 0;
    }
    if (!hinted) {
        if (!names_of(y, &names))
            return 0;
        bool loaded = load_layouts(y, &names.names, name);
        if (loaded)
            found = layouts_find(y->layouts, name, &names.names, &y->source, &id);
        layout_names_free(&names);
        if (!loaded)
            return 0;
    }
    if (found != NULL)
        take_layout(y, found);
    else
        unknown(y, name);
    return found == NULL ? 0 : id;
}

static bool place_spec(struct typed *y, const char *text)
{
    struct command_run *r = y->r;
    char why[TYPE_WHY_MAX];
    uint64_t offset = 0, count = 0;
    struct type_spec *spec = malloc(sizeof *spec);
    bool good = spec != NULL && type_spec_parse(text, spec, why);
    if (!good && spec != NULL)
        (void)run_error(r, "--type: %s", why);
    if (good && spec->located)
        good = run_offset(r, spec->offset, &offset);
    type_id id = good ? find_type(y, spec->name) : 0;
    uint64_t size = types_size(y->t, id);
    bool open = id != 0 && types_get(y->t, types_real(y->t, id))->kind == TYPE_ARRAY;
    if (id != 0 && size == 0 && !open) {
        (void)run_error(r, "--type: %s: its size is not known", spec->name);
        id = 0;
    }
    if (id != 0 && offset >= y->source.size) {
        (void)run_error(r,
                        "offset 0x%" PRIx64 " is past the end: the segment has %" PRIu64 " byte%s",
                        offset, y->source.size, plural_s(y->source.size));
        id = 0;
    }
    if (id != 0 && spec->many)
        count = spec->count != 0 ? spec->count : size != 0 ? (y->source.size - offset) / size : 0;
    free(spec);
    if (id != 0)
        type_root(&y->source, id, offset, count, &y->root);
    return id != 0;
}

bool typed_place(struct typed *y, const char *type)
{
    return strcmp(type, "auto") == 0 ? find_place(y) : place_spec(y, type);
}
