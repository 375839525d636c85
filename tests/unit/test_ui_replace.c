/* Replacing one match after the other: which keys are answers, and what is said at the end. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/kept_range.h"
#include "live/jobs.h"
#include "support/stage.h"
#include "support/suite.h"

static struct stage *st;

/* `one` at 0x11, 0x21, ... */
static void setup(void)
{
    st = stage_new(24, 80, STAGE_BYTES);
    for (uint64_t i = 1; i <= 5; i++)
        stage_put(st, 16 * i + 1, "one", 3);
    st->access = SEG_WRITE;
    st->ui.s.edit = true;
    stage_draw(st);
}

static void begin(void)
{
    stage_type(st, "%one");
    stage_key(st, KEY_ENTER_, 0);
    stage_type(st, "ONE");
    stage_key(st, KEY_ENTER_, 0);
}

/* The job of replace that waits; there is no other. */
static struct replace_job *waiting(void)
{
    ck_assert_int_eq(st->jobs, 1);
    struct sampler_job *j = (struct sampler_job *)st->job[0];
    ck_assert(j->run == job_replace);
    return (struct replace_job *)j->arg;
}

/* Does what the sampler would, on our memory. */
static void run_one(void)
{
    struct replace_job *j = waiting();
    uint8_t *at = st->bytes + j->at;
    j->stored = j->store && memcmp(at, j->old, j->n) == 0;
    if (j->stored)
        memcpy(at, j->new, j->n);
    for (uint64_t i = j->from; !j->found && i + j->n <= STAGE_BYTES && i + j->n <= j->to; i++) {
        j->found = memcmp(st->bytes + i, j->pattern, j->n) == 0;
        j->offset = i;
        j->length = j->n;
        memcpy(j->seen, st->bytes + i, j->n);
    }
    stage_run_one(st);
}

/* The same for `i:one`. */
static void run_any_case(void)
{
    struct replace_job *j = waiting();
    uint8_t *at = st->bytes + j->at;
    j->stored = j->store && memcmp(at, j->old, j->n) == 0;
    if (j->stored)
        memcpy(at, j->new, j->n);
    for (uint64_t i = j->from; !j->found && i + 3 <= STAGE_BYTES && i + 3 <= j->to; i++) {
        j->found = strncasecmp((const char *)st->bytes + i, "one", 3) == 0;
        j->offset = i;
        j->length = j->n = 3;
        memcpy(j->seen, st->bytes + i, 3);
    }
    stage_run_one(st);
}

static unsigned replaced(void)
{
    unsigned n = 0;
    for (uint64_t i = 1; i <= 5; i++)
        n += memcmp(st->bytes + 16 * i + 1, "ONE", 3) == 0;
    return n;
}

static bool asks_about(const char *offset)
{
    char label[64];
    (void)snprintf(label, sizeof label, "%s: replace one by ONE?", offset);
    return st->ui.prompt.kind == PROMPT_KEY &&
           strncmp(st->ui.prompt.label, label, strlen(label)) == 0;
}

static const char early[] = "answered too early, not counted; ";

/* Nobody can say yes to what has not been on the screen; no can always be said. */
TEST(yes_counts_for_what_was_seen)
{
    begin();
    stage_type(st, "ya"); /* while it looks */
    ck_assert_ptr_nonnull(strstr(st->ui.prompt.note, early));
    run_one();
    ck_assert(asks_about("0x11"));
    ck_assert_ptr_nonnull(strstr(st->ui.prompt.note, early));
    stage_type(st, "y"); /* it is asked, but not drawn */
    ck_assert(asks_about("0x11"));
    ck_assert_int_eq(st->jobs, 0);
    stage_draw(st);
    ck_assert_ptr_nonnull(strstr(st->ui.prompt.note, early));
    stage_type(st, "xy"); /* a slip does not make it another question */
    stage_type(st, "yyn");
    run_one();
    ck_assert_uint_eq(replaced(), 1);
    ck_assert_int_eq(st->jobs, 1); /* 0x21 was answered with n */
    run_one();
    ck_assert(asks_about("0x31"));
    ck_assert_uint_eq(replaced(), 1);
    stage_draw(st);
    stage_type(st, "n");
    run_one();
    stage_draw(st);
    ck_assert(asks_about("0x41"));
    ck_assert_ptr_null(strstr(st->ui.prompt.note, early));
    stage_type(st, "q");
    ck_assert_str_eq(st->ui.status, "stopped: 1 replaced, 2 skipped; u takes it back");
}

