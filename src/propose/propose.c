#include "propose/propose_private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { MATCHES = 64 };

size_t proposal_name(const struct proposal *p, char *out, size_t cap)
{
    const struct type *type = types_get(p->t, p->type);
    if ((type->flags & TYPE_TAGGED) == 0 || type->name == 0)
        return types_spell(p->t, p->type, out, cap);
    int n = snprintf(out, cap, "%s", types_name(p->t, type->name));
    return n < 0 ? 0 : (size_t)n;
}

void proposal_how(const struct proposal *p, char out[PROPOSAL_HOW])
{
    static const char *const words[] = {[PROPOSAL_POINTER] = "via ",
                                        [PROPOSAL_LAYOUT] = "by layout ",
                                        [PROPOSAL_NAME] = "named like it",
                                        [PROPOSAL_SIZE] = "sized like it",
                                        [PROPOSAL_FIT] = "fits "};
    char via[PROPOSAL_HOW / 2], comm[4 * sizeof p->comm + 1], score[32] = "",
                                                              process[sizeof comm + 24] = "";
    const char *of = p->via != NULL ? p->via : p->kind == PROPOSAL_LAYOUT ? "of --types" : "";
    (void)text_escape(via, sizeof via, of, strlen(of));
    (void)text_escape(comm, sizeof comm, p->comm, strlen(p->comm));
    if (p->kind == PROPOSAL_FIT)
        (void)snprintf(score, sizeof score, "%d.%d", (int)(p->score / 10), (int)(p->score % 10));
    if (p->pid != 0)
        (void)snprintf(process, sizeof process, " %s %s (%" PRIu32 ")",
                       p->via != NULL ? "of" : "in", comm, p->pid);
    (void)snprintf(out, PROPOSAL_HOW, "%s%s%s%s", words[p->kind], via, score, process);
}

/* A proposal like this is there already, said by somebody else. */
static bool known(const struct proposals *p, const struct proposal *row)
{
    char name[256], other[256];
    (void)proposal_name(row, name, sizeof name);
    for (size_t i = 0; i < p->count; i++) {
        const struct proposal *q = &p->row[i];
        if (q->offset != row->offset || q->size != row->size ||
            (q->kind == PROPOSAL_FIT) != (row->kind == PROPOSAL_FIT)) /* a guess is asked for */
            continue;
        (void)proposal_name(q, other, sizeof other);
        if (strcmp(name, other) == 0)
            return true;
    }
    return false;
}

