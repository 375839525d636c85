/* Regular expressions (PCRE2) over bytes, matched so that no pattern can block the caller. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/find/find_private.h"

/* Two ways to match. The fast one tries a batch of starts, looks only a little beyond them, and
 * allows few steps for each. Otherwise fall back to the slow one: the interpreter with
 * auto-callouts over the whole block, which can be cancelled. So no pattern blocks the caller, and
 * the result does not depend on the way it was found. */
enum {
    FAST_STARTS = 256,          /* starts per batch: the fewest, and */
    FAST_MOST = 8192,           /* the most: twice as many after each batch that took no trouble */
    FAST_STEPS = 64,            /* steps per start */
    FAST_TAIL = 4096,           /* bytes visible after the starts */
    SLOW_STEPS = 10000000,      /* steps per start; then the search stops */
    SLOW_STARTS = 64,           /* in a row, before the fast way is tried again */
    SLOW_WORK = 128 * 1024,     /* between two yields: bytes passed, */
    ITEM_WORK = 64,             /* and this many for each item of the pattern */
    HEAP_LIMIT = 20000,         /* KiB */
    JIT_STACK_START = 32 << 10, /* bytes */
    JIT_STACK_MAX = 1 << 20,    /* bytes */
    BEGIN_BITS = 12, /* bits of its beginning that make looking for it first worth while: */
    PROBE_BITS = 8,  /* of all its bytes, and of the two that are compared first */
    APART = 1024,    /* bytes from one place where it may begin to the next: the more are many */
    OPTIONS = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP,
};

struct way {
    pcre2_code *code;
    pcre2_match_context *context;
};

struct regex {
    struct way fast, slow;
    struct literal begins; /* what every match begins with; size 0: not known, or it is common */
    pcre2_match_data *data;
    pcre2_jit_stack *stack;          /* NULL: the matcher's own small one */
    size_t batch;                    /* starts that the fast way tries at once */
    size_t before;                   /* bytes it examines before a match, at least 1 */
    bool anchored;                   /* matches at one start only */
    bool has_last;                   /* each match contains a certain byte: */
    uint8_t last[2];                 /* one of these two */
    bool gave_up;                    /* a limit was reached */
    bool stopped;                    /* `progress` said to stop */
    const struct progress *progress; /* NULL: it never yields */
    size_t start;                    /* start that the slow way is trying, or tried last */
    size_t end;                      /* first start it does not try */
    bool ended;                      /* it reached `end`: there may be matches after it */
    size_t work;                     /* since the last yield */
    size_t place;                    /* position of the last item */
    enum { ZERO_NOT_ASKED, ZERO_NO, ZERO_YES } zero; /* does it match in zeros? */
};

/* ---- yielding ---- */

static int yield(struct regex *r)
{
    r->work = 0;
    if (r->progress != NULL && !progress_yield(r->progress, 0, 0))
        r->stopped = true;
    return r->stopped ? PCRE2_ERROR_CALLOUT : 0;
}

/* Callout: the matcher has reached an item of the pattern. */
static int on_item(pcre2_callout_block *b, void *ctx)
{
    struct regex *r = ctx;
    size_t at = b->current_position;
    r->start = b->start_match;
    r->ended = r->start >= r->end;
    if (r->ended)
        return PCRE2_ERROR_NOMATCH;
    r->work += (at > r->place ? at - r->place : r->place - at) + ITEM_WORK;
    r->place = at;
    return r->work < SLOW_WORK ? 0 : yield(r);
}

void regex_progress(struct regex *r, const struct progress *p)
{
    r->progress = p;
    r->stopped = false;
}

bool regex_stopped(const struct regex *r)
{
    return r->stopped;
}

/* ---- compiling ---- */

/* The message of a PCRE2 error code, and its place in the pattern. */
static void explain(int code, size_t at, char why[FIND_WHY_MAX])
{
    char text[FIND_WHY_MAX - 48];
    if (pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text) < 0)
        snprintf(text, sizeof text, "not a regular expression");
    snprintf(why, FIND_WHY_MAX, "%s (at character %zu)", text, at + 1);
}

static bool way_init(struct way *w, const char *pattern, uint32_t options, uint32_t steps,
                     char why[FIND_WHY_MAX])
{
    int code = 0;
    size_t at = 0;
    w->code =
        pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), OPTIONS | options, &code, &at, NULL);
    if (w->code == NULL) {
        explain(code, at, why);
        return false;
    }
    w->context = pcre2_match_context_create(NULL);
    if (w->context == NULL) {
        snprintf(why, FIND_WHY_MAX, "out of memory");
        return false;
    }
    pcre2_set_match_limit(w->context, steps);
    pcre2_set_heap_limit(w->context, HEAP_LIMIT);
    return true;
}

