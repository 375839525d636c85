/* --at: places in the time of a recording. */
#include <inttypes.h>
#include <string.h>

#include "cli/run.h"
#include "core/number.h"
#include "time/recording.h"

/* `1.5s`, `end`, `end-1s`, `-1s` (from the end, too), of a recording that ends at `end`. */
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
    if (from_end && !back) {
        return NUM_SYNTAX;
    }
    enum num_status status = number_duration(s, t);
    if (status == NUM_OK && back) {
        *t = end - *t;
    }
    return status;
}

bool run_at(struct run *r, const char *option, struct seg *seg, const char *raw)
{
    const char *value = run_option(r, option);
    struct recorded *recorded = recorded_of(seg);
    struct rec_info info;
    int64_t t = 0;
    if (value == NULL) {
        return true;
    }
    if (recorded == NULL) {
        (void)run_usage(r, "--%s is for recordings (rec:FILE)", option);
        return false;
    }
    recorded_info(recorded, &info);
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
    struct oserr e = seg_seek(seg, t);
    if (oserr_is(e)) {
        (void)run_fail(r, raw, "read it", e);
        return false;
    }
    r->size = seg == r->seg ? seg_last(seg)->size : r->size;
    return true;
}
