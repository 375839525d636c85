/* The card of the help, and the wrapping of its text. */
#include <stdio.h>
#include <string.h>

#include "core/screen/canvas.h"
#include "core/screen/card.h"
#include "core/screen/wrap.h"
#include "support/suite.h"

static bool has_card(enum key_mode mode)
{
    const struct card_row *row;
    for (size_t i = 0; (row = card_row(i)) != NULL; i++)
        if (row->mode == mode)
            return true;
    return false;
}

TEST(every_key_of_a_screen_is_on_its_card)
{
    struct keymap *m = keymap_new();
    const struct binding *b;
    ck_assert_ptr_nonnull(m);
    ck_assert(has_card(MODE_INSPECT) && has_card(MODE_SEGMENTS));
    for (size_t i = 0; (b = keymap_row(m, i)) != NULL; i++)
        ck_assert_msg(!has_card(b->mode) || strcmp(b->command, "help") == 0 ||
                          card_has(b->mode, b->command),
                      "%s of %s is not on the card", b->command, key_mode_name(b->mode));
    keymap_free(m);
}

/* Keys that are written by hand are those that are bound. */
TEST(the_keys_on_the_card_are_bound)
{
    struct keymap *m = keymap_new(), *none = keymap_new();
    const struct card_row *row;
    ck_assert(m != NULL && none != NULL);
    const struct binding *b;
    while ((b = keymap_row(none, 0)) != NULL) {
        char name[KEY_NAME_MAX];
        (void)key_name(b->key, name);
        ck_assert_ptr_null(keymap_bind(none, b->mode, name, ""));
    }
    for (size_t i = 0; (row = card_row(i)) != NULL; i++) {
        char shown[64], real[512];
        card_keys(m, m, row, shown, sizeof shown);
        card_keys(m, none, row, real, sizeof real);
        ck_assert_int_le(canvas_width(shown), CARD_KEYS);
        ck_assert_int_le(canvas_width(row->words), CARD_WORDS);
        if (row->commands == NULL)
            continue;
        ck_assert_msg(real[0] != '\0', "no key runs %s", row->commands);
        ck_assert_str_eq(shown, row->keys);
    }
    keymap_free(none);
    keymap_free(m);
}

/* A page of 80x24 has 21 rows for it. */
TEST(the_card_is_one_screen)
{
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        int rows[2] = {0, 0};
        const struct card_row *row;
        for (size_t i = 0; (row = card_row(i)) != NULL; i++)
            rows[row->side] += row->mode == (enum key_mode)mode;
        ck_assert_int_le(rows[CARD_LEFT], 21);
        ck_assert_int_le(rows[CARD_RIGHT], 21);
    }
}

static const struct {
    const char *text;
    int columns;
    const char *lines; /* with | between them */
} wrapped[] = {
    {"", 10, ""},
    {"one", 10, "one"},
    {"one two three", 7, "one two|three"},
    {"one two three", 8, "one two|three"},
    {"one two  three", 9, "one two|three"},
    {"a-word-that-is-too-long here", 10, "a-word-tha|t-is-too-l|ong here"},
    {"\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2", 4, "\xe6\xbc\xa2\xe6\xbc\xa2|\xe6\xbc\xa2"},
    {"\xe6\xbc\xa2", 1, "\xe6\xbc\xa2"},
    {"one two ", 7, "one two "},
};

TEST_LOOP(text_is_wrapped_between_words, SUITE_ROWS(wrapped))
{
    char got[256] = "";
    size_t at = 0;
    const char *p = wrapped[_i].text;
    do {
        size_t skip = 0, n = wrap_line(p, wrapped[_i].columns, &skip);
        ck_assert(skip > 0 || *p == '\0');
        at += (size_t)snprintf(got + at, sizeof got - at, "%s%.*s", at > 0 ? "|" : "", (int)n, p);
        p += skip;
    } while (*p != '\0');
    ck_assert_str_eq(got, wrapped[_i].lines);
}

SUITE(test_core_card, TESTS(every_key_of_a_screen_is_on_its_card, the_keys_on_the_card_are_bound,
                            the_card_is_one_screen, text_is_wrapped_between_words));
