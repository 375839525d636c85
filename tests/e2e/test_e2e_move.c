/* Moving about in the inspect screen: offsets in every form, the keys, marks, holes, views. */
#include "scene.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { SIZE = 4096, SPARSE = 1 << 20, PAGE = 4096 };

static const struct {
    const char *typed;
    uint64_t offset;
} offsets[] = {
    {"0x40", 0x40}, {"64", 0x40},    {"010", 0xa},   {"0b1000", 8},     {"0o20", 0x10},
    {"1K", 0x400},  {"1KiB", 0x400}, {"end", 0xfff}, {"end-16", 0xff0}, {"%50", 0x800},
    {"%0", 0},      {"%100", 0xfff}, {"+16", 0x30},  {"-16", 0x10},     {"'a", 0x20},
    {"", 0},        {"0XFF", 0xff},
};

TEST_LOOP(every_form_of_an_offset, SUITE_ROWS(offsets))
{
    const char *name = e2e_name("goto");
    scene_segment(name, SIZE);
    struct e2e *t = scene_open(name);
    scene_press(t, _i % 2 == 0 ? "g" : "<F5>", "go to (");
    scene_press(t, "0x20<Enter>", "── 0x20 ");
    scene_press(t, "ma", "mark a is 0x20");
    scene_press(t, "g", "go to (");
    e2e_keys(t, offsets[_i].typed);
    e2e_keys(t, "<Enter>");
    scene_at(t, offsets[_i].offset);
    scene_quit(t);
}

TEST(offsets_that_are_none_say_so)
{
    const char *name = e2e_name("goto");
    scene_segment(name, SIZE);
    struct e2e *t = scene_open(name);
    scene_press(t, "g0x10<Enter>", "── 0x10 ");
    scene_press(t, "gnonsense<Enter>", "`nonsense` is not an offset");
    e2e_keys(t, "<Esc>");
    scene_press(t, "g'q<Enter>", "'q");
    e2e_keys(t, "<Esc>");
    scene_at(t, 0x10);
    scene_press(t, "g0x10000<Enter>", "0x10000 is past the end");
    scene_at(t, SIZE - 1);
    scene_press(t, "g99999999999999999999999<Enter>", "larger than any segment");
    e2e_keys(t, "<Esc>");
    scene_at(t, SIZE - 1);
    scene_quit(t);
}

/* From 0x808 with 15 rows on the screen. */
static const struct {
    const char *keys;
    uint64_t offset;
} moves[] = {
    {"<Left>", 0x807}, {"h", 0x807},       {"<Right>", 0x809},   {"l", 0x809},
    {"<Up>", 0x7f8},   {"k", 0x7f8},       {"<Down>", 0x818},    {"j", 0x818},
    {"<Home>", 0x800}, {"0", 0x800},       {"<End>", 0x80f},     {"$", 0x80f},
    {"<C-Home>", 0},   {"<C-End>", 0xfff}, {"G", 0xfff},         {"<PgDn>", 0x8f8},
    {"<C-f>", 0x8f8},  {"<PgUp>", 0x718},  {"<C-b>", 0x718},     {"<C-d>", 0x888},
    {"<C-u>", 0x788},  {"jjjj", 0x848},    {"hhhhhhhhh", 0x7ff},
};

TEST_LOOP(the_moving_keys, SUITE_ROWS(moves))
{
    const char *name = e2e_name("move");
    scene_segment(name, SIZE);
    struct e2e *t = scene_open(name);
    scene_press(t, "g0x808<Enter>", "── 0x808 ");
    e2e_keys(t, moves[_i].keys);
    scene_at(t, moves[_i].offset);
    scene_quit(t);
}

TEST(marks)
{
    const char *name = e2e_name("marks");
    scene_segment(name, SIZE);
    struct e2e *t = scene_open(name);
    scene_press(t, "g0x123<Enter>", "── 0x123 ");
    scene_press(t, "mx", "mark x is 0x123");
    scene_press(t, "G", "── 0xfff ");
    scene_press(t, "'x", "── 0x123 ");
    scene_press(t, "'y<Enter>", "no mark y; there are x");
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "mark: y", 0);
    scene_press(t, "m9", "marks of one key are a to z");
    scene_at(t, 0x123);
    scene_quit(t);
}

/* Pages that are resident. */
static long blocks(const char *name)
{
    char path[512];
    struct stat st;
    snprintf(path, sizeof path, "/dev/shm%s", name);
    ck_assert_int_eq(stat(path, &st), 0);
    return (long)st.st_blocks;
}

