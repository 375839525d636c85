/* Recordings that are cut off, broken, or none: a shorter recording or an error, never more. */
#include <xxhash.h>

#include "core/history/recording_private.h"
#include "support/recording.h"
#include "support/suite.h"

/* Reads all that a file holds; a status of the end. */
static enum rec_status read_all(uint64_t *sum)
{
    enum rec_status why = REC_IO;
    struct rec_source source = {get, &file, file.n};
    struct rec_reader *r = rec_open(&source, &why);
    struct rec_event ev;
    *sum = 0;
    while (r != NULL && (why = rec_next(r, INT64_MAX, &ev)) == REC_OK) {
        for (uint64_t i = 0; ev.kind == REC_CHANGE && i < ev.n; i++)
            *sum = *sum * 31 + ev.bytes[i]; /* every byte told can be read */
        *sum = *sum * 31 + ev.offset + (uint64_t)ev.t;
    }
    if (r != NULL && why == REC_DAMAGED) { /* what is in front of the damage can be read */
        struct rec_info info;
        rec_info(r, &info);
        ck_assert_uint_gt(info.damaged, 0);
        if (info.blocks > 0) {
            rec_seek(r, info.end);
            while ((why = rec_next(r, INT64_MAX, &ev)) == REC_OK)
                continue;
            ck_assert(why == REC_END || why == REC_DAMAGED);
        }
    }
    rec_close(r);
    return why;
}

static void small(void)
{
    size = 300;
    most = 500;
    record(6, true);
}

TEST(cut_anywhere)
{
    small();
    uint64_t sum = 0;
    size_t whole = file.n;
    for (size_t n = 0; n < whole; n++) {
        uint8_t *exact = malloc(n + 1); /* a read behind its end is seen */
        ck_assert_ptr_nonnull(exact);
        memcpy(exact, file.p, n);
        struct file was = file;
        file = (struct file){exact, n, n, n};
        enum rec_status s = read_all(&sum);
        file = was;
        free(exact);
        ck_assert(s == REC_END || s == REC_DAMAGED || s == REC_NONE);
        ck_assert_int_eq(s == REC_NONE, n < 8);
    }
}

TEST(broken_anywhere)
{
    small();
    uint64_t right = 0;
    uint64_t sum = 0;
    unsigned same = 0;
    ck_assert_int_eq(read_all(&right), REC_END);
    for (size_t i = 0; i < file.n; i++) {
        static const uint8_t flips[] = {0x01, 0x80};
        for (size_t k = 0; k < sizeof flips; k++) {
            file.p[i] ^= flips[k];
            enum rec_status s = read_all(&sum);
            ck_assert(s == REC_END || s == REC_DAMAGED || s == REC_NONE || s == REC_NEWER);
            same += s == REC_END && sum == right ? 1 : 0;
            file.p[i] ^= flips[k];
        }
    }
    /* only the index, which can be made again, may be broken without loss */
    ck_assert_uint_lt(same, 2 * (48 + 32 * 12 + 32));
}

TEST(what_is_no_recording)
{
    ck_assert_ptr_null(open_file(REC_NONE));
    ck_assert(put(&file, "\x89SHMRE", 6));
    ck_assert_ptr_null(open_file(REC_NONE));
    uint8_t zeros[5000] = {0};
    ck_assert(put(&file, zeros, sizeof zeros));
    ck_assert_ptr_null(open_file(REC_NONE));
    memcpy(file.p, "\x89SHMREC\n\x03", 9);
    ck_assert_ptr_null(open_file(REC_NEWER));
    file.p[8] = 1;
    ck_assert_ptr_null(open_file(REC_DAMAGED));
}

/* The version in the header is the only thing that differs. */
TEST(other_versions)
{
    small();
    rec_close(open_file(REC_OK));
    for (unsigned version = 0; version <= 3; version++) {
        store_le(file.p + 8, version, 4);
        store_le(file.p + 56, 0, 8);
        store_le(file.p + 56, rec_sum(file.p, (size_t)load_le(file.p + 12, 4)), 8);
        rec_close(open_file(version == 0 ? REC_DAMAGED : version == 1 ? REC_OK : REC_NEWER));
    }
}

TEST(a_full_disk)
{
    file.room = 3000;
    struct rec_writer *w = start();
    for (int64_t t = 1; t < 200; t++) {
        change(w, t, 0, 100);
        rec_seal(w);
    }
    rec_finish(w);
    ck_assert_int_eq(rec_writer_status(w), REC_IO);
    ck_assert_uint_le(rec_written(w), 3000);
    rec_writer_free(w);
    rec_close(open_file(REC_OK));
}

