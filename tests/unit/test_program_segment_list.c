/* Walks put together: newer names over older knowledge of /proc, what vanished, what is new. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list/walker.h"
#include "support/suite.h"

static struct segment_list walk;
static struct gone gone[GONE_MAX];
static size_t count;

/* One made-up row: `ino` tells which object; mappers are rows of the survey from `first` on. */
struct made {
    const char *locator;
    enum seg_kind kind;
    uint64_t ino;
    size_t first, mappers;
};

static struct segment_list make(int64_t time, bool quick, const struct made *made, size_t n)
{
    struct segment_list w = {.seq = 1,
                             .time = time,
                             .names = time,
                             .quick = quick,
                             .kinds = quick ? seg_named_kinds() : walker_kinds()};
    w.survey.segs = calloc(n + 1, sizeof *w.survey.segs);
    w.survey.who.mappers = quick ? NULL : calloc(8, sizeof *w.survey.who.mappers);
    ck_assert_ptr_nonnull(w.survey.segs);
    w.survey.who.mappers_count = quick ? 0 : 8;
    for (; w.survey.count < n; w.survey.count++) {
        const struct made *m = &made[w.survey.count];
        struct seg_info *info = &w.survey.segs[w.survey.count];
        *info = (struct seg_info){.kind = m->kind,
                                  .mappers.first = m->first,
                                  .mappers.count = m->mappers,
                                  .who_unasked = quick};
        info->stat.dev = 1;
        info->stat.ino = m->ino;
        info->locator = strdup(m->locator);
        info->name = strdup(m->locator);
    }
    return w;
}

static void join(struct segment_list fresh)
{
    ck_assert(segment_list_merge(&walk, &fresh, gone, &count));
}

static const struct seg_info *row(size_t i, const char *locator)
{
    ck_assert_uint_lt(i, walk.survey.count);
    ck_assert_str_eq(walk.survey.segs[i].locator, locator);
    return &walk.survey.segs[i];
}

static const struct made first[] = {
    {"fd:7/3", SEG_MEMFD, 50, 0, 1},
    {"posix:/a", SEG_POSIX, 10, 1, 2},
    {"posix:/b", SEG_POSIX, 11, 3, 0},
};

static void set_up(void)
{
    walk = (struct segment_list){0};
    count = 0;
    join(make(100, false, first, 3));
    ck_assert_uint_eq(count, 0); /* at first nothing can vanish */
    ck_assert_uint_eq(walk.seq, 1);
}

static void tear_down(void)
{
    (void)gone_drop(gone, &count, INT64_MAX);
    ck_assert_uint_eq(count, 0);
    segment_list_free(&walk);
}

TEST(names_keep_who_has_them)
{
    static const struct made names[] = {
        {"posix:/a", SEG_POSIX, 10, 0, 0},
        {"posix:/aa", SEG_POSIX, 12, 0, 0},
    };
    join(make(200, true, names, 2));
    ck_assert_uint_eq(walk.seq, 2);
    ck_assert_uint_eq(walk.survey.count, 3);
    ck_assert_uint_eq(row(0, "fd:7/3")->mappers.count, 1); /* names say nothing of it */
    const struct seg_info *a = row(1, "posix:/a");
    ck_assert(!a->who_unasked && a->mappers.first == 1 && a->mappers.count == 2);
    ck_assert(row(2, "posix:/aa")->who_unasked);
    ck_assert_uint_eq(walk.survey.who.mappers_count, 8);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(gone[0].info.locator, "posix:/b");
    ck_assert_int_eq(gone[0].time, 200);
    ck_assert(!gone_drop(gone, &count, 200));
    ck_assert(gone_drop(gone, &count, 201));
}

TEST(another_object_under_a_name_has_other_users)
{
    static const struct made names[] = {
        {"posix:/a", SEG_POSIX, 99, 0, 0},
        {"posix:/b", SEG_POSIX, 11, 0, 0},
    };
    join(make(200, true, names, 2));
    ck_assert(row(1, "posix:/a")->who_unasked);
    ck_assert_uint_eq(row(1, "posix:/a")->mappers.count, 0);
    ck_assert_uint_eq(count, 0);
}

/* A walk that began before the newest names ended after them: its names are old. */
TEST(a_slow_walk_does_not_bring_back_old_names)
{
    static const struct made names[] = {{"posix:/new", SEG_POSIX, 20, 0, 0}};
    static const struct made slow[] = {
        {"fd:9/1", SEG_MEMFD, 51, 0, 1},
        {"posix:/a", SEG_POSIX, 10, 1, 2},
    };
    join(make(200, true, names, 1));
    ck_assert_uint_eq(count, 2);
    join(make(150, false, slow, 2));
    ck_assert_uint_eq(walk.survey.count, 2);
    (void)row(0, "fd:9/1");
    (void)row(1, "posix:/new");
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(gone[2].info.locator, "fd:7/3");
    join(make(300, false, first, 3)); /* all are there again */
    ck_assert_uint_eq(walk.survey.count, 3);
    ck_assert_uint_eq(count, 2); /* fd:9/1 and posix:/new */
}

TEST(a_kind_that_could_not_be_listed_has_not_vanished)
{
    struct segment_list fresh = make(200, false, first, 1);
    fresh.survey.error[SEG_POSIX] = (struct oserr){"opendir", 5};
    join(fresh);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(walk.survey.count, 1);
}

TEST(many_vanish_at_once)
{
    enum { MANY = 2 * GONE_MAX };
    static struct made many[MANY];
    static char names[MANY][32];
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(names[i], sizeof names[i], "posix:/m%05d", i);
        many[i] = (struct made){names[i], SEG_POSIX, (uint64_t)i + 1000, 0, 0};
    }
    join(make(200, true, many, MANY));
    join(make(300, true, many, 0));
    ck_assert_uint_eq(count, GONE_MAX);
    ck_assert_uint_eq(walk.survey.count, 1);
}

SUITE(test_program_segment_list, .set_up = set_up, .tear_down = tear_down,
      TESTS(names_keep_who_has_them, another_object_under_a_name_has_other_users,
            a_slow_walk_does_not_bring_back_old_names,
            a_kind_that_could_not_be_listed_has_not_vanished, many_vanish_at_once));
