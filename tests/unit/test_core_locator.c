/* core/locator: what is typed becomes the raw name, and what is shown can be typed again. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/locator.h"
#include "core/text.h"
#include "support/suite.h"

TEST(typed_forms)
{
    static const struct {
        const char *typed, *raw;
    } rows[] = {
        {"/ring", "posix:/ring"},
        {"//ring", "posix:/ring"},
        {"posix:/ring", "posix:/ring"},
        {"/dev/shm/ring", "posix:/ring"},
        {"/dev/shm//ring", "posix:/ring"},
        {"/dev/shmring", "posix:/dev/shmring"},
        {"/tmp/file", "posix:/tmp/file"},
        {"/", "posix:/"},
        {"/with space", "posix:/with space"},
        {"/na\\x0ame", "posix:/na\nme"},
        {"/\\xff", "posix:/\xff"},
        {"\\x2fa", "posix:/a"},
        {"/a\\\\b", "posix:/a\\b"},
        {"/a\\b", "posix:/a\\b"},
        {"/a\\xyz", "posix:/a\\xyz"},
        {"/file:x", "posix:/file:x"},
        {"sysv:98304", "sysv:98304"},
        {"sysv:key=0x1234", "sysv:key=0x1234"},
        {"sysv:new", "sysv:new"},
        {"fd:12/5", "fd:12/5"},
        {"map:12/7f00", "map:12/7f00"},
        {"ns:12/ring", "ns:12/ring"},
        {"memfd:x", "memfd:x"},
        {"file:relative/path", "file:relative/path"},
        {"file:/dev/shm/x", "file:/dev/shm/x"},
        {"file:C:\\dir\\new", "file:C:\\dir\\new"},
        {"rec:a b", "rec:a b"},
        {"win:Local\\name", "win:Local\\name"},
        {"Local\\name", "win:Local\\name"},
        {"Global\\name", "win:Global\\name"},
        {"win:Local\\x41", "win:Local\\x41"},
        {"Global\\x41\\x41", "win:Global\\x41A"},
        {"win:Local\\\\name", "win:Local\\\\name"},
        {"win:name\\x41", "win:nameA"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char raw[LOCATOR_MAX];
        const char *why = locator_typed(rows[i].typed, raw);
        ck_assert_msg(why == NULL, "%s: %s", rows[i].typed, why);
        ck_assert_str_eq(raw, rows[i].raw);
    }
}

TEST(refused)
{
    static const char *const rows[] = {"",          "ring",  "./ring",      "relative/path",
                                       "posix:",    "sysv:", "POSIX:/x",    "http://x",
                                       "/a\\x00b",  ":",     "local\\name", " /ring",
                                       "\x1b[31m/", "Local", "posix"};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char raw[LOCATOR_MAX];
        const char *why = locator_typed(rows[i], raw);
        ck_assert_msg(why != NULL, "%s", rows[i]);
        for (const char *p = why; *p != '\0'; p++)
            ck_assert(*p >= ' ' && *p <= '~');
    }
}

TEST(long_names)
{
    char typed[LOCATOR_MAX * 4 + 8] = "file:";
    char raw[LOCATOR_MAX];
    memset(typed + 5, 'a', LOCATOR_MAX);
    typed[LOCATOR_MAX - 1] = '\0';
    ck_assert_ptr_null(locator_typed(typed, raw));
    ck_assert_uint_eq(strlen(raw), LOCATOR_MAX - 1);
    typed[LOCATOR_MAX - 1] = 'a';
    typed[LOCATOR_MAX] = '\0';
    ck_assert_ptr_nonnull(locator_typed(typed, raw));
    /* Too long only once the prefix is there. */
    memset(typed, 'a', LOCATOR_MAX);
    typed[0] = '/';
    typed[LOCATOR_MAX - 1] = '\0';
    ck_assert_ptr_nonnull(locator_typed(typed, raw));
    typed[LOCATOR_MAX - 7] = '\0';
    ck_assert_ptr_null(locator_typed(typed, raw));
    /* A name of which every byte is escaped is four times as long as its locator. */
    size_t n = (size_t)snprintf(typed, sizeof typed, "file:");
    for (int i = 0; i < 4096; i++)
        n += (size_t)snprintf(typed + n, sizeof typed - n, "\\xff");
    ck_assert_ptr_null(locator_typed(typed, raw));
    ck_assert_uint_eq(strlen(raw), 5 + 4096);
}

static void shows(const char *raw, const char *shown)
{
    char out[64], back[LOCATOR_MAX];
    ck_assert_uint_eq(locator_shown(raw, out, sizeof out), strlen(shown));
    ck_assert_str_eq(out, shown);
    ck_assert_ptr_null(locator_typed(out, back));
    ck_assert_str_eq(back, raw);
}

TEST(shown_forms)
{
    shows("posix:/ring", "posix:/ring");
    shows("posix:/a\\b", "posix:/a\\\\b");
    shows("posix:/\x1b[2J", "posix:/\\x1b[2J");
    shows("posix:/\\x41", "posix:/\\\\x41");
    shows("win:Local\\name", "win:Local\\name");
    shows("win:Global\\x41", "win:Global\\x41");
    shows("win:Local\\\\x41", "win:Local\\\\\\x41");
    /* An escape behind Local must not look like its backslash. */
    shows("win:Local\x9f", "win:Loca\\x6c\\x9f");
    shows("win:Global\n", "win:Globa\\x6c\\x0a");
    shows("win:Localname", "win:Localname");
    shows("win:a\\b", "win:a\\\\b");
    shows("file:C:\\x41", "file:C:\\\\x41");
}

TEST(shown_is_cut_cleanly)
{
    static const char raw[] = "win:Local\\a\nb";
    static const char full[] = "win:Local\\a\\x0ab";
    for (size_t cap = 0; cap <= sizeof full; cap++) {
        char out[32];
        memset(out, '#', sizeof out);
        ck_assert_uint_eq(locator_shown(raw, out, cap), sizeof full - 1);
        ck_assert_int_eq(out[cap], '#');
        if (cap == 0)
            continue;
        size_t n = strlen(out);
        ck_assert_uint_lt(n, cap);
        ck_assert_mem_eq(out, full, n);
        ck_assert(n == 0 || n == 10 || n == 11 || n >= 15);
    }
}

TEST(round_trip)
{
    static const char *const kinds[] = {"posix:/", "file:", "win:Local\\", "win:", "rec:"};
    uint32_t state = 1;
    for (int round = 0; round < 20000; round++) {
        char raw[64], out[sizeof raw * 4], back[LOCATOR_MAX];
        size_t n = (size_t)snprintf(raw, sizeof raw, "%s", kinds[round % 5]);
        for (int i = 0; i < 12; i++) {
            state = state * 1664525 + 1013904223;
            uint8_t b = (uint8_t)(state >> 24);
            raw[n++] = (char)(b % 3 == 0 ? "\\x4\\"[b % 4] : b == 0 ? 'x' : b);
        }
        raw[n] = '\0';
        size_t length = locator_shown(raw, out, sizeof out);
        for (size_t at = 0; at < length;) {
            struct text_char c = text_decode(TEXT_UTF8, (uint8_t *)out + at, length - at);
            if (!c.valid || !text_printable(c.cp))
                ck_abort_msg("not printable: %s", out);
            at += c.size;
        }
        ck_assert_ptr_null(locator_typed(out, back));
        ck_assert_str_eq(back, raw);
    }
}

SUITE(test_core_locator,
      TESTS(typed_forms, refused, long_names, shown_forms, shown_is_cut_cleanly, round_trip));