struct oserr proposal_add(struct proposals *p, const struct proposal *row)
{
    if (known(p, row))
        return OSERR_NONE;
    if (p->count == p->room) {
        size_t room = p->room == 0 ? 16 : 2 * p->room;
        struct proposal *rows = realloc(p->row, room * sizeof *rows);
        if (rows == NULL)
            return (struct oserr){"malloc", SEG_E_MEMORY};
        p->row = rows;
        p->room = room;
    }
    p->row[p->count] = *row;
    if (row->via != NULL && (p->row[p->count].via = strdup(row->via)) == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    p->count++;
    return OSERR_NONE;
}

/* ---- layout files ---- */

static bool read_segment(void *ctx, uint64_t offset, void *p, size_t n)
{
    size_t got = 0;
    struct oserr e = seg_read(ctx, offset, p, n, &got);
    return !oserr_is(e) && got == n;
}

static struct type_source source_of(struct seg *seg, const struct types *t)
{
    return (struct type_source){
        .t = t, .read = read_segment, .ctx = seg, .size = seg_last(seg)->size};
}

static struct oserr add_place(struct proposals *out, const struct types *t,
                              const struct type_node *root, char *layout)
{
    return proposal_add(out, &(struct proposal){.kind = PROPOSAL_LAYOUT,
                                                .offset = root->offset,
                                                .t = t,
                                                .type = root->type,
                                                .size = root->size,
                                                .via = layout});
}

/* What the files that the user named place here. */
static struct oserr from_own(const struct propose_ask *ask, const struct place_names *names,
                             struct proposals *out)
{
    struct type_source s = source_of(ask->seg, ask->types);
    const struct type_place *place;
    struct type_node root;
    struct oserr e = OSERR_NONE;
    for (uint32_t i = 0; !oserr_is(e) && (place = types_place(ask->types, i)) != NULL; i++)
        if (type_place_root(&s, place, names, &root))
            e = add_place(out, ask->types, &root, NULL);
    return e;
}

static struct oserr from_layouts(const struct propose_ask *ask, struct proposals *out)
{
    struct layout_names names;
    struct layout_match *match = calloc(MATCHES, sizeof *match);
    if (match == NULL || !layout_names_of(ask->seg, &names)) {
        free(match);
        return (struct oserr){"malloc", SEG_E_MEMORY};
    }
    struct oserr e = layouts_load(&out->layouts);
    if (!oserr_is(e) && ask->types != NULL)
        e = from_own(ask, &names.names, out);
    struct type_source s = source_of(ask->seg, NULL);
    size_t n = oserr_is(e) ? 0 : layouts_match(out->layouts, &names.names, &s, match, MATCHES);
    for (size_t i = 0; i < n && i < MATCHES && !oserr_is(e); i++)
        e = add_place(out, match[i].layout->t, &match[i].root, match[i].layout->name);
    layout_names_free(&names);
    free(match);
    return e;
}

/* ---- all ---- */

static int by_proof(const void *a, const void *b)
{
    const struct proposal *p = a, *q = b;
    if (proposal_proved(p) != proposal_proved(q))
        return proposal_proved(p) ? -1 : 1;
    if (p->score != q->score)
        return p->score > q->score ? -1 : 1;
    if (p->offset != q->offset)
        return p->offset < q->offset ? -1 : 1;
    return p->size != q->size ? (p->size > q->size ? -1 : 1) : 0;
}

/* What the programs say. */
static struct oserr from_programs(struct proposing *p)
{
    struct proposing_process *of = calloc(PROPOSE_PROCESSES, sizeof *of);
    p->client = types_client_new(p->be);
    struct oserr e = OSERR_NONE;
    if (of == NULL || p->client == NULL)
        e = (struct oserr){"malloc", SEG_E_MEMORY};
    size_t n = oserr_is(e) ? 0 : propose_processes(p, of), before = p->out->count;
    if (!oserr_is(e))
        e = propose_pointers(p, of, n);
    if (!oserr_is(e) && p->out->count == before)
        e = propose_names(p, of, n);
    if (!oserr_is(e) && p->ask->fits)
        e = propose_fits(p, of, n);
    propose_note_left_out(p, of, n);
    types_client_free(p->client);
    free(of);
    return e;
}

struct oserr propose(struct backend *be, const struct propose_ask *ask, struct proposals *out)
{
    struct proposing p = {.be = be, .ask = ask, .out = out, .end = propose_deadline(ask)};
    *out = (struct proposals){0};
    struct oserr e = from_layouts(ask, out);
    if (!oserr_is(e))
        e = from_programs(&p);
    proposals_sort(out);
    return e;
}

void proposals_sort(struct proposals *p)
{
    if (p->count > 0)
        qsort(p->row, p->count, sizeof *p->row, by_proof);
}

struct oserr proposals_answer(struct proposals *p, struct types_answer **out)
{
    *out = NULL;
    if (p->answers == p->answers_room) {
        size_t room = p->answers_room == 0 ? 16 : 2 * p->answers_room;
        void *more = realloc(p->answer, room * sizeof(void *));
        if (more == NULL)
            return (struct oserr){"malloc", SEG_E_MEMORY};
        p->answer = more;
        p->answers_room = room;
    }
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    p->answer[p->answers++] = *out;
    return OSERR_NONE;
}

static void note(struct proposals *p, bool first, const char text[PROPOSE_NOTE])
{
    enum { WHOLE = PROPOSE_NOTES - 1 }; /* the last place says that there are more */
    for (size_t i = 0; i < p->notes; i++)
        if (strcmp(p->note[i], text) == 0)
            return;
    size_t had = p->notes < WHOLE ? p->notes : WHOLE;
    bool full = had == WHOLE;
    if (first) {
        size_t stay = full ? WHOLE - 1 : had;
        memmove(p->note[1], p->note[0], stay * sizeof p->note[0]);
    }
    if (first || !full)
        memcpy(p->note[first ? 0 : had], text, PROPOSE_NOTE);
    p->notes = full ? PROPOSE_NOTES : had + 1;
    if (full)
        (void)snprintf(p->note[WHOLE], PROPOSE_NOTE, "and there is more that is not known");
}

void proposals_note(struct proposals *p, const char *format, ...)
{
    char text[PROPOSE_NOTE] = "";
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    note(p, false, text);
}

void proposals_note_first(struct proposals *p, const char *format, ...)
{
    char text[PROPOSE_NOTE] = "";
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    note(p, true, text);
}

void proposals_free(struct proposals *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->row[i].via);
    free(p->row);
    for (size_t i = 0; i < p->answers; i++) {
        types_answer_free(p->answer[i]);
        free(p->answer[i]);
    }
    free(p->answer);
    layouts_free(p->layouts);
    *p = (struct proposals){0};
}
