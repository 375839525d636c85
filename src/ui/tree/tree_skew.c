/* Do the programs that map the segment mean the same by the types that are shown? A job compares
 * them (propose/compare.h) when a type is shown first, and again when other processes map the
 * segment. When they disagree a row above the fields says so, and D shows every field that they
 * have at different places. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/plural.h"
#include "core/text.h"
#include "propose/compare.h"
#include "types/types.h"
#include "ui/frame/actions.h"
#include "ui/tree/tree.h"

enum {
    SKEW_TYPES = 8,     /* of one view that are compared */
    SKEW_SHOWN = 500,   /* fields of one comparison, in D */
    SKEW_TEXT = 262144, /* bytes of D, */
    SKEW_TAIL = 8192,   /* of them for what is said at its end */
    SKEW_SECONDS = 10,  /* for all */
    NAME = 256,
    PROGRAM = 96,
    PLACE = 384
};
#define AGAIN INT64_C(5000000000) /* ns until they are compared again at the earliest */

struct skew_field {
    char path[SKEW_PATH_MAX], place[2][PLACE];
    uint64_t order;
};

struct skew_job {
    struct job job;
    struct backend *be;
    const struct seg_throttle *pace;
    const struct progress *progress;
    char locator[LOCATOR_MAX];
    struct seg_id id;
    uint64_t key;
    char type[SKEW_TYPES][NAME];
    size_t types;
    /* out */
    struct tree_skew out;
    struct skew_field *field; /* of one comparison */
    size_t fields;
    bool cut; /* the page is full */
};

/* ---- the job ---- */

static void program_text(const struct seg_mapper *m, char out[PROGRAM])
{
    char comm[PROGRAM - 16]; /* of a very long name the beginning */
    (void)text_escape(comm, sizeof comm, m->comm, strlen(m->comm));
    (void)snprintf(out, PROGRAM, "%s (%" PRIu32 ")", comm, m->pid);
}

/* Adds a line; false: the page is full, which is said at its end. */
static bool add_line(struct tree_skew *s, const char *text, size_t most)
{
    size_t n = strlen(text);
    if (s->text == NULL || s->text_n + n + 1 > most)
        return false;
    memcpy(s->text + s->text_n, text, n + 1);
    s->text_n += n;
    return true;
}

static void add_text(struct skew_job *j, const char *text)
{
    j->cut = j->cut || !add_line(&j->out, text, SKEW_TEXT - SKEW_TAIL);
}

/* Where a field goes; when there are too many, those at the start of the type stay. NULL: it is not
 * one of those. */
static struct skew_field *place_for(struct skew_job *j, uint64_t order)
{
    if (j->fields < SKEW_SHOWN)
        return &j->field[j->fields++];
    struct skew_field *last = j->field;
    for (size_t i = 1; i < SKEW_SHOWN; i++)
        last = j->field[i].order > last->order ? &j->field[i] : last;
    return order < last->order ? last : NULL;
}

static void take_field(void *ctx, const struct type_skew *one)
{
    struct skew_job *j = ctx;
    char type[4 * sizeof one->type[0] + 1], place[SKEW_PLACE_MAX];
    uint64_t order = one->has[0] ? one->offset[0] : one->offset[1];
    struct skew_field *f = place_for(j, order);
    if (f == NULL)
        return;
    (void)text_escape(f->path, sizeof f->path, one->path, strlen(one->path));
    f->order = order;
    for (int i = 0; i < 2; i++) {
        (void)text_escape(type, sizeof type, one->type[i], one->has[i] ? strlen(one->type[i]) : 0);
        type_skew_place(one, i, place);
        (void)snprintf(f->place[i], PLACE, "%-9s %s", place, type);
    }
}

static int by_order(const void *a, const void *b)
{
    const struct skew_field *f = a, *g = b;
    return f->order < g->order ? -1 : f->order > g->order ? 1 : strcmp(f->path, g->path);
}

