#include "support/stage.h"

#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct stage *stage_of(struct ui *ui)
{
    return (struct stage *)ui; /* its first member */
}

static void post(struct ui *ui, struct job *job)
{
    struct stage *st = stage_of(ui);
    ck_assert_int_lt(st->jobs, STAGE_JOBS);
    st->job[st->jobs++] = job;
}

static struct stage *newest;

struct stage *stage_new(int rows, int cols, uint64_t size)
{
    stage_tear_down();
    struct stage *st = newest = calloc(1, sizeof *st);
    ck_assert_ptr_nonnull(st);
    struct oserr e = ui_init(&st->ui, NULL, NULL, rows, cols);
    ck_assert(!oserr_is(e));
    st->ui.inspect->post = post;
    st->size = size;
    st->ui.now = INT64_C(1000) * 1000000000;
    struct session *s = &st->ui.s;
    (void)snprintf(s->locator, sizeof s->locator, "posix:/ring");
    s->id = (struct seg_id){.dev = 1, .ino = 114};
    s->set.big = false;
    s->sample.stat = (struct seg_stat){
        .known = SEG_HAS_SIZE | SEG_HAS_MODE, .size = size, .mode = 0640, .links = 1};
    s->sample.hz = 250;
    ui_push(&st->ui, &screen_inspect);
    stage_draw(st);
    return st;
}

void stage_tear_down(void)
{
    struct stage *st = newest;
    if (st == NULL)
        return;
    for (int i = 0; i < st->jobs; i++) {
        st->job[i]->cancelled = true;
        st->job[i]->finish(st->job[i], &st->ui);
    }
    ui_free(&st->ui);
    free(st);
    newest = NULL;
}

void stage_put(struct stage *st, uint64_t offset, const void *bytes, size_t n)
{
    ck_assert_uint_le(offset + n, STAGE_BYTES);
    memcpy(st->bytes + offset, bytes, n);
}

void stage_sample(struct stage *st)
{
    struct session *s = &st->ui.s;
    struct sample *p = &s->sample;
    uint64_t before = s->top < 8 ? s->top : 8;
    p->offset = s->top - before;
    p->length = (size_t)(s->rows * session_width(s) + before + 24);
    p->stat.size = st->size;
    for (size_t i = 0; i < p->length; i++) {
        uint64_t at = p->offset + i;
        bool there = at < st->size && at < STAGE_BYTES;
        p->state[i] = there ? st->state[at] : at < st->size ? BYTE_HOLE : BYTE_BEYOND;
        p->bytes[i] = there && st->state[at] == BYTE_DATA ? st->bytes[at] : 0;
        p->changed[i] = there ? st->changed[at] : 0;
        p->base[i] = there ? st->base[at] : 0;
        p->has_base = p->has_base || p->base[i] != 0;
    }
    p->seq++;
    p->past.time = s->past;
    p->past.total = st->size;
    p->time = st->ui.now;
}

void stage_draw(struct stage *st)
{
    ui_draw(&st->ui); /* learns how many rows there are */
    stage_sample(st);
    ui_draw(&st->ui);
}

void stage_key(struct stage *st, uint32_t code, uint32_t mods)
{
    struct event ev = {.kind = EVENT_KEY, .key = {.code = code, .mods = mods}};
    ui_event(&st->ui, &ev);
}

void stage_type(struct stage *st, const char *text)
{
    const uint8_t *p = (const uint8_t *)text, *end = p + strlen(text);
    while (p < end) {
        struct text_char c = text_decode(TEXT_UTF8, p, (size_t)(end - p));
        stage_key(st, c.cp, 0);
        p += c.size;
    }
}

/* ---- the jobs ---- */

/* The word behind `--name`, or NULL. */
static const char *option(int count, char *const *words, const char *name)
{
    for (int i = 0; i + 1 < count; i++)
        if (strcmp(words[i], name) == 0)
            return words[i + 1];
    return NULL;
}

/* `poke OFFSET VALUE --as VIEW [--expect OLD]` on our memory. */
static int poke(struct stage *st, struct command_job *j, int count, char **words)
{
    const struct view *v = view_find(option(count, words, "--as"));
    const char *expect = option(count, words, "--expect");
    char why[VIEW_WHY_MAX];
    uint8_t value[64], old[64];
    size_t n = 0, m = 0;
    ck_assert_int_ge(count, 3);
    ck_assert_ptr_nonnull(v);
    uint64_t at = strtoull(words[1], NULL, 0);
    ck_assert_ptr_null(view_parse(v, words[2], value, sizeof value, &n, why));
    if (at + n > st->size)
        return EXIT_ERROR;
    if (expect != NULL) {
        ck_assert_ptr_null(view_parse(v, expect, old, sizeof old, &m, why));
        ck_assert_uint_eq(n, m);
        ck_assert_uint_eq(at % n, 0);
        if (memcmp(st->bytes + at, old, n) != 0)
            return EXIT_NO;
    }
    struct poke_done *p = &j->pokes[0];
    *p = (struct poke_done){.offset = at, .size = (uint32_t)n, .atomic = true};
    ck_assert_uint_le(n, sizeof p->old);
    memcpy(p->old, st->bytes + at, n);
    memcpy(p->value, value, n);
    j->pokes_count = 1;
    memcpy(st->bytes + at, value, n);
    return EXIT_DONE;
}

