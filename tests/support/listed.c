#include "support/listed.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct ui ui;

char *listed_copy(const char *text)
{
    size_t n = strlen(text) + 1;
    char *p = malloc(n);
    ck_assert_ptr_nonnull(p);
    memcpy(p, text, n);
    return p;
}

const struct made usual[USUAL] = {
    {"posix:/a\033[2Jname\n", "mallory", SEG_POSIX, 1, 4 * KIB, 0644, 0},
    {"posix:/orphan", "alice", SEG_POSIX, 64 * MIB, 64 * MIB, 0600, 0},
    {"posix:/psm_5b3f2a1c-with-a-very-long-name-indeed", "alice", SEG_POSIX, 300, 0, 0600, 0},
    {"posix:/ring", "alice", SEG_POSIX, 64 * KIB, 12 * KIB, 0640, 2},
    {"posix:/sem.lock", "bob", SEG_SEM, 32, 4 * KIB, 0600, 0},
};

void listed_survey(const struct made *made, size_t count)
{
    struct seg_survey *s = &ui.s.walk.survey;
    seg_survey_free(s);
    memset(s, 0, sizeof *s);
    s->segs = calloc(count + 1, sizeof *s->segs);
    s->who.mappers = calloc(3, sizeof *s->who.mappers);
    ck_assert(s->segs != NULL && s->who.mappers != NULL);
    s->who.mappers[0] = (struct seg_mapper){.pid = 4000001, .comm = "writer", .write = true};
    s->who.mappers[1] = (struct seg_mapper){.pid = 4000002, .comm = "read\033er", .read = true};
    s->who.mappers_count = 2;
    s->fs_free = 23ull << 30;
    s->fs_total = 32ull << 30;
    s->count = count;
    for (size_t i = 0; i < count; i++) {
        struct seg_info *info = &s->segs[i];
        info->kind = made[i].kind;
        info->locator = listed_copy(made[i].locator);
        info->name = listed_copy(made[i].locator + 6);
        (void)snprintf(info->owner, sizeof info->owner, "%s", made[i].owner);
        info->stat.known = SEG_HAS_SIZE | SEG_HAS_RESIDENT | SEG_HAS_MODE | SEG_HAS_OWNER;
        info->stat.size = made[i].size;
        info->stat.resident = made[i].resident;
        info->stat.mode = made[i].mode;
        info->mappers.count = made[i].mappers;
        info->users = (struct seg_users){.rw = made[i].mappers > 0, .ro = made[i].mappers > 1};
    }
    ui.s.walk.kinds = ~(1U << SEG_FILE | 1U << SEG_REC);
    ui.s.walk.seq++;
}

void listed_set_up(void)
{
    memset(&ui, 0, sizeof ui);
    struct oserr e = ui_init(&ui, NULL, NULL, 24, 80);
    ck_assert(!oserr_is(e));
    ui.now = 1000000000;
    listed_survey(usual, USUAL);
    ui_draw(&ui);
}

void listed_tear_down(void)
{
    ui_free(&ui);
}

void listed_press(const char *name)
{
    struct event ev = {.kind = EVENT_KEY};
    ck_assert_msg(key_parse(name, &ev.key), "%s", name);
    ui_event(&ui, &ev);
    ui_draw(&ui);
}

void listed_type(const char *text)
{
    for (; *text != '\0'; text++) {
        struct event ev = {.kind = EVENT_KEY, .key = {(uint32_t)*text, 0}};
        ui_event(&ui, &ev);
    }
    ui_draw(&ui);
}

bool listed_new(const char *locator)
{
    const struct seg_info *info = segments_find(&ui, locator);
    ck_assert_ptr_nonnull(info);
    return segments_is_new(&ui, info);
}

const char *listed_cursor(void)
{
    const struct seg_info *info = segments_at(&ui);
    return info != NULL ? info->locator : "";
}