static int widest(const struct skew_job *j, int which, int least)
{
    for (size_t i = 0; i < j->fields; i++) {
        int n = canvas_width(which < 0 ? j->field[i].path : j->field[i].place[which]);
        least = n > least ? n : least;
    }
    return least;
}

/* The fields of one comparison as a table. */
static void add_table(struct skew_job *j, const struct comparison *c, const char *type)
{
    char first[PROGRAM], second[PROGRAM], line[SKEW_PATH_MAX + 2 * PLACE + 64];
    program_text(c->first, first);
    program_text(c->second, second);
    qsort(j->field, j->fields, sizeof *j->field, by_order);
    int path = widest(j, -1, 7), place = widest(j, 0, canvas_width(first));
    (void)snprintf(line, sizeof line, "%s%.200s: %" PRIu32 " of %" PRIu32 " field%s differ%s\n",
                   j->out.text_n > 0 ? "\n" : "", type, c->skew.differ, c->skew.leaves,
                   plural_s(c->skew.leaves), c->skew.leaves == 1 ? "s" : "");
    add_text(j, line);
    (void)snprintf(line, sizeof line, "  %-*s  %-*s  %s\n", path, "FIELD", place, first, second);
    add_text(j, line);
    (void)snprintf(line, sizeof line, "  %-*s  %-*" PRIu64 "  %" PRIu64 "\n", path, "(bytes)",
                   place, c->skew.size[0], c->skew.size[1]);
    add_text(j, line);
    for (size_t i = 0; i < j->fields; i++) {
        const struct skew_field *f = &j->field[i];
        (void)snprintf(line, sizeof line, "  %-*s  %-*s  %s\n", path, f->path, place, f->place[0],
                       f->place[1]);
        add_text(j, line);
    }
    if (c->skew.differ > j->fields) {
        (void)snprintf(line, sizeof line, "  and %zu more\n", c->skew.differ - j->fields);
        add_text(j, line);
    }
}

/* `ring_header.state: 0xc+4 in ringd (812), 0x10+4 in reader (977)`. */
static void set_banner(struct tree_skew *s, const struct comparison *c, const char *type)
{
    char first[PROGRAM], second[PROGRAM], place[2][SKEW_PLACE_MAX], path[SKEW_PATH_MAX];
    program_text(c->first, first);
    program_text(c->second, second);
    (void)text_escape(path, sizeof path, c->skew.path, strlen(c->skew.path));
    for (int i = 0; i < 2; i++)
        if (c->skew.differ > 0)
            type_skew_place(&c->skew, i, place[i]);
        else
            (void)snprintf(place[i], sizeof place[i], "%" PRIu64 " byte%s", c->skew.size[i],
                           plural_s(c->skew.size[i]));
    (void)snprintf(s->banner, sizeof s->banner, "%.80s%s%.80s: %s in %s, %s in %s", type,
                   c->skew.differ > 0 ? "." : "", c->skew.differ > 0 ? path : "", place[0], first,
                   place[1], second);
}

static void take(void *ctx, const struct comparison *c)
{
    struct skew_job *j = ctx;
    struct type_skew again;
    char type[NAME];
    (void)text_escape(type, sizeof type, c->type, strlen(c->type));
    j->out.compared++;
    if (c->agree)
        return;
    if (j->out.differ++ == 0)
        set_banner(&j->out, c, type);
    j->out.fields += c->skew.differ;
    j->fields = 0;
    if (type_skew_each(c->t[0], c->id[0], c->t[1], c->id[1], &again, take_field, j))
        add_table(j, c, type);
}

/* What could not be asked is said with the rest. */
static void end_text(struct skew_job *j, const struct proposals *notes)
{
    struct tree_skew *s = &j->out;
    size_t n = 0;
    for (size_t i = 0; i < notes->notes && n < sizeof s->notes; i++)
        n += (size_t)snprintf(s->notes + n, sizeof s->notes - n, "%s\n", notes->note[i]);
    if (j->cut)
        (void)add_line(s, "\nMore differs than this page holds.\n", SKEW_TEXT);
    if (s->notes[0] != '\0' && add_line(s, "\nNot known:\n", SKEW_TEXT))
        (void)add_line(s, s->notes, SKEW_TEXT);
}