/* While all the rest is replaced, q stops it as Esc does. */
TEST(q_stops_the_rest)
{
    begin();
    run_one();
    stage_draw(st);
    stage_type(st, "a");
    ck_assert_ptr_nonnull(strstr(st->ui.prompt.note, "q or Esc stops"));
    run_one();
    stage_type(st, "q");
    run_one();
    ck_assert_int_eq(st->jobs, 0);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    ck_assert_str_eq(st->ui.status, "stopped: 2 replaced; u takes them back at once");
    ck_assert_uint_eq(replaced(), 2);
}

/* Why nothing was replaced is the last thing that is said. */
TEST(a_refusal_is_said_last)
{
    st->refuse_write = true;
    st->access = SEG_READ;
    st->ui.s.edit = false;
    begin();
    stage_type(st, "y");
    ck_assert_int_eq(st->jobs, 2);
    stage_run_one(st);
    run_one();
    ck_assert_msg(strncmp(st->ui.status, "no editing: shm_open: ", 22) == 0, "%s", st->ui.status);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    ck_assert_uint_eq(replaced(), 0);
}

/* A search that was stopped has not found out that there is nothing. */
TEST(stopping_the_first_search_is_said)
{
    begin();
    stage_key(st, KEY_ESC_, 0);
    st->job[0]->cancelled = true;
    stage_run_one(st);
    ck_assert_str_eq(st->ui.status, "stopped: nothing replaced");
    begin();
    stage_type(st, "q");
    stage_run_one(st);
    ck_assert_str_eq(st->ui.status, "stopped: nothing replaced");
}

/* A run that was left is not taken for the next one; what it still stored is said, and undone. */
TEST(a_run_that_was_left_is_over)
{
    begin();
    run_one();
    stage_draw(st);
    stage_type(st, "y");
    struct job *late = st->job[0];
    struct replace_job *j = waiting();
    j->stored = true;
    stage_key(st, KEY_ESC_, 0);
    stage_key(st, KEY_ESC_, 0);
    ck_assert_str_eq(st->ui.status, "stopped: 0 replaced");
    st->jobs = 0;
    begin();
    ck_assert_int_eq(st->jobs, 1);
    late->finish(late, &st->ui);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_KEY); /* still looks */
    ck_assert_str_eq(st->ui.status, "0x11 was replaced before that stopped; u takes it back");
    ck_assert_uint_eq(st->ui.s.undo_count, 1);
    run_one();
    stage_draw(st);
    ck_assert(asks_about("0x11"));
    stage_type(st, "q");
    ck_assert_str_eq(st->ui.status, "stopped: 0 replaced");
}

TEST(an_end_that_came_nearer_is_said)
{
    begin();
    waiting()->shrank = true;
    waiting()->ends = 0x1000;
    stage_run_one(st);
    ck_assert_str_eq(st->ui.status, "the segment ends at 0x1000 now: nothing replaced");
}

TEST(what_could_not_be_taken_back_is_said)
{
    begin();
    run_one();
    stage_draw(st);
    stage_type(st, "y");
    struct replace_job *j = waiting();
    j->left = 1;
    j->error = (struct oserr){"fstat", EIO};
    stage_run_one(st);
    const char *says = "0x11: 1 of 3 bytes are replaced and stay so: ";
    ck_assert_msg(strstr(st->ui.status, says) == st->ui.status, "%s", st->ui.status);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
}

static const struct kept_range *top(void)
{
    return st->ui.s.undo[st->ui.s.undo_count - 1].range;
}

