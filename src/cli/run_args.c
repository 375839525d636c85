/* Parses the words and options of a command: numbers, views, values, ranges. */
#include "cli/options.h"
#include "cli/run.h"
#include "core/kept_range.h"
#include "core/number.h"
#include "core/plural.h"
#include "time/recording.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *run_option(const struct command_run *r, const char *name)
{
    return args_get(r->args, name);
}

static const char *status_text(enum num_status s)
{
    switch (s) {
    case NUM_EMPTY:
        return "is empty, a number is needed";
    case NUM_RANGE:
        return "out of range";
    case NUM_SYNTAX:
    case NUM_OK:
    default:
        return "not a number";
    }
}

bool run_view(struct command_run *r, const struct view **view)
{
    const char *name = run_option(r, "as");
    if (name == NULL)
        return true;
    const struct view *v = view_find(name);
    if (v == NULL) {
        (void)run_bad_word(r, "--as", name,
                           "no such view (hex, u8 to u64, i8 to i64, f32, f64, each le or be, ptr, "
                           "bits, ascii, latin1, utf8, utf16le, utf16be, utf32le, utf32be, cp1252, "
                           "cp1251, cp932)");
        return false;
    }
    *view = v;
    return true;
}

bool run_value_view(struct command_run *r, const struct view **view)
{
    *view = r->env->ui ? view_find(r->env->view == NULL ? "hex" : r->env->view) : NULL;
    if (!run_view(r, view))
        return false;
    if (*view == NULL) {
        (void)run_usage(r, "--as VIEW is missing (hex, u32le, f64, utf8, ...)");
        return false;
    }
    return true;
}

bool run_offset(struct command_run *r, const char *word, uint64_t *offset)
{
    const struct command_env *env = r->env;
    struct offset_base base = {
        .size = r->size, .cursor = env->cursor, .marks = env->marks, .relative = env->ui};
    enum num_status s = number_offset(word, &base, offset);
    if (s != NUM_OK) {
        (void)run_bad_word(r, "OFFSET", word,
                           s == NUM_RANGE ? "out of range"
                                          : "not an offset (64, 0x40, 4K, end, end-16)");
        return false;
    }
    return true;
}

bool run_number(struct command_run *r, const char *what, const char *word, uint64_t max,
                uint64_t *n)
{
    enum num_status s = number_u64(word, max, n);
    if (s != NUM_OK)
        (void)run_bad_word(r, what, word, status_text(s));
    return s == NUM_OK;
}

bool run_byte(struct command_run *r, const char *what, const char *word, uint8_t *byte)
{
    uint64_t n = 0;
    enum num_status s = number_u64(word, 255, &n);
    if (s != NUM_OK) {
        (void)run_bad_word(r, what, word,
                           s == NUM_RANGE ? "does not fit a byte (0 to 255)" : status_text(s));
        return false;
    }
    *byte = (uint8_t)n;
    return true;
}

static const char *dashed(const char *name, char buf[48])
{
    size_t n = strlen(name);
    n = n > 44 ? 44 : n;
    memcpy(buf, "--", 2);
    memcpy(buf + 2, name, n);
    buf[2 + n] = '\0';
    return buf;
}

bool run_duration_option(struct command_run *r, const char *name, int64_t *ns)
{
    char option[48];
    const char *value = run_option(r, name);
    if (value == NULL)
        return true;
    enum num_status s = number_duration(value, ns);
    if (s != NUM_OK) {
        (void)run_bad_word(r, dashed(name, option), value,
                           s == NUM_RANGE ? "out of range"
                                          : "not a duration (250us, 250ms, 1.5s, 2m, 1h, 3d)");
    } else if (*ns > INT64_MAX / 2) {
        *ns = INT64_MAX /
              2; /* it is added to the clock, and 146 years from now is as good as never */
    }
    return s == NUM_OK;
}

bool run_count_option(struct command_run *r, const char *name, uint64_t *n)
{
    char option[48];
    const char *value = run_option(r, name);
    if (value == NULL)
        return true;
    if (!run_number(r, dashed(name, option), value, UINT64_MAX, n))
        return false;
    if (*n == 0) {
        (void)run_bad_word(r, option, value, "must be at least 1");
        return false;
    }
    return true;
}

bool run_positive(const char *text, double max, double *out)
{
    double v = 0;
    uint64_t whole = 0; /* these may have suffixes as well */
    if (number_u64(text, UINT64_MAX, &whole) == NUM_OK)
        v = (double)whole;
    else if (number_f64(text, &v) != NUM_OK)
        return false;
    if (!(v > 0) || !(v <= max))
        return false;
    *out = v;
    return true;
}