static struct oserr compare_in(struct skew_job *j, struct seg *seg)
{
    struct seg_who who = {0};
    struct proposals notes = {0};
    size_t having = 0;
    if (!seg_id_equal(seg_id_of(seg_last(seg)), j->id))
        return (struct oserr){"seg_open", SEG_E_REPLACED};
    struct oserr e = seg_who_maps(seg, j->pace, &who);
    const struct propose_ask ask = {.seg = seg,
                                    .who = &who,
                                    .progress = j->progress,
                                    .deadline = os_now() + (int64_t)SKEW_SECONDS * 1000000000,
                                    .client = types_client_new(j->be)};
    for (size_t i = 0; i < j->types && !oserr_is(e); i++)
        e = propose_compare(j->be, &ask, j->type[i], &notes, take, j, &having);
    end_text(j, &notes);
    types_client_free(ask.client);
    proposals_free(&notes);
    seg_who_free(&who);
    return e;
}

static void skew_run(struct job *job, const struct progress *p)
{
    struct skew_job *j = (struct skew_job *)job;
    struct seg *seg = NULL;
    struct oserr e = {"malloc", SEG_E_MEMORY};
    j->progress = p;
    j->out.text = malloc(SKEW_TEXT);
    j->field = calloc(SKEW_SHOWN, sizeof *j->field);
    if (j->out.text != NULL && j->field != NULL)
        e = seg_open(j->be, j->locator, SEG_READ, &seg);
    if (!oserr_is(e))
        e = compare_in(j, seg);
    if (oserr_is(e))
        (void)oserr_text(e, j->out.failed, sizeof j->out.failed);
    seg_close(seg);
    free(j->field);
}

/* A failed comparison is made again; so is one that was given up for another job. */
static void skew_done(struct job *job, void *owner)
{
    struct ui *ui = owner;
    struct skew_job *j = (struct skew_job *)job;
    struct tree_state *st = ui->tree;
    if (st != NULL)
        st->comparing = false;
    if (st == NULL || j->key != st->skew_key || !seg_id_equal(j->id, st->skew_of)) {
        free(j->out.text);
    } else {
        free(st->skew.text);
        st->skew = j->out;
        if (job->cancelled)
            (void)snprintf(st->skew.failed, sizeof st->skew.failed, "it was stopped");
        if (st->skew.failed[0] != '\0')
            st->skew_key = 0;
    }
    free(j);
}

void tree_compare_forget(struct tree_state *st)
{
    free(st->skew.text);
    st->skew = (struct tree_skew){.compared = 0};
    st->skew_key = 0;
    st->skew_next = 0;
}

/* ---- when ---- */

/* The names of the structs that are shown. */
static size_t take_types(const struct tree_view *v, char type[SKEW_TYPES][NAME])
{
    const struct types *t = v->source.t;
    size_t n = 0;
    for (size_t i = 0; i < v->count && n < SKEW_TYPES; i++) {
        enum type_kind kind = types_get(t, types_real(t, v->placed[i].type))->kind;
        bool known = (kind != TYPE_STRUCT && kind != TYPE_UNION) ||
                     tree_type_name(t, v->placed[i].type, type[n], NAME) >= NAME;
        for (size_t k = 0; k < n && !known; k++)
            known = strcmp(type[k], type[n]) == 0;
        n += known ? 0 : 1;
    }
    return n;
}

static uint64_t mix(uint64_t key, uint64_t value)
{
    return (key ^ value) * UINT64_C(0x100000001b3);
}