/* A match that is not one word is kept as its words; what `a` replaces is one step. */
TEST(the_rest_is_one_step)
{
    begin();
    run_one();
    stage_draw(st);
    stage_type(st, "y");
    run_one();
    stage_draw(st);
    stage_type(st, "a");
    while (st->jobs > 0)
        run_one();
    ck_assert_str_eq(st->ui.status, "5 replaced; u takes 4 back at once, then one by one");
    ck_assert_uint_eq(replaced(), 5);
    ck_assert_uint_eq(st->ui.s.undo_count, 2);
    ck_assert_uint_eq(top()->count, 4);
    ck_assert_uint_eq(top()->at[0], 0x21);
    ck_assert_uint_eq(top()->at[3], 0x51);
    ck_assert_mem_eq(top()->old, "oneoneoneone", 12);
    ck_assert_mem_eq(top()->value, "ONEONEONEONE", 12);
    const struct kept_range *first = st->ui.s.undo[0].range;
    ck_assert(first->at != NULL && first->count == 1 && first->at[0] == 0x11);
    ui_run(&st->ui, "undo");
    struct sampler_job *job = (struct sampler_job *)st->job[0];
    struct range_job *j = (struct range_job *)job->arg;
    ck_assert(job->run == job_range);
    ck_assert_ptr_eq(j->at, top()->at);
    ck_assert_uint_eq(j->each, 3);
    ck_assert_mem_eq(j->expect, "ONEONE", 6);
    j->stored = true;
    j->done = 9;
    j->differ = 1;
    stage_run_one(st);
    ck_assert_str_eq(st->ui.status, "undo: 3 matches put back; 1 had changed and stays");
    ck_assert_uint_eq(st->ui.s.undo_count, 1);
    ck_assert_uint_eq(st->ui.s.redo_count, 1);
}

/* Replaces each `i:one` by `one`: all of them, by the first answer. */
static void all_in_any_case(void)
{
    stage_type(st, "%i:one");
    stage_key(st, KEY_ENTER_, 0);
    stage_type(st, "one");
    stage_key(st, KEY_ENTER_, 0);
    run_any_case();
    stage_draw(st);
    stage_type(st, "a");
    while (st->jobs > 0)
        run_any_case();
}

/* What was replaced by itself has no step, so that undo never takes another one for it. */
TEST(what_changed_nothing_is_no_step)
{
    struct poke_done other = {.offset = 0x80, .size = 1, .value = {1}};
    session_undo_push(&st->ui.s, &other, NULL);
    all_in_any_case();
    ck_assert_str_eq(st->ui.status, "5 replaced");
    ck_assert_uint_eq(st->ui.s.undo_count, 1);
    ck_assert_uint_eq(st->ui.s.undo[0].one.offset, 0x80);
    memcpy(st->bytes + 0x31, "ONE", 3);
    memcpy(st->bytes + 0x41, "ONE", 3);
    all_in_any_case();
    ck_assert_str_eq(st->ui.status, "5 replaced; u takes them back at once");
    ck_assert_uint_eq(st->ui.s.undo_count, 2);
    ck_assert_uint_eq(top()->count, 2);
}

/* What cannot be taken back is counted. */
TEST(what_has_no_undo_is_said)
{
    begin();
    st->ui.inspect->each.steps = UNDO_MAX - 1;
    run_one();
    stage_draw(st);
    stage_type(st, "a");
    run_one();
    struct kept_range *k = st->ui.s.undo[0].range;
    uint64_t n = 1;
    while (kept_matches_add(k, 0, (const uint8_t *)"one", (const uint8_t *)"ONE"))
        n++;
    ck_assert_uint_gt(n, 4000000); /* undo is full */
    ck_assert_uint_le(kept_range_bytes(k), UNDO_BYTES);
    while (st->jobs > 0)
        run_one();
    ck_assert_uint_eq(replaced(), 5);
    ck_assert_str_eq(st->ui.status,
                     "5 replaced; u takes it back; 4 cannot be undone (out of memory)");
}

SUITE(test_ui_replace, .set_up = setup, .tear_down = stage_tear_down,
      TESTS(yes_counts_for_what_was_seen, q_stops_the_rest, a_refusal_is_said_last,
            stopping_the_first_search_is_said, a_run_that_was_left_is_over,
            an_end_that_came_nearer_is_said, what_could_not_be_taken_back_is_said,
            the_rest_is_one_step, what_changed_nothing_is_no_step, what_has_no_undo_is_said));
