/* The file of places: marks and looks of one locator, read and written, and what is left alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/place_file.h"
#include "support/suite.h"

/* The mark of this name, as it would be written. */
static void expect(const struct marks *m, const char *name, uint64_t offset, const char *view)
{
    const struct mark *mark = marks_find(m, name);
    ck_assert_msg(mark != NULL, "no mark %s", name);
    ck_assert_uint_eq(mark->offset, offset);
    ck_assert_str_eq(mark->view, view);
}

TEST(marks_of_one_locator)
{
    static const char text[] = "a 0x10 posix:/x\nb 32 posix:/x y\nrubbish\nc 3 posix:/x\n"
                               "d 99999999999999999999 posix:/x\nmark head 0x40 u64le posix:/x\n"
                               "mark a 0x11 u8 posix:/x y\nmark end 1 - posix:/x\n"
                               "mark b+ 1 - posix:/x\nmark plain 5 - posix:/x\nmark 7 - posix:/x\n"
                               "future thing posix:/x\n";
    struct place place = {.marks.count = 0};
    struct marks marks;
    place_read(text, sizeof text - 1, "posix:/x", &place);
    marks = place.marks;
    ck_assert_uint_eq(marks.count, 4);
    expect(&marks, "a", 16, "");
    expect(&marks, "c", 3, "");
    expect(&marks, "head", 64, "u64le");
    expect(&marks, "plain", 5, "");
    for (size_t i = 1; i < marks.count; i++)
        ck_assert_uint_le(marks.at[i - 1].offset, marks.at[i].offset);
    place.marks.count = 0;
    ck_assert(marks_set(&place.marks, &(struct mark){.name = "z", .offset = 7}));
    ck_assert(marks_set(&place.marks, &(struct mark){"tail", "f64be", 8}));
    size_t n = 0;
    char *now = place_write(text, sizeof text - 1, "posix:/x", &place, &n);
    ck_assert_ptr_nonnull(now);
    static const char *const there[] = {"b 32 posix:/x y\n",       "mark a 0x11 u8 posix:/x y\n",
                                        "z 0x7 posix:/x\n",        "mark tail 0x8 f64be posix:/x\n",
                                        "future thing posix:/x\n", "rubbish\n"};
    for (size_t i = 0; i < COUNT(there); i++)
        ck_assert_msg(strstr(now, there[i]) != NULL, "%s", there[i]);
    ck_assert_ptr_null(strstr(now, "a 0x10"));
    ck_assert_ptr_null(strstr(now, "head"));
    ck_assert_uint_eq(n, strlen(now));
    free(now);
}

TEST(more_marks_than_there_is_room_for)
{
    struct place place = {.marks.count = 0};
    struct marks marks;
    char text[MARKS_MAX * 64], *at = text;
    for (int i = 0; i < MARKS_MAX + 3; i++)
        at += snprintf(at, (size_t)(text + sizeof text - at), "mark m%d %d - posix:/x\n", i, i);
    place_read(text, (size_t)(at - text), "posix:/x", &place);
    marks = place.marks;
    ck_assert_uint_eq(marks.count, MARKS_MAX);
    ck_assert(!marks_set(&marks, &(struct mark){.name = "more"}));
    ck_assert(marks_set(&marks, &(struct mark){.name = "m5", .offset = 1000})); /* it moves */
    ck_assert_str_eq(marks.at[MARKS_MAX - 1].name, "m5");
    ck_assert(marks_delete(&marks, "m5") && !marks_delete(&marks, "m5"));
}

static void expect_look(const struct looks *l, const char *name, const char *value)
{
    const struct own_look *look = looks_find(l, name);
    ck_assert_msg(look != NULL, "no look %s", name);
    ck_assert_str_eq(look->value, value);
}

TEST(looks_of_one_locator)
{
    static const char text[] = "look view u32le posix:/x\nlook order big posix:/y\n"
                               "look heat on posix:/x\nlook \nlook view\nlook view posix:/x\n"
                               "look a23456789012345678 on posix:/x\nlook view u8 posix:/x y\n";
    struct place place = {.marks.count = 0};
    place_read(text, sizeof text - 1, "posix:/x", &place);
    ck_assert_uint_eq(place.looks.count, 2);
    expect_look(&place.looks, "view", "u32le");
    expect_look(&place.looks, "heat", "on");
    looks_delete(&place.looks, "heat");
    size_t n = 0;
    char *now = place_write(text, sizeof text - 1, "posix:/x", &place, &n);
    ck_assert_ptr_nonnull(now);
    ck_assert_ptr_nonnull(strstr(now, "look view u32le posix:/x\n"));
    ck_assert_ptr_nonnull(strstr(now, "look order big posix:/y\n"));
    ck_assert_ptr_nonnull(strstr(now, "look view u8 posix:/x y\n"));
    ck_assert_ptr_null(strstr(now, "heat"));
    free(now);
}

/* Whoever changed something last has it; what only the other one changed stays. */
TEST(changes_of_two_sessions)
{
    struct place was = {.looks = {2, {{"view", "u8"}, {"strip", "off"}}}};
    struct place is = {.looks = {2, {{"view", "f64le"}, {"heat", "on"}}}};
    struct place kept = {.looks = {3, {{"view", "u16le"}, {"strip", "off"}, {"order", "big"}}}};
    ck_assert(place_changed(&was, &is) && !place_changed(&is, &is));
    place_merge(&kept, &was, &is);
    ck_assert_uint_eq(kept.looks.count, 3);
    expect_look(&kept.looks, "view", "f64le");
    expect_look(&kept.looks, "heat", "on");
    expect_look(&kept.looks, "order", "big");
}

TEST(names)
{
    static const char *const good[] = {"a", "Z", "_", "head", "lock.owner", "x1_", "ending"};
    static const char *const bad[] = {
        "",    "end",      "1a", "a-b", "a+1",
        "a b", "\xc3\xa4", ".a", "'a",  "a23456789012345678901234567890123"};
    for (size_t i = 0; i < COUNT(good); i++)
        ck_assert_msg(mark_name_ok(good[i]), "%s", good[i]);
    for (size_t i = 0; i < COUNT(bad); i++)
        ck_assert_msg(!mark_name_ok(bad[i]), "%s", bad[i]);
}

TEST(the_file_does_not_grow_for_ever)
{
    size_t lines = PLACE_FILE_LINES + 500, n = 0;
    char *text = malloc(lines * 32);
    struct place place = {.marks = {1, {{.name = "a", .offset = 1}}}};
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < lines; i++)
        n += (size_t)snprintf(text + n, 32, "a %zu posix:/n%zu\n", i, i);
    size_t length = 0, count = 0;
    char *now = place_write(text, n, "posix:/new", &place, &length);
    ck_assert_ptr_nonnull(now);
    for (size_t i = 0; i < length; i++)
        count += now[i] == '\n';
    ck_assert_uint_le(count, PLACE_FILE_LINES);
    ck_assert_ptr_nonnull(strstr(now, "posix:/new"));
    ck_assert_ptr_nonnull(strstr(now, "posix:/n2499\n")); /* the newest of the others */
    ck_assert_ptr_null(strstr(now, "posix:/n3\n"));
    free(now);
    free(text);
}

SUITE(test_ui_place_file,
      TESTS(marks_of_one_locator, more_marks_than_there_is_room_for, looks_of_one_locator,
            changes_of_two_sessions, names, the_file_does_not_grow_for_ever));
