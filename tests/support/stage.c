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
    st->ui.depth = 0; /* the first screen, as `shmlens LOCATOR` has it */
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

static void stage_gauges(struct stage *st)
{
    const struct gauge_request *want = &st->ui.s.gauges;
    struct gauge_result *r = &st->ui.s.sample.arrays->gauges;
    r->length = 0;
    r->count = want->count;
    for (size_t i = 0; i < want->count; i++) {
        r->at[i] = want->at[i];
        r->first[i] = (uint32_t)r->length;
        for (size_t k = 0; k < want->at[i].size; k++, r->length++) {
            uint64_t at = want->at[i].offset + k;
            bool there = at < st->size && at < STAGE_BYTES;
            r->state[r->length] = there ? st->state[at] : at < st->size ? BYTE_HOLE : BYTE_BEYOND;
            r->bytes[r->length] = there ? st->bytes[at] : 0;
            r->changed[r->length] = there ? st->changed[at] : 0;
            r->base[r->length] = there ? st->base[at] : 0;
        }
        r->trend[i] = want->at[i].trend ? st->trend : (struct gauge_trend){.kept = false};
    }
}

void stage_sample(struct stage *st)
{
    struct session *s = &st->ui.s;
    struct sample *p = &s->sample;
    uint64_t before = s->top < 8 ? s->top : 8;
    struct span_list window;
    spans_set(&window, s->top - before, s->rows * session_width(s) + before + 24);
    if (!p->rows.on)
        p->spans.count = 0;
    if (s->typed)
        window = p->spans = s->spans;
    p->offset = window.count > 0 ? window.at[0].offset : 0;
    p->length = spans_length(&window);
    p->stat.size = st->size;
    for (size_t i = 0, k = 0; i < p->length; i++) {
        if (i == window.at[k].index + (size_t)window.at[k].length)
            k++;
        uint64_t at = window.at[k].offset + (i - window.at[k].index);
        bool there = at < st->size && at < STAGE_BYTES;
        p->arrays->state[i] = there ? st->state[at] : at < st->size ? BYTE_HOLE : BYTE_BEYOND;
        p->arrays->bytes[i] = there && st->state[at] == BYTE_DATA ? st->bytes[at] : 0;
        p->arrays->changed[i] = there ? st->changed[at] : 0;
        p->arrays->base[i] = there ? st->base[at] : 0;
        p->has_base = p->has_base || p->arrays->base[i] != 0;
    }
    p->guards = s->guards;
    memset(p->guards.read, st->written ? GUARD_WRITTEN : GUARD_SETTLED, sizeof p->guards.read);
    stage_gauges(st);
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

/* The store as a command line: in its view where that has the value's size, else in hex. */
static void note_line(struct stage *st, const struct cell_store *r)
{
    const struct poke *p = &r->job.poke;
    const struct view *v = r->view;
    bool plain = v != NULL && v->kind != VIEW_TEXT && v->kind != VIEW_HEX && v->unit == p->size;
    const uint8_t *bytes[] = {p->value, p->expect};
    char text[2][VIEW_UNIT_MAX];
    for (int k = 0; k < 2; k++) {
        if (plain)
            (void)view_format(v, bytes[k], text[k]);
        else
            for (size_t i = 0; i < p->size; i++)
                (void)snprintf(text[k] + 2 * i, sizeof text[k] - 2 * i, "%02x", bytes[k][i]);
    }
    bool expect = p->cas && poke_swappable(p->offset, p->size);
    (void)snprintf(st->line, sizeof st->line, "poke 0x%" PRIx64 " %s --as %s%s%s", p->offset,
                   text[0], plain ? v->name : "hex", expect ? " --expect " : "",
                   expect ? text[1] : "");
    st->lines++;
}

/* The bits of a byte that are compared and stored. */
static uint8_t mask_of(const struct poke *p, size_t i)
{
    static const uint8_t all[sizeof p->mask];
    return memcmp(p->mask, all, sizeof all) == 0 ? 0xff : p->mask[i];
}

/* As the sampler would, on our memory. */
static void run_poke(struct stage *st, struct cell_store *r)
{
    struct poke_job *j = &r->job;
    struct poke *p = &j->poke;
    bool swap = poke_swappable(p->offset, p->size);
    j->done = (struct poke_done){.offset = p->offset, .size = p->size, .atomic = swap};
    if (st->access != SEG_WRITE || p->offset + p->size > st->size) {
        uint32_t code = st->access != SEG_WRITE ? SEG_E_READ_ONLY : SEG_E_BEYOND;
        j->error = (struct oserr){"seg_poke", code};
        return;
    }
    memcpy(j->done.value, p->value, p->size);
    memcpy(j->done.old, st->bytes + p->offset, p->size);
    if (j->unseen)
        memcpy(p->expect, j->done.old, p->size);
    j->lost = false;
    for (size_t i = 0; i < p->size; i++)
        j->lost = j->lost || (p->cas && ((p->expect[i] ^ j->done.old[i]) & mask_of(p, i)) != 0);
    if (swap || !j->lost)
        note_line(st, r);
    j->stored = !j->lost;
    for (size_t i = 0; i < p->size && j->stored; i++) {
        j->done.value[i] =
            (uint8_t)((j->done.old[i] & ~mask_of(p, i)) | (p->value[i] & mask_of(p, i)));
        st->bytes[p->offset + i] = j->done.value[i];
    }
    memcpy(j->done.mask, p->mask, sizeof j->done.mask);
}

static void run_access(struct stage *st, struct access_job *j)
{
    if (st->refuse_write && j->access == SEG_WRITE)
        j->error = (struct oserr){"shm_open", EACCES};
    else
        st->access = j->access;
}

static void run_bytes(struct stage *st, struct bytes_job *j)
{
    size_t n = j->offset < st->size ? (size_t)(st->size - j->offset) : 0;
    j->length = j->length < n ? j->length : n;
    j->bytes = malloc(j->length + 1);
    ck_assert_ptr_nonnull(j->bytes);
    memcpy(j->bytes, st->bytes + j->offset, j->length);
}

static void run_find(struct stage *st, struct find_job *j)
{
    st->last_kind = j->kind;
    st->last_from = j->from;
    (void)snprintf(st->last_pattern, sizeof st->last_pattern, "%.100s", j->pattern);
    j->found = st->answer_found;
    j->wrapped = st->answer_wrapped;
    j->offset = st->answer_offset;
    j->length = st->answer_length;
}

static void run_count(struct stage *st, struct count_job *j)
{
    j->ended = true;
    j->number = st->answer_number;
    j->count = st->answer_count;
    j->more = st->answer_count == COUNT_MOST;
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

static void run_time(struct stage *st, struct time_job *j)
{
    j->moved = st->answer_time >= 0;
    j->time = j->moved ? st->answer_time : st->ui.s.past;
    st->last_step = *j;
}

static void run_baseline(struct stage *st, struct baseline_job *j)
{
    st->baselines++;
    j->done = st->answer_found;
    j->covered = st->answer_offset;
    j->change = BASELINE_SET;
}

static void run(struct stage *st, struct sampler_job *j)
{
    void *arg = j->arg;
    if (j->run == job_find)
        run_find(st, arg);
    else if (j->run == job_count)
        run_count(st, arg);
    else if (j->run == job_poke)
        run_poke(st, arg);
    else if (j->run == job_access)
        run_access(st, arg);
    else if (j->run == job_bytes)
        run_bytes(st, arg);
    else if (j->run == job_freeze)
        run_freeze(st, arg);
    else if (j->run == job_time)
        run_time(st, arg);
    else if (j->run == job_baseline)
        run_baseline(st, arg);
    st->resets += j->run == job_reset_counts;
}

void stage_run_one(struct stage *st)
{
    struct job *job = st->job[0];
    ck_assert_int_gt(st->jobs, 0);
    st->jobs--;
    memmove(st->job, st->job + 1, (size_t)st->jobs * sizeof *st->job);
    run(st, (struct sampler_job *)job);
    job->finish(job, &st->ui);
}

void stage_run(struct stage *st)
{
    while (st->jobs > 0)
        stage_run_one(st);
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

void stage_act(struct stage *st, void (*act)(struct ui *ui, const char *arg), const char *arg)
{
    act(&st->ui, arg != NULL ? arg : "");
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