TEST(offsets_too_large)
{
    struct rec_writer *w = start();
    rec_put_size(w, 1, size, UINT64_MAX);
    rec_put_change(w, 1, UINT64_MAX - 10, NULL, now, 5);
    ck_assert_int_eq(rec_writer_status(w), REC_FULL);
    rec_writer_free(w);
}

/* ---- modules ---- */

static char paths[][16] = {"/usr/bin/ringd", "/opt/a b\x1b.so", "x"};
static struct rec_module modules[] = {
    {true, 4, {1, 2, 3, 255}, paths[0]}, {false, 0, {0}, paths[1]}, {false, 64, {9}, paths[2]}};

/* A recording of nothing with these modules. */
static size_t with_modules(struct rec_module *m, size_t n, const char *locator)
{
    struct rec_writer *w = rec_writer_new(put, &file);
    const struct rec_header h = {.size = 4096,
                                 .length = strlen(locator),
                                 .locator = (char *)(uintptr_t)locator,
                                 .module = m,
                                 .modules = n};
    file.n = 0;
    size_t had = rec_put_header(w, &h);
    rec_key_begin(w, 0, 4096, REC_NAME_OURS);
    rec_key_end(w);
    rec_finish(w);
    ck_assert_int_eq(rec_writer_status(w), REC_OK);
    rec_writer_free(w);
    return had;
}

static struct rec_reader *opened(enum rec_status *why)
{
    const struct rec_source source = {.get = get, .ctx = &file, .size = file.n};
    return rec_open(&source, why);
}

TEST(modules_come_back)
{
    enum rec_status why;
    ck_assert_uint_eq(with_modules(modules, COUNT(modules), "posix:/ring"), COUNT(modules));
    struct rec_reader *r = opened(&why);
    ck_assert_ptr_nonnull(r);
    const struct rec_header *h = rec_header(r);
    ck_assert_str_eq(h->locator, "posix:/ring");
    ck_assert_uint_eq(h->modules, COUNT(modules));
    for (size_t i = 0; i < COUNT(modules); i++) {
        const struct rec_module *m = &h->module[i];
        ck_assert_str_eq(m->path, modules[i].path);
        ck_assert(m->program == modules[i].program && m->id_n == modules[i].id_n);
        ck_assert_mem_eq(m->id, modules[i].id, m->id_n);
    }
    rec_close(r);
}

/* They take what room the locator leaves. */
TEST(as_many_modules_as_fit)
{
    static char locator[REC_LOCATOR_MAX + 1], path[REC_PATH_MAX + 1];
    static struct rec_module many[16];
    enum rec_status why;
    memset(locator, 'x', REC_LOCATOR_MAX);
    memset(path, 'p', REC_PATH_MAX);
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = (struct rec_module){.path = path};
    for (size_t left = 0; left <= REC_LOCATOR_MAX; left += 1376) {
        size_t had = with_modules(many, COUNT(many), locator + REC_LOCATOR_MAX - left);
        struct rec_reader *r = opened(&why);
        ck_assert_ptr_nonnull(r);
        ck_assert_uint_eq(rec_header(r)->length, left);
        ck_assert_uint_eq(rec_header(r)->modules, had);
        ck_assert_uint_eq(had, (REC_LOCATOR_MAX - left) / (REC_PATH_MAX + 12));
        rec_close(r);
    }
}

/* Every byte of them changed, with a checksum that holds: refused, or sound. */
TEST(hostile_modules)
{
    enum rec_status why;
    (void)with_modules(modules, COUNT(modules), "m");
    uint32_t whole = (uint32_t)load_le(file.p + 12, 4);
    int refused = 0;
    for (uint32_t at = 44; at < whole; at++) {
        const uint8_t was = file.p[at], other[] = {0, 1, 0xff, (uint8_t)(was + 1)};
        for (size_t i = 0; at - 56 >= 8 && i < COUNT(other); i++) {
            file.p[at] = other[i];
            memset(file.p + 56, 0, 8);
            store_le(file.p + 56, XXH64(file.p, whole, 0), 8);
            struct rec_reader *r = opened(&why);
            refused += r == NULL;
            for (size_t k = 0; r != NULL && k < rec_header(r)->modules; k++) {
                const struct rec_module *m = &rec_header(r)->module[k];
                HOLD(strlen(m->path) <= REC_PATH_MAX && m->id_n <= REC_BUILD_ID);
            }
            rec_close(r);
        }
        file.p[at] = was;
    }
    ck_assert_int_gt(refused, 50);
}

SUITE(test_core_recording_broken, .set_up = set_up, .tear_down = tear_down, .timeout = 120,
      TESTS(cut_anywhere, broken_anywhere, what_is_no_recording, other_versions, a_full_disk,
            offsets_too_large, modules_come_back, as_many_modules_as_fit, hostile_modules));
