/* The history against an oracle that keeps every state: random writes, and at every moment the
 * bytes, what is unknown, the moments of change and the values equal what really was. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/diff.h"
#include "core/past.h"

enum { SPACE = 3 * PAST_PAGE - 100, MOMENTS = 400, MS = 1000000 };

static const uint64_t BASE = (uint64_t)1 << 40;

static uint64_t seed;

/* ck_assert tells each success to the runner: too slow for each byte of each moment. */
#define HOLD(condition)                     \
    do {                                    \
        if (!(condition))                   \
            ck_abort_msg("%s", #condition); \
    } while (0)

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

/* What was at each moment. */
struct oracle {
    uint8_t bytes[MOMENTS][SPACE];
    bool changed[MOMENTS][SPACE]; /* at that moment */
    int64_t time[MOMENTS];
    size_t n;
};

static struct oracle *o;

/* The next moment: like the one before. */
static uint8_t *moment(int64_t step)
{
    size_t k = o->n++;
    ck_assert_uint_lt(k, MOMENTS);
    o->time[k] = k == 0 ? step : o->time[k - 1] + step;
    if (k > 0)
        memcpy(o->bytes[k], o->bytes[k - 1], SPACE);
    return o->bytes[k];
}

/* Changes some bytes in a stretch and tells the history. */
static void write_known(struct past *h, size_t at, size_t n, uint32_t one_of)
{
    static uint8_t old[SPACE];
    size_t k = o->n - 1;
    memcpy(old, o->bytes[k] + at, n);
    for (size_t i = at; i < at + n; i++)
        if (draw(one_of) == 0) {
            o->bytes[k][i] = (uint8_t)(o->bytes[k][i] + 1 + draw(3));
            o->changed[k][i] = true;
        }
    ck_assert(past_add(h, o->time[k], BASE + at, old, o->bytes[k] + at, n));
}

/* Something changed in a stretch: what was before is not known. */
static void write_unknown(struct past *h, size_t at, size_t n)
{
    size_t k = o->n - 1;
    for (size_t i = at; i < at + n; i++) {
        o->bytes[k][i] = (uint8_t)draw(256);
        o->changed[k][i] = true;
    }
    ck_assert(past_add(h, o->time[k], BASE + at, NULL, o->bytes[k] + at, n));
}

/* The oracle's word for a byte at moment k: it is not known when its next change lost what was. */
static bool oracle_known(size_t k, size_t i, const bool *lost)
{
    for (size_t m = k + 1; m < o->n; m++)
        if (o->changed[m][i])
            return !lost[m * SPACE + i];
    return true;
}

static void compare(struct past *h, size_t k, size_t at, size_t n, const bool *lost, int64_t since)
{
    static uint8_t bytes[SPACE], state[SPACE];
    static int64_t changed[SPACE];
    int64_t span = 40 * MS, time = o->time[k];
    memcpy(bytes, o->bytes[o->n - 1] + at, n);
    memset(state, BYTE_DATA, n);
    struct past_view v = {BASE + at, n, bytes, state, changed, span};
    ck_assert(past_at(h, time, &v));
    for (size_t i = 0; i < n; i++) {
        bool known = time >= since && oracle_known(k, at + i, lost);
        HOLD(state[i] == (known ? BYTE_DATA : BYTE_UNKNOWN));
        HOLD(bytes[i] == (known ? o->bytes[k][at + i] : 0));
        int64_t last = 0;
        for (size_t m = k + 1; m-- > 0 && last == 0;)
            if (o->changed[m][at + i])
                last = o->time[m];
        if (known && last != 0 && time - last <= span && last > since)
            HOLD(changed[i] == last);
    }
}

/* The moments back and forth from moment k in a stretch. */
static void compare_steps(struct past *h, size_t k, size_t at, size_t n, int64_t since)
{
    int64_t found[8];
    for (int back = 0; back < 2; back++) {
        size_t count = past_steps(h, BASE + at, n, o->time[k], back != 0, 8, found), c = 0;
        for (size_t d = 0; d < o->n && c < 8; d++) {
            size_t m = back != 0 ? k - d : k + 1 + d;
            if (m >= o->n)
                break;
            if (memchr(o->changed[m] + at, true, n) == NULL || o->time[m] <= since)
                continue;
            ck_assert_uint_lt(c, count);
            ck_assert_int_eq(found[c++], o->time[m]);
        }
        if (since == 0)
            ck_assert_uint_eq(c, count);
    }
}

static bool *run(struct past *h, uint32_t unknown_of)
{
    bool *lost = calloc(MOMENTS, SPACE);
    ck_assert_ptr_nonnull(lost);
    memset(o, 0, sizeof *o);
    uint8_t *first = moment(10 * MS);
    for (size_t i = 0; i < SPACE; i++)
        first[i] = (uint8_t)draw(256);
    past_watch(h, o->time[0], BASE, SPACE);
    while (o->n < MOMENTS) {
        moment(1 + draw(20 * MS));
        for (uint32_t w = draw(4); w-- > 0;) {
            size_t n = 1 + draw(draw(5) == 0 ? 5000 : 40), at = draw((uint32_t)(SPACE - n));
            write_known(h, at, n, 1 + draw(30));
        }
        if (unknown_of != 0 && draw(unknown_of) == 0) {
            size_t at = draw(2) * PAST_PAGE;
            moment(MS);
            write_unknown(h, at, PAST_PAGE);
            memset(lost + (o->n - 1) * SPACE + at, true, PAST_PAGE);
        }
        if (o->n + 2 >= MOMENTS)
            break;
    }
    return lost;
}

START_TEST(every_moment_is_as_it_was)
{
    seed = (uint64_t)_i + 1;
    struct past *h = past_new(64 << 20);
    ck_assert_ptr_nonnull(h);
    bool *lost = run(h, _i % 2 == 0 ? 0 : 20);
    for (size_t k = 0; k < o->n; k++) {
        compare(h, k, 0, SPACE, lost, 0);
        size_t n = 1 + draw(300), at = draw((uint32_t)(SPACE - n));
        compare(h, k, at, n, lost, 0);
        compare_steps(h, k, at, n, 0);
        compare_steps(h, k, draw(SPACE), 1, 0);
    }
    struct past_about about;
    past_about(h, &about);
    ck_assert_int_eq(about.since, 0);
    ck_assert(about.newest <= o->time[o->n - 1] && about.oldest > o->time[0]);
    free(lost);
    past_free(h);
}
END_TEST

START_TEST(the_budget_holds_and_what_it_keeps_is_right)
{
    seed = (uint64_t)_i + 100;
    struct past *h = past_new(0);
    struct past_about about;
    bool *lost = run(h, 0);
    /* much more than fits, elsewhere, then some here again */
    uint8_t old[512] = {0}, new[512];
    for (int64_t k = 0; k < 4000; k++) {
        for (size_t i = 0; i < sizeof new; i++)
            new[i] = (uint8_t)draw(256);
        uint64_t at = BASE * 2 + draw(500) * (uint64_t)PAST_PAGE;
        ck_assert(past_add(h, o->time[o->n - 1], at, old, new, sizeof new));
        past_about(h, &about);
        ck_assert_uint_le(about.bytes, about.budget);
    }
    ck_assert_int_gt(about.since, o->time[0]);
    for (size_t k = 0; k < o->n; k += 7)
        compare(h, k, 0, SPACE, lost, about.since);
    free(lost);
    past_free(h);
}
END_TEST

START_TEST(a_part_of_what_was_dropped_is_right_too)
{
    seed = (uint64_t)_i + 500;
    struct past *h = past_new(0);
    struct past_about about = {0};
    bool *lost = calloc(MOMENTS, SPACE);
    ck_assert_ptr_nonnull(lost);
    memset(o, 0, sizeof *o);
    moment(MS);
    past_watch(h, MS, BASE, SPACE);
    while (o->n + 1 < MOMENTS) {
        moment(MS);
        write_known(h, 0, SPACE, 6);
        past_about(h, &about);
        ck_assert_uint_le(about.bytes, about.budget);
    }
    ck_assert_int_gt(about.since, o->time[10]); /* some went, some is left */
    ck_assert_int_lt(about.since, o->time[o->n - 10]);
    for (size_t k = 0; k < o->n; k += 3) {
        compare(h, k, 0, SPACE, lost, about.since);
        compare_steps(h, k, draw(SPACE - 64), 64, about.since);
    }
    free(lost);
    past_free(h);
}
END_TEST

START_TEST(values_of_a_counter_with_their_times)
{
    struct past *h = past_new(1 << 20);
    uint8_t now[4] = {0}, old[4];
    past_watch(h, 1, 100, 4);
    for (int64_t k = 1; k <= 300; k++) {
        memcpy(old, now, 4);
        now[0] = (uint8_t)k;
        now[1] = (uint8_t)(k >> 8);
        ck_assert(past_add(h, k * 10, 100, old, now, 4));
    }
    struct past_value v[20];
    ck_assert_uint_eq(past_values(h, 100, 4, now, INT64_MAX, 20, v), 20);
    for (int64_t i = 0; i < 20; i++) {
        ck_assert_int_eq(v[i].time, (300 - i) * 10);
        ck_assert(v[i].known && v[i].bytes[0] + 256 * v[i].bytes[1] == 300 - i);
    }
    ck_assert_uint_eq(past_values(h, 100, 4, now, 35, 20, v), 4); /* 3, 2, 1, 0 */
    ck_assert(v[0].bytes[0] == 3 && v[0].time == 30);
    ck_assert(v[3].bytes[0] == 0 && v[3].time == 0 && v[3].known);
    ck_assert_uint_eq(past_values(h, 5000, 4, now, 35, 20, v), 0); /* never watched */
    past_free(h);
}
END_TEST

START_TEST(nothing_is_known_before_it_is_watched)
{
    struct past *h = past_new(1 << 20);
    uint8_t a[8] = {1, 2, 3, 4, 5, 6, 7, 8}, b[8] = {9, 2, 3, 4, 5, 6, 7, 8};
    uint8_t bytes[8], state[8];
    int64_t changed[8];
    struct past_view v = {0, 8, bytes, state, changed, 1000};
    past_watch(h, 50, 0, 4);
    past_watch(h, 100, 0, 6);
    ck_assert(past_add(h, 200, 0, a, b, 8));
    for (int64_t t = 49; t < 210; t++) {
        memcpy(bytes, b, 8);
        memset(state, BYTE_DATA, 8);
        ck_assert(past_at(h, t, &v));
        ck_assert_int_eq(state[0], t >= 50 ? BYTE_DATA : BYTE_UNKNOWN);
        ck_assert_int_eq(state[5], t >= 100 ? BYTE_DATA : BYTE_UNKNOWN);
        ck_assert_int_eq(state[7], BYTE_UNKNOWN);
        ck_assert_int_eq(bytes[0], t < 50 ? 0 : t < 200 ? 1 : 9);
        ck_assert_int_eq(changed[0], t >= 200 ? 200 : 0);
    }
    past_unwatch(h, 2, 2);
    past_watch(h, 300, 0, 8);
    memcpy(bytes, b, 8);
    memset(state, BYTE_DATA, 8);
    ck_assert(past_at(h, 250, &v));
    const uint8_t want[8] = {0, 0, 2, 2, 0, 0, 2, 2};
    ck_assert_int_eq(memcmp(state, want, 8), 0);
    past_free(h);
}
END_TEST

/* More stretches than are kept apart: what is said to be known was watched then. */
START_TEST(many_stretches_never_claim_too_much)
{
    enum { N = 900 };
    static int64_t since[N];
    struct past *h = past_new(1 << 20);
    seed = (uint64_t)_i + 9;
    memset(since, 0, sizeof since);
    for (int64_t k = 1; k < 3000; k++) {
        size_t n = 1 + draw(6), at = draw((uint32_t)(N - n));
        bool off = draw(4) == 0;
        if (off)
            past_unwatch(h, at, n);
        else
            past_watch(h, k, at, n);
        for (size_t i = at; i < at + n; i++)
            since[i] = off ? 0 : since[i] == 0 ? k : since[i];
    }
    uint8_t bytes[N] = {0}, state[N];
    int64_t changed[N];
    size_t known = 0;
    for (int64_t t = 1; t < 3001; t += 50) {
        struct past_view v = {0, N, bytes, state, changed, 0};
        memset(state, BYTE_DATA, N);
        ck_assert(past_at(h, t, &v));
        for (size_t i = 0; i < N; i++) {
            HOLD(state[i] != BYTE_DATA || (since[i] != 0 && since[i] <= t));
            known += state[i] == BYTE_DATA;
        }
    }
    ck_assert_uint_gt(known, N);
    past_free(h);
}
END_TEST

START_TEST(the_end_of_then_is_the_end)
{
    struct past *h = past_new(1 << 20);
    uint8_t bytes[8], state[8];
    int64_t changed[8];
    struct past_view v = {0, 8, bytes, state, changed, 0};
    past_watch(h, 10, 0, 8);
    past_size(h, 100, 4, 6);
    past_size(h, 200, 6, 2);
    const int64_t times[3] = {50, 150, 250};
    const uint8_t want[3][8] = {
        {0, 0, 2, 2, 3, 3, 3, 3}, {0, 0, 2, 2, 2, 2, 3, 3}, {0, 0, 3, 3, 3, 3, 3, 3}};
    for (int i = 0; i < 3; i++) {
        memset(bytes, 7, 8);
        memset(state, BYTE_DATA, 2);
        memset(state + 2, BYTE_BEYOND, 6);
        ck_assert(past_at(h, times[i], &v));
        ck_assert_int_eq(memcmp(state, want[i], 8), 0);
    }
    past_free(h);
}
END_TEST

START_TEST(activity_is_summed_where_it_was)
{
    struct past *h = past_new(1 << 20);
    uint8_t old[100] = {0}, new[100];
    uint64_t part[10];
    memset(new, 1, sizeof new);
    past_activity(h, 0, 100, 10, part);
    ck_assert_uint_eq(part[0], 0);
    for (int64_t k = 0; k < 1000; k++) /* 100 bytes each 10 ms in the first half of each second */
        if (k % 100 < 50)
            ck_assert(past_add(h, 1 + k * 10 * MS, 0, k % 2 == 0 ? old : new,
                               k % 2 == 0 ? new : old, 100));
    past_activity(h, 0, 10000 * (int64_t)MS, 10, part);
    uint64_t sum = 0;
    for (int i = 0; i < 10; i++) {
        ck_assert_uint_ge(part[i], 4900);
        ck_assert_uint_le(part[i], 5100);
        sum += part[i];
    }
    ck_assert_uint_eq(sum, 50000);
    ck_assert(past_add(h, 100000 * (int64_t)MS * 10, 0, old, new, 100)); /* much later */
    past_activity(h, 0, 1000001 * (int64_t)MS, 10, part);
    ck_assert_uint_eq(part[0], 50000);
    ck_assert_uint_eq(part[9], 100);
    past_free(h);
}
END_TEST

static void oracle_make(void)
{
    o = malloc(sizeof *o);
    ck_assert_ptr_nonnull(o);
}

static void oracle_free(void)
{
    free(o);
}

int main(void)
{
    Suite *s = suite_create("core_past");
    TCase *t = tcase_create("history");
    tcase_add_checked_fixture(t, oracle_make, oracle_free);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, every_moment_is_as_it_was, 0, 4);
    tcase_add_loop_test(t, the_budget_holds_and_what_it_keeps_is_right, 0, 2);
    tcase_add_loop_test(t, a_part_of_what_was_dropped_is_right_too, 0, 2);
    tcase_add_test(t, values_of_a_counter_with_their_times);
    tcase_add_test(t, nothing_is_known_before_it_is_watched);
    tcase_add_loop_test(t, many_stretches_never_claim_too_much, 0, 2);
    tcase_add_test(t, the_end_of_then_is_the_end);
    tcase_add_test(t, activity_is_summed_where_it_was);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
