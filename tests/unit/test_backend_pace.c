/* A survey in slices: asked before each process and between the pieces of a large one, stopped in
 * the middle, told to leave a process out. */
#include "support/backend_peer.h"
#include "support/suite.h"

enum { MANY = 300 }; /* mappings of one process: several pieces */

static struct backend *be;
static char name[NAME_CAP];

/* What the pace was asked, and what it answers. */
static struct {
    size_t asked, stop_at; /* 0: never */
    size_t done;           /* the last one */
    size_t of_peer;        /* questions about `peer` */
    uint32_t peer, skip;   /* 0: none */
    bool ours, expected, backwards;
} seen;

static enum seg_pace_answer ask(void *ctx, const struct seg_at *at)
{
    ck_assert_ptr_eq(ctx, &seen);
    seen.asked++;
    seen.ours = seen.ours || at->pid == os_pid();
    seen.expected = seen.expected || at->expected > 0;
    seen.backwards = seen.backwards || (at->expected > 0 && at->done < seen.done);
    seen.done = at->done > seen.done ? at->done : seen.done;
    seen.of_peer += at->pid == seen.peer;
    if (seen.stop_at != 0 && seen.asked >= seen.stop_at)
        return SEG_SCAN_STOP;
    return at->pid == seen.skip ? SEG_SCAN_SKIP : SEG_SCAN_CONTINUE;
}

static struct oserr survey(struct seg_survey *out)
{
    static const struct seg_throttle pace = {ask, &seen};
    const struct seg_ask paced = {
        .kinds = ~0U & ~(1U << SEG_FILE), .flags = SEG_SURVEY_WHO, .pace = &pace};
    return seg_survey_paced(be, &paced, out);
}

static void set_up(void)
{
    memset(&seen, 0, sizeof seen);
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    snprintf(name, sizeof name, "%s", own_name("pace"));
    close(raw_create(name, 4096));
}

static void tear_down(void)
{
    (void)shm_unlink(name);
    backend_free(be);
}

static void map_often(void *arg, int ready)
{
    int fd = shm_open(arg, O_RDWR, 0);
    for (int i = 0; i < MANY; i++) /* rights by turns: neighbours are not merged */
        if (mmap(NULL, 4096, i % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) ==
            MAP_FAILED)
            _exit(1);
    close(fd);
    peer_ready(ready);
    for (;;)
        pause();
}

static const struct seg_info *own_row(const struct seg_survey *sv)
{
    for (size_t i = 0; i < sv->count; i++)
        if (strcmp(sv->segs[i].name, name + 1) == 0)
            return &sv->segs[i];
    ck_abort_msg("the segment is not listed");
    return NULL;
}

TEST(test_asked_before_each_process_and_within)
{
    struct seg_survey sv;
    struct peer p = peer_start(map_often, name);
    seen.peer = (uint32_t)p.pid;
    must(survey(&sv));
    ck_assert(seen.ours && seen.expected && !seen.backwards);
    ck_assert_uint_ge(seen.done, 2);
    ck_assert_uint_gt(seen.of_peer, 2);
    ck_assert_uint_eq(own_row(&sv)->mappers.count, MANY);
    seg_survey_free(&sv);
    peer_stop(&p);
}

/* Nothing of half a pass is handed out, wherever it was stopped. */
TEST(test_stopped_in_the_middle)
{
    struct seg_survey sv;
    struct peer p = peer_start(map_often, name);
    int fds = count_fds();
    must(survey(&sv));
    seg_survey_free(&sv);
    size_t all = seen.asked;
    for (size_t at = 1; at < all; at += at < 20 ? 1 : 1 + all / 50) {
        seen.asked = 0;
        seen.stop_at = at;
        struct oserr e = survey(&sv);
        if (!oserr_is(e) && seen.asked < at) { /* processes have ended meanwhile */
            seg_survey_free(&sv);
            break;
        }
        must_fail(e, SEG_E_STOPPED);
        ck_assert_uint_eq(seen.asked, at); /* and not again */
        ck_assert_ptr_null(sv.segs);
        ck_assert_uint_eq(sv.count + sv.who.mappers_count + sv.who.holders_count, 0);
    }
    ck_assert_int_eq(count_fds(), fds);
    peer_stop(&p);
}

/* Asking for users and removing take a pace like a survey. */
TEST(test_the_pace_of_all_passes)
{
    static const struct seg_throttle pace = {ask, &seen};
    struct seg_who w;
    struct seg *s;
    must(seg_open(be, name, SEG_READ, &s));
    must(seg_who(s, &pace, &w));
    ck_assert(seen.ours);
    seg_who_free(&w);
    seen.stop_at = 1;
    must_fail(seg_who(s, &pace, &w), SEG_E_STOPPED);
    must_fail(seg_remove(be, &(struct seg_removal){.locator = name, .pace = &pace}, NULL),
              SEG_E_STOPPED);
    must(seg_who(s, NULL, &w));
    seg_who_free(&w);
    seg_close(s);
}

TEST(test_left_out_is_unreadable)
{
    struct seg_survey sv;
    struct peer p = peer_start(map_often, name);
    must(survey(&sv));
    ck_assert_uint_eq(own_row(&sv)->users.rw, 1);
    seg_survey_free(&sv);
    seen.skip = seen.peer = (uint32_t)p.pid;
    seen.of_peer = 0;
    must(survey(&sv));
    ck_assert_uint_eq(seen.of_peer, 1);
    ck_assert_uint_eq(own_row(&sv)->mappers.count, 0);
    ck_assert_uint_gt(sv.who.unreadable, 0); /* so nobody takes it for an orphan */
    seg_survey_free(&sv);
    peer_stop(&p);
}

SUITE(test_backend_pace, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_asked_before_each_process_and_within, test_stopped_in_the_middle,
            test_the_pace_of_all_passes, test_left_out_is_unreadable));