/* Collects what is true of all matches. */
static void learn(struct regex *r)
{
    uint32_t behind = 0, type = 0, unit = 0, options = 0;
    (void)pcre2_pattern_info(r->slow.code, PCRE2_INFO_MAXLOOKBEHIND, &behind);
    (void)pcre2_pattern_info(r->slow.code, PCRE2_INFO_LASTCODETYPE, &type);
    (void)pcre2_pattern_info(r->slow.code, PCRE2_INFO_LASTCODEUNIT, &unit);
    (void)pcre2_pattern_info(r->slow.code, PCRE2_INFO_ALLOPTIONS, &options);
    bool letter = (unit >= 'A' && unit <= 'Z') || (unit >= 'a' && unit <= 'z');
    r->before = behind > 1 ? behind : 1;
    r->anchored = (options & PCRE2_ANCHORED) != 0;
    r->has_last = type == 1 && unit < 0x80;
    r->last[0] = (uint8_t)unit;
    r->last[1] = (uint8_t)(letter ? unit ^ 0x20 : unit); /* case may be ignored */
}

static unsigned bits_of(uint8_t byte)
{
    unsigned n = 0;
    for (; byte != 0; byte &= (uint8_t)(byte - 1))
        n++;
    return n;
}

/* Learns what every match begins with. False: out of memory. */
static bool learn_beginning(struct regex *r, const char *pattern)
{
    uint8_t value[PREFIX_LONGEST], mask[PREFIX_LONGEST];
    size_t n = regex_prefix(pattern, value, mask);
    unsigned bits = 0;
    for (size_t i = 0; i < n; i++)
        bits += bits_of(mask[i]);
    if (bits < BEGIN_BITS)
        return true;
    uint8_t *own_value = malloc(n), *own_mask = malloc(n);
    if (own_value == NULL || own_mask == NULL) {
        free(own_value);
        free(own_mask);
        return false;
    }
    memcpy(own_value, value, n);
    memcpy(own_mask, mask, n);
    struct literal *l = &r->begins;
    if (literal_init(l, own_value, own_mask, n) &&
        bits_of(l->probe[0].mask) + bits_of(l->probe[1].mask) >= PROBE_BITS)
        return true;
    free(l->value);
    free(l->mask);
    *l = (struct literal){0};
    return true;
}

const struct literal *regex_begins(const struct regex *r)
{
    return r->begins.size > 0 ? &r->begins : NULL;
}

/* Allocates everything that matching needs. */
static bool prepare(struct regex *r, const char *pattern, char why[FIND_WHY_MAX])
{
    if (!way_init(&r->fast, pattern, PCRE2_USE_OFFSET_LIMIT, FAST_STEPS, why) ||
        !way_init(&r->slow, pattern, PCRE2_AUTO_CALLOUT, SLOW_STEPS, why))
        return false;
    r->data = pcre2_match_data_create(1, NULL);
    if (r->data == NULL || !learn_beginning(r, pattern)) {
        snprintf(why, FIND_WHY_MAX, "out of memory");
        return false;
    }
    pcre2_set_callout(r->slow.context, on_item, r);
    if (pcre2_jit_compile(r->fast.code, PCRE2_JIT_COMPLETE | PCRE2_JIT_PARTIAL_HARD) == 0) {
        r->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
        if (r->stack != NULL)
            pcre2_jit_stack_assign(r->fast.context, NULL, r->stack);
    }
    learn(r);
    return true;
}

struct regex *regex_new(const char *pattern, char why[FIND_WHY_MAX])
{
    struct regex *r = calloc(1, sizeof *r);
    if (r == NULL) {
        snprintf(why, FIND_WHY_MAX, "out of memory");
        return NULL;
    }
    r->batch = FAST_STARTS;
    if (!prepare(r, pattern, why)) {
        regex_free(r);
        return NULL;
    }
    return r;
}

void regex_free(struct regex *r)
{
    if (r == NULL)
        return;
    pcre2_jit_stack_free(r->stack);
    pcre2_match_context_free(r->fast.context);
    pcre2_match_context_free(r->slow.context);
    pcre2_match_data_free(r->data);
    free(r->begins.value);
    free(r->begins.mask);
    pcre2_code_free(r->fast.code);
    pcre2_code_free(r->slow.code);
    free(r);
}

/* ---- matching ---- */

static bool of_limit(int found)
{
    return found == PCRE2_ERROR_MATCHLIMIT || found == PCRE2_ERROR_JIT_STACKLIMIT ||
           found == PCRE2_ERROR_DEPTHLIMIT || found == PCRE2_ERROR_HEAPLIMIT;
}

/* A block, and the starts [from, end) in it still to try. */
struct hunt {
    const uint8_t *block;
    size_t n, from, end;
    bool slow; /* the slow way must continue */
    int found; /* as returned by pcre2_match */
};

