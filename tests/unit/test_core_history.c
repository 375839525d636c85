/* The history against an oracle that keeps every state: random writes, and at every moment the
 * bytes, what is unknown, what is a hole, the moments of change and the values equal what really
 * was.
 */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/history/history.h"
#include "support/random.h"
#include "support/suite.h"

enum { PAGES = 3, SPACE = PAGES * HISTORY_PAGE - 100, MOMENTS = 120, MS = 1000000 };

static const uint64_t BASE = (uint64_t)1 << 40;

/* What was at each moment. */
struct oracle {
    uint8_t bytes[MOMENTS][SPACE];
    bool changed[MOMENTS][SPACE]; /* at that moment */
    bool hole[MOMENTS][PAGES];
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
    if (k > 0) {
        memcpy(o->bytes[k], o->bytes[k - 1], SPACE);
        memcpy(o->hole[k], o->hole[k - 1], sizeof o->hole[k]);
    }
    return o->bytes[k];
}

/* The pages that [at, at + n) touches are holes or are none, and the history is told. */
static void set_holes(struct history *h, size_t at, size_t n, bool hole)
{
    size_t k = o->n - 1;
    for (size_t page = at / HISTORY_PAGE; page <= (at + n - 1) / HISTORY_PAGE; page++) {
        if (o->hole[k][page] != hole)
            HOLD(history_hole(h, o->time[k], BASE + page * HISTORY_PAGE, HISTORY_PAGE, hole));
        o->hole[k][page] = hole;
    }
}

/* Changes some bytes in a stretch and tells the history. */
static void write_known(struct history *h, size_t at, size_t n, uint32_t one_of)
{
    static uint8_t old[SPACE];
    size_t k = o->n - 1;
    bool early = draw(2) == 0;
    if (early)
        set_holes(h, at, n, false);
    memcpy(old, o->bytes[k] + at, n);
    for (size_t i = at; i < at + n; i++)
        if (draw(one_of) == 0) {
            o->bytes[k][i] = (uint8_t)(o->bytes[k][i] + 1 + draw(3));
            o->changed[k][i] = true;
        }
    ck_assert(history_add(h, o->time[k], BASE + at, old, o->bytes[k] + at, n));
    if (!early)
        set_holes(h, at, n, false);
}

/* A page becomes a hole. */
static void punch(struct history *h, size_t page)
{
    static uint8_t old[HISTORY_PAGE];
    size_t k = o->n - 1, at = page * HISTORY_PAGE;
    size_t n = SPACE - at < HISTORY_PAGE ? SPACE - at : HISTORY_PAGE;
    memcpy(old, o->bytes[k] + at, n);
    memset(o->bytes[k] + at, 0, n);
    for (size_t i = 0; i < n; i++)
        o->changed[k][at + i] = o->changed[k][at + i] || old[i] != 0;
    if (draw(2) == 0)
        set_holes(h, at, n, true);
    ck_assert(history_add(h, o->time[k], BASE + at, old, o->bytes[k] + at, n));
    set_holes(h, at, n, true);
}

/* Something changed in a stretch: what was before is not known. */
static void write_unknown(struct history *h, size_t at, size_t n)
{
    size_t k = o->n - 1;
    for (size_t i = at; i < at + n; i++) {
        o->bytes[k][i] = (uint8_t)draw(256);
        o->changed[k][i] = true;
    }
    ck_assert(history_add(h, o->time[k], BASE + at, NULL, o->bytes[k] + at, n));
    set_holes(h, at, n, false);
}

/* The oracle's word for a byte at moment k: it is not known when its next change lost what was. */
static bool oracle_known(size_t k, size_t i, const bool *lost)
{
    for (size_t m = k + 1; m < o->n; m++)
        if (o->changed[m][i])
            return !lost[m * SPACE + i];
    return true;
}

/* Holes of moment k from a page on. */
static void compare_holes(const struct history *h, size_t k, size_t page)
{
    const bool *now = o->hole[o->n - 1], *then = o->hole[k];
    size_t end = page;
    while (end < PAGES && now[end] == now[page])
        end++;
    uint64_t until = BASE + end * HISTORY_PAGE;
    bool hole = history_hole_then(h, o->time[k], BASE + page * HISTORY_PAGE + 9, now[page], &until);
    HOLD(hole == then[page] && until > BASE + page * HISTORY_PAGE + 9);
    for (; BASE + page * HISTORY_PAGE < until; page++)
        HOLD(then[page] == hole);
}

