/* An inspect screen on a segment that is a piece of our own memory: no thread, no terminal. Jobs
 * that the screen posts wait until the test lets them run. */
#ifndef SHMLENS_TESTS_SUPPORT_STAGE_H
#define SHMLENS_TESTS_SUPPORT_STAGE_H

#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

enum {
    STAGE_BYTES = 64 * 1024,
    STAGE_JOBS = 32,
    STAGE_LINE = 256,
    STAGE_TOP = 2 /* the first row of bytes: below title and ruler */
};

struct stage {
    struct ui ui;
    uint8_t bytes[STAGE_BYTES];
    uint8_t state[STAGE_BYTES];   /* enum byte_state */
    int64_t changed[STAGE_BYTES]; /* as in a sample */
    uint8_t base[STAGE_BYTES];
    struct gauge_trend trend; /* of every mark */
    bool written;             /* what a counter guards is being written all the time */
    uint64_t size;            /* of the segment, at most STAGE_BYTES are shown */
    struct job *job[STAGE_JOBS];
    int jobs;                 /* that wait */
    char line[STAGE_LINE];    /* the last store that was tried, as a command line */
    int lines;                /* stores that were tried */
    bool refuse_write;        /* raising the access fails */
    enum seg_access access;   /* as it was set last */
    int baselines, resets;    /* baselines and resets of the counts that were asked for */
    enum find_kind last_kind; /* of the last find that ran */
    uint64_t last_from;
    char last_pattern[128];
    bool answer_found, answer_wrapped; /* what searching jobs find */
    uint64_t answer_offset;
    size_t answer_length;
    unsigned answer_number, answer_count; /* which match that is, and of how many */
    struct time_job last_step;            /* the last step through time that ran */
    int64_t answer_time;                  /* where steps come to; -1: they do not move */
};

/* A screen of this size on a segment of `size` zero bytes, attached read-only. There is one at a
 * time: a new one takes the place of the last, and stage_tear_down, a fixture, frees it. */
struct stage *stage_new(int rows, int cols, uint64_t size);
void stage_tear_down(void);

/* Bytes of the segment; and a sample of the window, as the sampler would take it. */
void stage_put(struct stage *st, uint64_t offset, const void *bytes, size_t n);
void stage_sample(struct stage *st);

/* Draws; the window is sampled first. */
void stage_draw(struct stage *st);

/* Presses the keys of a text (characters), and one key. */
void stage_type(struct stage *st, const char *text);
void stage_key(struct stage *st, uint32_t code, uint32_t mods);

/* Runs an action of the screen, with this argument (NULL: none). */
void stage_act(struct stage *st, void (*act)(struct ui *ui, const char *arg), const char *arg);

/* Puts the cursor there, and draws. */
void stage_at(struct stage *st, uint64_t offset);

/* A stage of 24 x 80 on 256 bytes with "Oz" at 0x10, drawn; in edit mode. */
struct stage *stage_small(bool edit);

/* Runs all jobs that wait, and those that they post; or the first one alone. */
void stage_run(struct stage *st);
void stage_run_one(struct stage *st);

/* Text of canvas columns [from, to) of a row, in a static buffer. */
const char *stage_text(const struct stage *st, int row, int from, int to);

#endif
