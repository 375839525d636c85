#include "cli/commands/info_recording.h"

#include <inttypes.h>
#include <string.h>

#include "core/text.h"
#include "list/segrow.h"
#include "time/recording.h"

enum { SHOWN = 4 * LOCATOR_MAX + 1 };

/* The locator that a file names, which may be anything, as every other is shown. */
static const char *shown(const char *locator, char buf[SHOWN])
{
    char raw[LOCATOR_MAX];
    if (locator_typed(locator, raw) == NULL) {
        (void)locator_shown(raw, buf, SHOWN);
    } else {
        (void)text_escape(buf, SHOWN, locator, strlen(locator));
    }
    return buf;
}

static double rate(const struct rec_header *h)
{
    return h->period > 0 ? 1e9 / (double)h->period : 0;
}

/* Is it still being made? What was added since it was opened is left for later. */
static bool is_written(struct run *r)
{
    bool written = false;
    struct oserr e = recorded_grow(recorded_of(r->seg), &written);
    return !oserr_is(e) && written;
}

void info_recording_text(struct run *r)
{
    const struct recorded *recorded = recorded_of(r->seg);
    struct out *o = r->env->out;
    char time[TIME_TEXT];
    char locator[SHOWN];
    struct rec_info info;
    if (recorded == NULL) {
        return;
    }
    const struct rec_header *h = recorded_header(recorded);
    recorded_info(recorded, &info);
    out_print(o, "recorded:  %s\n", shown(h->locator, locator));
    out_print(o, "started:   %s\n", time_text(h->wall, time));
    out_print(o, "duration:  %.6f s at %.6g Hz\n", (double)info.end / 1e9, rate(h));
    out_print(o, "blocks:    %zu, %zu of them start keyframes\n", info.blocks, info.keys);
    if (info.damaged != 0) {
        out_print(o, "damaged:   at 0x%" PRIx64 " of the file; what is behind is not used\n",
                  info.damaged);
    } else if (is_written(r)) {
        out_print(o, "ended:     not yet, it is being made\n");
    } else if (!info.ended) {
        out_print(o, "ended:     not properly; %" PRIu64 " bytes at the end are no whole block\n",
                  info.lost);
    }
}

void info_recording_json(struct run *r, json_t *o)
{
    const struct recorded *recorded = recorded_of(r->seg);
    char locator[SHOWN];
    struct rec_info info;
    if (recorded == NULL) {
        return;
    }
    const struct rec_header *h = recorded_header(recorded);
    recorded_info(recorded, &info);
    json_object_set_new(o, "recording",
                        json_pack("{s:s,s:f,s:f,s:f,s:I,s:I,s:b,s:I,s:b}", "locator",
                                  shown(h->locator, locator), "started", (double)h->wall / 1e9,
                                  "duration", (double)info.end / 1e9, "hz", rate(h), "blocks",
                                  (json_int_t)info.blocks, "keyframes", (json_int_t)info.keys,
                                  "ended", info.ended ? 1 : 0, "lost", (json_int_t)info.lost,
                                  "written", is_written(r)));
}