/* The processes; *several: two or more. */
static uint64_t users_of(const struct ui *ui, bool *several)
{
    struct seg_who who;
    uint32_t one = 0;
    uint64_t key = mix(UINT64_C(0xcbf29ce484222325), ui->s.id.ino);
    *several = false;
    bool known = session_users(&ui->s, &who);
    for (size_t i = 0; known && i < who.mappers_count; i++) {
        uint32_t pid = who.mappers[i].pid;
        if (pid == os_pid())
            continue;
        *several = *several || (one != 0 && pid != one);
        one = pid;
        key = mix(key, pid);
    }
    return key;
}

uint64_t tree_users(const struct ui *ui)
{
    bool several = false;
    return users_of(ui, &several);
}

/* What the comparison depends on: the types and the processes; 0: there is nothing to compare. */
static uint64_t key_of(const struct ui *ui, char type[SKEW_TYPES][NAME], size_t types)
{
    bool several = false;
    uint64_t key = users_of(ui, &several);
    for (size_t i = 0; i < types; i++)
        for (const char *s = type[i]; *s != '\0'; s++)
            key = mix(key, (unsigned char)*s);
    return several && types > 0 ? key | 1 : 0;
}

static void post(struct ui *ui, char type[SKEW_TYPES][NAME], size_t types)
{
    struct tree_state *st = ui->tree;
    struct skew_job *j = calloc(1, sizeof *j);
    if (j == NULL)
        return;
    *j = (struct skew_job){.job = {.run = skew_run, .finish = skew_done, .aside = true},
                           .be = ui->s.be,
                           .pace = walker_pace(ui->s.walker),
                           .id = ui->s.id,
                           .key = st->skew_key,
                           .types = types};
    memcpy(j->locator, ui->s.locator, sizeof j->locator);
    memcpy(j->type, type, sizeof j->type);
    st->comparing = true;
    worker_post(walker_worker(ui->s.walker), &j->job);
}

void tree_compare(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    static char type[SKEW_TYPES][NAME]; /* the UI's thread alone */
    const struct tree_view *v = tree_top(ui);
    bool other = !seg_id_equal(st->skew_of, ui->s.id);
    if (other || v == NULL || session_recorded(&ui->s) || strcmp(st->locator, ui->s.locator) != 0) {
        st->skew_of = ui->s.id;
        tree_compare_forget(st);
    }
    if (!types_can() || ui->s.walker == NULL || v == NULL || !tree_on(ui) || st->comparing ||
        session_recorded(&ui->s))
        return;
    size_t types = take_types(v, type);
    uint64_t key = key_of(ui, type, types);
    if (key == st->skew_key || (key != 0 && ui->now < st->skew_next))
        return;
    tree_compare_forget(st);
    st->skew_key = key;
    st->skew_next = ui->now + AGAIN;
    if (key != 0)
        post(ui, type, types);
}

/* The programs agree, but not all could be asked; or none could. */
static void show_notes(struct ui *ui, const char *head)
{
    char text[sizeof ui->tree->skew.notes + 128];
    (void)snprintf(text, sizeof text, "%s\n\n%s", head, ui->tree->skew.notes);
    pager_open(&ui->host, "what the programs mean by these types", text, true);
}

void tree_differences(struct ui *ui)
{
    static const char agree[] = "the programs that map it agree about these types",
                      nothing[] = "nothing to compare: that takes two programs with these types "
                                  "that map it";
    const struct tree_skew *s = &ui->tree->skew;
    if (s->differ > 0)
        pager_open(&ui->host, "what the programs disagree about", s->text, false);
    else if (ui->tree->comparing)
        ui_say(ui, STYLE_TEXT, "the programs that map it are being compared");
    else if (s->failed[0] != '\0')
        ui_say(ui, STYLE_WARN, "the programs that map it could not be compared: %s", s->failed);
    else if (s->notes[0] != '\0')
        show_notes(ui, s->compared > 0 ? agree : nothing);
    else
        ui_say(ui, STYLE_TEXT, "%s", s->compared > 0 ? agree : nothing);
}