static void run_command(struct stage *st, struct command_job *j)
{
    char *words[COMMAND_WORDS], line[STAGE_LINE];
    const char *why = NULL;
    (void)snprintf(st->line, sizeof st->line, "%s", j->line);
    (void)snprintf(line, sizeof line, "%s", j->line);
    st->lines++;
    int count = command_words(line, words, &why);
    ck_assert_int_gt(count, 0);
    if (strcmp(words[0], "poke") == 0)
        j->status = poke(st, j, count, words);
}

static void run_look(struct stage *st, struct look_job *j)
{
    st->last_kind = j->kind;
    st->last_from = j->from;
    (void)snprintf(st->last_pattern, sizeof st->last_pattern, "%.100s", j->pattern);
    if (j->kind == LOOK_ACCESS) {
        j->found = !st->refuse_write || j->from != SEG_WRITE;
        if (!j->found)
            j->error = (struct oserr){"shm_open", EACCES};
    } else if (j->kind == LOOK_BYTES) {
        size_t n = j->from < st->size ? (size_t)(st->size - j->from) : 0;
        j->length = j->length < n ? j->length : n;
        j->bytes = malloc(j->length + 1);
        ck_assert_ptr_nonnull(j->bytes);
        memcpy(j->bytes, st->bytes + j->from, j->length);
        j->found = true;
    } else {
        j->found = st->answer_found;
        j->wrapped = st->answer_wrapped;
        j->offset = st->answer_offset;
        j->length = st->answer_length;
    }
}

/* As the sampler would, on the list in the sample. */
static void run_freeze(struct stage *st, struct freeze_job *j)
{
    struct freeze *f = &st->ui.s.sample.freeze;
    struct frozen last;
    j->dropped = freeze_drop(f, j->offset, j->length, &last);
    if (j->dropped > 0)
        j->value = last;
    else if (j->value.size > 0)
        j->error = freeze_add(f, &j->value);
}

static void run_step(struct stage *st, struct time_job *j)
{
    j->moved = st->answer_time >= 0;
    j->time = j->moved ? st->answer_time : st->ui.s.past;
    st->last_step = *j;
}

void stage_run(struct stage *st)
{
    struct time_job *step = time_job_new(NULL, NULL);
    ck_assert_ptr_nonnull(step);
    void (*step_run)(struct job * j, struct worker * w) = step->job.run;
    free(step);
    struct freeze_job *freeze = freeze_job_new(NULL, 0, 0, NULL);
    ck_assert_ptr_nonnull(freeze);
    void (*freeze_run)(struct job * j, struct worker * w) = freeze->job.run;
    free(freeze);
    struct look_job *look = look_job_new(NULL, LOOK_BYTES, 0, NULL);
    ck_assert_ptr_nonnull(look);
    void (*look_run)(struct job * j, struct worker * w) = look->job.run;
    look_job_free(look);
    for (int i = 0; i < st->jobs; i++) { /* st->jobs may grow */
        struct job *job = st->job[i];
        if (job->run == look_run)
            run_look(st, (struct look_job *)job);
        else if (job->run == freeze_run)
            run_freeze(st, (struct freeze_job *)job);
        else if (job->run == step_run)
            run_step(st, (struct time_job *)job);
        else
            run_command(st, (struct command_job *)job);
        job->finish(job, &st->ui);
    }
    st->jobs = 0;
    stage_sample(st);
}

const char *stage_text(const struct stage *st, int row, int from, int to)
{
    static char out[1024];
    size_t n = 0;
    const struct canvas *c = &st->ui.canvas;
    for (int col = from; col < to && col < c->cols && n + 16 < sizeof out; col++) {
        const struct cell *cell = &c->cells[row * c->cols + col];
        if (cell->cp == 0)
            continue;
        n += text_encode(TEXT_UTF8, cell->cp, (uint8_t *)out + n);
        for (int i = 0; i < CANVAS_MARKS && cell->mark[i] != 0; i++)
            n += text_encode(TEXT_UTF8, cell->mark[i], (uint8_t *)out + n);
    }
    out[n] = '\0';
    return out;
}

void stage_act(struct stage *st, void (*act)(struct ui *ui, int argc, char **argv),
               const char *argument)
{
    char name[] = "action", word[64];
    (void)snprintf(word, sizeof word, "%s", argument != NULL ? argument : "");
    char *argv[] = {name, word};
    act(&st->ui, argument != NULL ? 2 : 1, argv);
}

void stage_at(struct stage *st, uint64_t offset)
{
    session_move_to(&st->ui.s, offset, false);
    stage_draw(st);
}

struct stage *stage_small(bool edit)
{
    struct stage *st = stage_new(24, 80, 256);
    stage_put(st, 0x10, "Oz", 2);
    stage_draw(st);
    if (edit) {
        stage_act(st, act_edit, NULL);
        stage_run(st);
        ck_assert(st->ui.s.edit);
    }
    return st;
}