static void compare(struct history *h, size_t k, size_t at, size_t n, const bool *lost,
                    int64_t since)
{
    static uint8_t bytes[SPACE], state[SPACE];
    static int64_t changed[SPACE];
    int64_t span = 40 * MS, time = o->time[k];
    if (time >= since)
        compare_holes(h, k, at / HISTORY_PAGE);
    memcpy(bytes, o->bytes[o->n - 1] + at, n);
    for (size_t i = 0; i < n; i++)
        state[i] = o->hole[o->n - 1][(at + i) / HISTORY_PAGE] ? BYTE_HOLE : BYTE_DATA;
    struct history_view v = {BASE + at, n, bytes, state, changed, span};
    HOLD(history_at(h, time, &v));
    for (size_t i = 0; i < n; i++) {
        bool known = time >= since && oracle_known(k, at + i, lost);
        bool hole = o->hole[k][(at + i) / HISTORY_PAGE];
        HOLD(state[i] == (!known ? BYTE_UNKNOWN : hole ? BYTE_HOLE : BYTE_DATA));
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
static void compare_steps(struct history *h, size_t k, size_t at, size_t n, int64_t since)
{
    int64_t found[8];
    for (int back = 0; back < 2; back++) {
        size_t count = history_steps(h, BASE + at, n, o->time[k], back != 0, 8, found), c = 0;
        for (size_t d = 0; d < o->n && c < 8; d++) {
            size_t m = back != 0 ? k - d : k + 1 + d;
            if (m >= o->n)
                break;
            if (memchr(o->changed[m] + at, true, n) == NULL || o->time[m] <= since)
                continue;
            HOLD(c < count && found[c] == o->time[m]);
            c++;
        }
        if (since == 0)
            ck_assert_uint_eq(c, count);
    }
}

/* The values of up to 8 bytes from moment k back. */
static void compare_values(struct history *h, size_t k, const bool *lost)
{
    struct history_value v[6];
    size_t size = 1 + draw(8), at = draw(SPACE - 8) / 8 * 8, c = 0;
    size_t n = history_values(h, BASE + at, size, &o->bytes[o->n - 1][at], o->time[k], 6, v);
    for (size_t m = k + 1; m-- > 0 && c < 6;) {
        bool known = true;
        if (m > 0 && memchr(o->changed[m] + at, true, size) == NULL)
            continue;
        for (size_t i = 0; i < size; i++)
            known = known && oracle_known(m, at + i, lost);
        if (m == 0 && !known)
            break; /* from before all that is known */
        HOLD(c < n && v[c].known == known && v[c].time == (m > 0 ? o->time[m] : 0));
        HOLD(!known || memcmp(v[c].bytes, &o->bytes[m][at], size) == 0);
        c++;
    }
    HOLD(c == n);
}

static bool *run(struct history *h, uint32_t unknown_of)
{
    bool *lost = calloc(MOMENTS, SPACE);
    ck_assert_ptr_nonnull(lost);
    memset(o, 0, sizeof *o);
    uint8_t *first = moment(10 * MS);
    for (size_t i = 0; i < SPACE; i++)
        first[i] = (uint8_t)draw(256);
    history_observe(h, o->time[0], BASE, SPACE);
    while (o->n < MOMENTS) {
        moment(1 + draw(20 * MS));
        for (uint32_t w = draw(4); w-- > 0;) {
            size_t n = 1 + draw(draw(5) == 0 ? 5000 : 40), at = draw((uint32_t)(SPACE - n));
            write_known(h, at, n, 1 + draw(30));
        }
        if (draw(8) == 0)
            punch(h, draw(PAGES));
        if (unknown_of != 0 && draw(unknown_of) == 0) {
            size_t at = draw(2) * HISTORY_PAGE;
            moment(MS);
            write_unknown(h, at, HISTORY_PAGE);
            memset(lost + (o->n - 1) * SPACE + at, true, HISTORY_PAGE);
        }
        if (o->n + 2 >= MOMENTS)
            break;
    }
    return lost;
}

TEST_LOOP(every_moment_is_as_it_was, 2)
{
    seed = (uint64_t)_i + 1;
    struct history *h = history_new(64 << 20);
    ck_assert_ptr_nonnull(h);
    bool *lost = run(h, _i % 2 == 0 ? 0 : 20);
    for (size_t k = 0; k < o->n; k++) {
        compare(h, k, 0, SPACE, lost, 0);
        size_t n = 1 + draw(300), at = draw((uint32_t)(SPACE - n));
        compare(h, k, at, n, lost, 0);
        compare_steps(h, k, at, n, 0);
        compare_steps(h, k, draw(SPACE), 1, 0);
        for (int i = 0; i < 5; i++)
            compare_values(h, k, lost);
    }
    struct history_about about;
    history_about(h, &about);
    ck_assert_int_eq(about.since, 0);
    ck_assert(about.newest <= o->time[o->n - 1] && about.oldest > o->time[0]);
    free(lost);
    history_free(h);
}

TEST_LOOP(the_budget_holds_and_what_it_keeps_is_right, 1)
{
    seed = (uint64_t)_i + 100;
    struct history *h = history_new(0);
    struct history_about about;
    bool *lost = run(h, 0);
    /* much more than fits, elsewhere, then some here again */
    uint8_t old[512] = {0}, new[512];
    for (int64_t k = 0; k < 1500; k++) {
        for (size_t i = 0; i < sizeof new; i++)
            new[i] = (uint8_t)draw(256);
        uint64_t at = BASE * 2 + draw(500) * (uint64_t)HISTORY_PAGE;
        HOLD(history_add(h, o->time[o->n - 1], at, old, new, sizeof new));
        history_about(h, &about);
        HOLD(about.bytes <= about.budget);
    }
    ck_assert_int_gt(about.since, o->time[0]);
    for (size_t k = 0; k < o->n; k += 7)
        compare(h, k, 0, SPACE, lost, about.since);
    free(lost);
    history_free(h);
}

TEST_LOOP(a_part_of_what_was_dropped_is_right_too, 1)
{
    seed = (uint64_t)_i + 500;
    struct history *h = history_new(0);
    struct history_about about = {0};
    bool *lost = calloc(MOMENTS, SPACE);
    ck_assert_ptr_nonnull(lost);
    memset(o, 0, sizeof *o);
    moment(MS);
    history_observe(h, MS, BASE, SPACE);
    while (o->n + 1 < MOMENTS) {
        moment(MS);
        write_known(h, 0, SPACE, 6);
        history_about(h, &about);
        ck_assert_uint_le(about.bytes, about.budget);
    }
    ck_assert_int_gt(about.since, o->time[10]); /* some went, some is left */
    ck_assert_int_lt(about.since, o->time[o->n - 10]);
    for (size_t k = 0; k < o->n; k += 3) {
        compare(h, k, 0, SPACE, lost, about.since);
        compare_steps(h, k, draw(SPACE - 64), 64, about.since);
    }
    free(lost);
    history_free(h);
}

TEST(values_of_a_counter_with_their_times)
{
    struct history *h = history_new(1 << 20);
    uint8_t now[4] = {0}, old[4];
    history_observe(h, 1, 100, 4);
    for (int64_t k = 1; k <= 300; k++) {
        memcpy(old, now, 4);
        now[0] = (uint8_t)k;
        now[1] = (uint8_t)(k >> 8);
        ck_assert(history_add(h, k * 10, 100, old, now, 4));
    }
    struct history_value v[20];
    ck_assert_uint_eq(history_values(h, 100, 4, now, INT64_MAX, 20, v), 20);
    for (int64_t i = 0; i < 20; i++) {
        ck_assert_int_eq(v[i].time, (300 - i) * 10);
        ck_assert(v[i].known && v[i].bytes[0] + 256 * v[i].bytes[1] == 300 - i);
    }
    ck_assert_uint_eq(history_values(h, 100, 4, now, 35, 20, v), 4); /* 3, 2, 1, 0 */
    ck_assert(v[0].bytes[0] == 3 && v[0].time == 30);
    ck_assert(v[3].bytes[0] == 0 && v[3].time == 0 && v[3].known);
    ck_assert_uint_eq(history_values(h, 5000, 4, now, 35, 20, v), 0); /* never watched */
    history_free(h);
}

static void oracle_make(void)
{
    o = malloc(sizeof *o);
    ck_assert_ptr_nonnull(o);
}

static void oracle_free(void)
{
    free(o);
}

SUITE(test_core_history, .set_up = oracle_make, .tear_down = oracle_free,
      TESTS(every_moment_is_as_it_was, the_budget_holds_and_what_it_keeps_is_right,
            a_part_of_what_was_dropped_is_right_too, values_of_a_counter_with_their_times));
