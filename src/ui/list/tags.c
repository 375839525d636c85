/* Which segments of the list are tagged. */
#include <stdlib.h>
#include <string.h>

#include "ui/list/list.h"

static size_t tag_of(const struct segments_state *st, const char *locator)
{
    size_t i = 0;
    while (i < st->tags && strcmp(st->tag[i].locator, locator) != 0)
        i++;
    return i;
}

bool segments_tagged(const struct segments_state *st, const char *locator)
{
    return tag_of(st, locator) < st->tags;
}

static bool add_tag(struct segments_state *st, const struct seg_info *info)
{
    size_t n = strlen(info->locator) + 1;
    if (st->tags == st->tags_room) {
        size_t room = st->tags_room * 2 + 16;
        struct tag *more = realloc(st->tag, room * sizeof *more);
        if (more == NULL)
            return false;
        st->tag = more;
        st->tags_room = room;
    }
    char *copy = malloc(n);
    if (copy == NULL)
        return false;
    memcpy(copy, info->locator, n);
    struct tag *tag = &st->tag[st->tags++];
    tag->locator = copy;
    tag->seen = info->stat;
    return true;
}

void segments_toggle_tag(struct ui *ui, const struct seg_info *info)
{
    struct segments_state *st = ui->segments;
    size_t i = tag_of(st, info->locator);
    if (i < st->tags) {
        free(st->tag[i].locator);
        st->tag[i] = st->tag[--st->tags];
    } else if (st->tags == TAGS_MAX) {
        ui_say(ui, STYLE_WARN, "%d segments are tagged, that is all there can be", TAGS_MAX);
    } else if (!add_tag(st, info)) {
        ui_say(ui, STYLE_ERROR, "out of memory");
    }
}

void segments_untag_all(struct segments_state *st)
{
    while (st->tags > 0)
        free(st->tag[--st->tags].locator);
}

void segments_tag_all(struct ui *ui)
{
    const struct segments_state *st = ui->segments;
    bool gone = false;
    for (size_t i = 0; i < st->count && st->tags < TAGS_MAX; i++) {
        const struct seg_info *info = segments_info(ui, st->row[i], &gone);
        if (!gone && !segments_tagged(st, info->locator))
            segments_toggle_tag(ui, info);
    }
}

void segments_tag_others(struct ui *ui)
{
    const struct segments_state *st = ui->segments;
    bool gone = false;
    for (size_t i = 0; i < st->count; i++) {
        const struct seg_info *info = segments_info(ui, st->row[i], &gone);
        if (!gone)
            segments_toggle_tag(ui, info);
    }
}

uint64_t segments_tagged_bytes(const struct ui *ui)
{
    const struct segments_state *st = ui->segments;
    uint64_t bytes = 0;
    for (size_t i = 0; i < st->tags; i++) {
        const struct seg_info *info = segments_find(ui, st->tag[i].locator);
        bytes += info != NULL ? info->stat.size : 0;
    }
    return bytes;
}