/* Tries a batch of starts. True: h->found is the result. */
static bool match_fast(struct regex *r, struct hunt *h)
{
    size_t starts = h->end - h->from < r->batch ? h->end - h->from : r->batch;
    bool cut = h->n - h->from > starts + FAST_TAIL;
    size_t seen = cut ? h->from + starts + FAST_TAIL : h->n;
    uint32_t options = PCRE2_NOTEMPTY | (cut ? PCRE2_PARTIAL_HARD : 0);
    pcre2_set_offset_limit(r->fast.context, h->from + starts - 1);
    h->found =
        pcre2_match(r->fast.code, h->block, seen, h->from, options, r->data, r->fast.context);
    if (h->found == PCRE2_ERROR_NOMATCH) {
        h->from += starts;
        r->batch = r->batch < FAST_MOST ? r->batch * 2 : FAST_MOST;
        return false;
    }
    if (of_limit(h->found) && starts > FAST_STARTS) { /* most of these starts are no trouble */
        r->batch = FAST_STARTS;
        return false;
    }
    h->slow = of_limit(h->found) || h->found == PCRE2_ERROR_PARTIAL;
    if (h->found == PCRE2_ERROR_PARTIAL) { /* the starts before do not match */
        size_t start = pcre2_get_ovector_pointer(r->data)[0];
        h->from = start > h->from && start < h->end ? start : h->from;
    }
    return !h->slow;
}

/* Continues at the next place where a match may begin. Where such places are many, more starts are
 * tried at once instead. False: there is none. */
static bool skip(struct regex *r, struct hunt *h)
{
    if (r->begins.size == 0)
        return true;
    size_t at = literal_next(&r->begins, h->block, h->n, h->from, h->end);
    if (at == SIZE_MAX)
        at = h->end;
    if (at - h->from >= APART)
        r->batch = FAST_STARTS;
    h->from = at;
    return at < h->end;
}

static bool match_slow(struct regex *r, struct hunt *h)
{
    size_t left = h->n - h->from;
    const uint8_t *p = h->block + h->from;
    h->slow = false;
    h->found = PCRE2_ERROR_NOMATCH;
    if (r->has_last && memchr(p, r->last[0], left) == NULL && memchr(p, r->last[1], left) == NULL)
        return true;
    r->start = r->place = h->from;
    r->end = h->end - h->from < SLOW_STARTS ? h->end : h->from + SLOW_STARTS;
    r->ended = false;
    h->found = pcre2_match(r->slow.code, h->block, h->n, h->from, PCRE2_NOTEMPTY | PCRE2_NO_JIT,
                           r->data, r->slow.context);
    h->from = r->start;
    return h->found != PCRE2_ERROR_NOMATCH || !r->ended;
}

/* The first match that starts in [from, end), as pcre2_match returns it. */
static int match(struct regex *r, const uint8_t *block, size_t n, size_t from, size_t end)
{
    bool done = false;
    struct hunt h = {.block = block, .n = n, .from = from, .end = end};
    if (r->anchored && from < end)
        h.end = from + 1;
    while (!done && h.from < h.end && !r->gave_up && !r->stopped)
        if (h.slow)
            done = match_slow(r, &h);
        else if (yield(r) == 0 && skip(r, &h))
            done = match_fast(r, &h);
    if (done && h.found < 0 && h.found != PCRE2_ERROR_NOMATCH && !r->stopped)
        r->gave_up = true;
    if (r->stopped || r->gave_up)
        return PCRE2_ERROR_CALLOUT;
    return done ? h.found : PCRE2_ERROR_NOMATCH;
}

size_t regex_next(struct regex *r, const uint8_t *block, size_t n, size_t from, size_t end,
                  size_t *length)
{
    while (from < end) {
        if (match(r, block, n, from, end) < 0)
            return SIZE_MAX;
        const PCRE2_SIZE *span = pcre2_get_ovector_pointer(r->data);
        if (span[0] >= end)
            return SIZE_MAX;
        if (span[0] >= from && span[1] > span[0]) {
            *length = span[1] - span[0];
            return span[0];
        }
        from++; /* \K moved the start: not a match for us */
    }
    return SIZE_MAX;
}

size_t regex_context(const struct regex *r)
{
    return r->before;
}

bool regex_gave_up(const struct regex *r)
{
    return r->gave_up;
}

bool regex_matches_zero(struct regex *r)
{
    static const uint8_t zeros[2 * FIND_REGEX_SPAN];
    bool gave_up = r->gave_up;
    if (r->zero != ZERO_NOT_ASKED)
        return r->zero == ZERO_YES;
    bool yes = match(r, zeros, sizeof zeros, 0, sizeof zeros) != PCRE2_ERROR_NOMATCH;
    if (!r->stopped)
        r->zero = yes ? ZERO_YES : ZERO_NO;
    r->gave_up = gave_up; /* reported once they are reached */
    return yes;
}
