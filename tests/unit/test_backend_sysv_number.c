/* System V: the number of a segment is given again, to another. In an IPC namespace of its own:
 * whoever made one meanwhile would get that number, and lose his segment with this test's. */
#include <sched.h>

#include "support/backend_sysv.h"
#include "support/suite.h"

static bool apart; /* we are in that namespace, and may choose numbers */

static void set_up_apart(void)
{
    apart = getuid() == 0 && unshare(CLONE_NEWIPC) == 0 &&
            access("/proc/sys/kernel/shm_next_id", W_OK) == 0;
    set_up();
}

static FILE *open_next(void)
{
    return apart ? fopen("/proc/sys/kernel/shm_next_id", "we") : NULL;
}

/* The number comes back for another segment. */
TEST(test_number_reused)
{
    struct seg_survey sv;
    struct seg *s;
    struct seg_stat st;
    FILE *next = open_next();
    if (next == NULL)
        SKIP("the next id cannot be chosen");
    must(seg_survey(be, 1U << SEG_SYSV, 0, &sv));
    const struct seg_info *row = row_of(&sv, locator);
    must(seg_open(be, locator, SEG_STAT, &s));
    must(seg_remove(
        be, &(struct seg_removal){.locator = locator, .seen = &row->stat, .flags = SEG_RM_DRY},
        NULL));
    ck_assert_int_eq(shmctl(id, IPC_RMID, NULL), 0);
    must(seg_refresh(s, &st));
    ck_assert(st.name_gone);
    fprintf(next, "%d", id);
    fclose(next);
    int again = make_segment(IPC_PRIVATE, SIZE / 2, 0600);
    ck_assert_int_eq(again, id);
    must_fail(seg_remove(be,
                         &(struct seg_removal){
                             .locator = locator, .seen = &row->stat, .flags = SEG_RM_FORCE},
                         NULL),
              SEG_E_REPLACED);
    ck_assert_uint_eq(raw_stat(id).shm_segsz, SIZE / 2);
    seg_close(s);
    seg_survey_free(&sv);
}

/* Right before we attach its number becomes that of another, which is smaller. */
static void replace_late(void *ctx, const char *call)
{
    FILE *next = *(FILE **)ctx;
    if (strcmp(call, "shmat") != 0 || next == NULL)
        return;
    (void)shmctl(id, IPC_RMID, NULL);
    (void)fprintf(next, "%d", id);
    (void)fclose(next);
    *(FILE **)ctx = NULL;
    (void)make_segment(IPC_PRIVATE, PAGE, 0600);
}

TEST(test_number_reused_meanwhile)
{
    struct seg *s;
    FILE *next = open_next();
    if (next == NULL)
        SKIP("the next id cannot be chosen");
    backend_before_call(be, replace_late, &next);
    struct oserr e = seg_open(be, locator, SEG_READ, &s);
    backend_before_call(be, NULL, NULL);
    must_fail(e, SEG_E_REPLACED);
    ck_assert_ptr_null(s);
}

SUITE(test_backend_sysv_number, .set_up = set_up_apart, .tear_down = tear_down,
      TESTS(test_number_reused, test_number_reused_meanwhile));