TEST(data_is_found_and_holes_stay_holes)
{
    const char *name = e2e_name("holes");
    uint8_t *memory = scene_segment(name, SPARSE);
    memory[0] = memory[0x40000] = memory[0x80010] = 1;
    long before = blocks(name);
    struct e2e *t = scene_open(name);
    scene_press(t, ")", "── 0x40000 ");
    scene_press(t, ")", "── 0x80000 ");
    scene_press(t, ")", "no more data after here");
    scene_press(t, "(", "── 0x40000 ");
    scene_press(t, "(", "── 0x0 ");
    scene_press(t, "(", "no more data before here");
    scene_press(t, "G", "── 0xfffff ");
    scene_press(t, "/nowhere<Enter>", "not found: nowhere");
    scene_quit(t);
    ck_assert_int_eq(blocks(name), before);
}

TEST(views_go_round)
{
    static const char *const first[] = {"u8", "i8", "u16le", "i16le", "u32le", "i32le", "u64le"};
    const char *name = e2e_name("views");
    uint8_t *memory = scene_segment(name, SIZE);
    memcpy(memory, "\x01\x02\x03\x04\xff\xff\xff\xff", 8);
    struct e2e *t = scene_open(name);
    scene_press(t, "v", "u8: unsigned");
    scene_press(t, "V", "hex: bytes in hex");
    scene_press(t, "V", ": ");
    e2e_wait_no_text(t, "hex: bytes", 0);
    scene_press(t, "v", "hex: bytes in hex");
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        char line[64];
        snprintf(line, sizeof line, ":view %s<Enter>", first[i]);
        snprintf(line + 32, sizeof line - 32, "%s: ", first[i]);
        scene_press(t, line, line + 32);
    }
    scene_press(t, ":view u32le<Enter>", "00000000    67305985 4294967295");
    scene_press(t, "e", "00000000    16909060 4294967295");
    scene_press(t, "<F6>", "i32be");
    e2e_wait_text(t, "16909060          -1", 0);
    scene_press(t, ":view u128<Enter>", "no such view: u128");
    scene_quit(t);
}

TEST(text_columns)
{
    const char *name = e2e_name("text");
    uint8_t *memory = scene_segment(name, SIZE);
    memcpy(memory, "\xe6\x97\xa5\xe6\x9c\xac. H\0i\0", 12); /* UTF-8, then UTF-16LE at 8 */
    struct e2e *t = scene_open(name);
    e2e_wait_text(t, "日·本·. H", 0);
    scene_press(t, "E", "text column: utf16le");
    e2e_wait_text(t, "H·i·", 0);
    scene_press(t, "T", "start at odd offsets");
    e2e_wait_no_text(t, "H·i·", 0);
    scene_press(t, "T", "start at even offsets");
    e2e_wait_text(t, "H·i·", 0);
    scene_press(t, ":encoding utf8<Enter>", "text column: utf8");
    e2e_wait_text(t, "日·本·", 0);
    e2e_resize(t, 24, 120); /* both side by side */
    e2e_wait_text(t, "日·本·. H", 0);
    e2e_wait_text(t, "H·i·", 0);
    scene_press(t, "t", "LIVE");
    e2e_wait_no_text(t, "── 0x0", 0);
    scene_press(t, "t", "── 0x0");
    scene_quit(t);
}

/* The options of the command line of the UI. */
TEST(started_with_options)
{
    const char *name = e2e_name("options");
    uint8_t *memory = scene_segment(name, SIZE);
    memory[0x100] = 0x2a;
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, "--range", "0x100:0x20", "--view", "u8", "--width", "8",
                         "--hz", "50", "--theme", "mono", "--edit", name)});
    e2e_wait_text(t, "00000100   42", 0);
    e2e_wait_text(t, "EDIT", 0);
    ck_assert(!e2e_find(t, "00000000", NULL, NULL));
    e2e_wait_text(t, "00000118", 0);
    ck_assert(!e2e_find(t, "00000120", NULL, NULL));
    scene_press(t, "G", "── 0x11f ");
    scene_press(t, ":set<Enter>", "set hz         50");
    e2e_wait_text(t, "set theme      mono", 0);
    e2e_wait_text(t, "set width      8", 0);
    for (int row = 0; row < e2e_rows(t); row++)
        for (int col = 0; col < e2e_cols(t); col++)
            ck_assert(e2e_cell(t, row, col).fg.standard && e2e_cell(t, row, col).bg.standard);
    e2e_end(t);
}

SUITE(test_e2e_move, .timeout = 120,
      TESTS(every_form_of_an_offset, offsets_that_are_none_say_so, the_moving_keys, marks,
            data_is_found_and_holes_stay_holes, views_go_round, text_columns,
            started_with_options));