bool run_hz(const char *text, double *hz)
{
    const double slowest = 1e-6; /* once in 11 days: the period must fit the clock */
    if (!run_positive(text, UI_HZ_MAX, hz))
        return false;
    *hz = *hz < slowest ? slowest : *hz;
    return true;
}

bool run_hz_option(struct command_run *r, double *hz)
{
    const char *value = run_option(r, "hz");
    if (value != NULL && !run_hz(value, hz)) {
        (void)run_bad_word(r, "--hz", value, "not a rate (above 0, at most 10000)");
        return false;
    }
    return true;
}

bool run_value(struct command_run *r, const struct view *v, const char *what, const char *word,
               uint8_t *out, size_t cap, size_t *size)
{
    char why[VIEW_WHY_MAX];
    const char *wrong = view_parse(v, word, out, cap, size, why);
    if (wrong != NULL) {
        (void)run_error(r, "%s: %s", what, wrong);
        return false;
    }
    return true;
}

bool run_range(struct command_run *r, int first, struct range *range)
{
    uint64_t start = 0, end = r->size; /* of the part that the UI shows */
    *range = (struct range){.has_offset = r->words > first, .has_length = r->words > first + 1};
    if (r->seg != NULL)
        seg_part(r->seg, &start, &end);
    range->offset = start;
    if (range->has_offset && !run_offset(r, r->word[first], &range->offset))
        return false;
    uint64_t wanted = 0;
    if (range->has_length && !run_number(r, "LENGTH", r->word[first + 1], UINT64_MAX, &wanted))
        return false;
    bool at_end = range->offset == r->size && (r->size == 0 || (range->has_length && wanted == 0));
    if (range->offset >= r->size && !at_end) {
        (void)run_error(r,
                        "offset 0x%" PRIx64 " is past the end: the segment has %" PRIu64 " byte%s",
                        range->offset, r->size, plural_s(r->size));
        return false;
    }
    uint64_t left = r->size - range->offset;
    if (!range->has_length && range->offset < end && end < r->size)
        left = end - range->offset;
    range->length = !range->has_length || wanted > left ? left : wanted;
    range->missing = wanted > range->length ? wanted - range->length : 0;
    return true;
}

bool run_only_checks(struct command_run *r, uint64_t offset, uint64_t length)
{
    struct command_check *check = r->env->check;
    if (check != NULL)
        check->unkept = length > KEPT_RANGE_MOST;
    if (check != NULL && length > sizeof(uint64_t))
        (void)snprintf(check->writes, sizeof check->writes, "%" PRIu64 " bytes at 0x%" PRIx64,
                       length, offset);
    return check != NULL;
}

int run_past_end(struct command_run *r, const struct range *range)
{
    if (range->missing == 0)
        return EXIT_DONE;
    return run_error(r,
                     "the range from 0x%" PRIx64 " reaches %" PRIu64
                     " byte%s past the end: the segment has %" PRIu64 " byte%s",
                     range->offset, range->missing, plural_s(range->missing), r->size,
                     plural_s(r->size));
}

/* --at: times within a recording. */

/* `1.5s`, `end`, `end-1s`, `-1s` (also from the end), in a recording that ends at `end`. */
static enum num_status parse_time(const char *s, int64_t end, int64_t *t)
{
    bool from_end = strncmp(s, "end", 3) == 0;
    s += from_end ? 3 : 0;
    if (from_end && *s == '\0') {
        *t = end;
        return NUM_OK;
    }
    bool back = *s == '-';
    s += back ? 1 : 0;
    if (from_end && !back)
        return NUM_SYNTAX;
    enum num_status status = number_duration(s, t);
    if (status == NUM_OK && back)
        *t = end - *t;
    return status;
}

bool run_at(struct command_run *r, const char *option, struct seg *seg, const char *raw)
{
    const char *value = run_option(r, option);
    struct recording *recorded = recording_of(seg);
    struct rec_info info;
    int64_t t = 0;
    if (value == NULL)
        return true;
    if (recorded == NULL) {
        (void)run_usage(r, "--%s is for recordings (rec:FILE)", option);
        return false;
    }
    recording_info(recorded, &info);
    enum num_status status = parse_time(value, info.end, &t);
    if (status != NUM_OK) {
        (void)run_bad_word(r, "TIME", value,
                           status == NUM_RANGE ? "out of range"
                                               : "not a time (250ms, 1.5s, 2m, end, end-1s)");
        return false;
    }
    if (t < 0 || t > info.end) {
        (void)run_error(r, "%s: the recording has only %.6f s", value, (double)info.end / 1e9);
        return false;
    }
    struct oserr e = recording_seek(seg, t, r->env->progress);
    if (oserr_is(e)) {
        (void)run_fail(r, raw, "read it", e);
        return false;
    }
    r->size = seg == r->seg ? seg_last(seg)->size : r->size;
    return true;
}
