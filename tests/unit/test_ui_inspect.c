/* The inspect screen as pictures, its title and its notices. */
#include <string.h>

#include "backend/os.h"
#include "support/frames.h"
#include "support/stage.h"
#include "support/suite.h"

enum { SECOND = 1000000000 };

static struct stage *st;

/* A bit of everything: numbers, text, fresh and warm bytes, a baseline, unknown bytes, a hole. */
static void scene(int rows, int cols)
{
    static const char head[] = "RING\1\0\0\0"
                               "9\5\0\0\0\0\0\0"
                               "Oz\1\0\0\0\0\0\xeey\1\0\0\0\0\0Hello from process!";
    static const char text[] = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xf0\x9f\x98\x80\0\0"
                               "a\xc3\xa9\xcc\x81x\xe2\x80\xae\x1b[31m\xff\xfe\xe6\x97\xa5\xe6\x97"
                               "\xa5\xe6\x97\xa5\xe6\x97\xa5";
    st = stage_new(rows, cols, STAGE_BYTES);
    stage_put(st, 0, head, sizeof head - 1);
    stage_put(st, 0x40, text, sizeof text - 1);
    memset(st->state + 0xd0, BYTE_UNKNOWN, 16);
    memset(st->state + 0x100, BYTE_HOLE, STAGE_BYTES - 0x100);
    for (size_t i = 0x10; i < 0x14; i++)
        st->changed[i] = st->ui.now - SECOND / 10;
    for (size_t i = 0x18; i < 0x1c; i++)
        st->changed[i] = st->ui.now - SECOND;
    st->base[0x22] = st->base[0x23] = 1;
    session_move_to(&st->ui.s, 0x10, false);
    stage_draw(st);
}

static void action(void (*act)(struct ui *ui, const char *arg), const char *arg)
{
    act(&st->ui, arg);
    st->ui.status[0] = '\0';
}

TEST(test_frames_of_each_size)
{
    static const struct {
        int rows, cols;
        const char *name;
    } sizes[] = {{24, 80, "inspect-80x24"},
                 {30, 100, "inspect-100x30"},
                 {40, 120, "inspect-120x40"},
                 {50, 200, "inspect-200x50"},
                 {8, 40, "inspect-40x8"}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        scene(sizes[i].rows, sizes[i].cols);
        frame_check(&st->ui.canvas, sizes[i].name);
    }
}

/* The longest values there are: where a line has no room for them they go on in the next one. */
TEST(test_no_value_is_cut)
{
    static const uint8_t lowest[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xef, 0xff};
    char label[600], rest[600];
    scene(40, 120);
    stage_put(st, 0x10, lowest, sizeof lowest);
    stage_draw(st);
    int at = frame_find(&st->ui.canvas, "f64 -1.79769313486231");
    ck_assert_int_gt(at, 0);
    canvas_row_text(&st->ui.canvas, at, label, sizeof label);
    canvas_row_text(&st->ui.canvas, at + 1, rest, sizeof rest);
    const char *first = strstr(label, "-1.79"), *second = strstr(rest, "e+308");
    ck_assert_ptr_nonnull(second);
    while (second[-1] != ' ')
        second--;
    (void)snprintf(label, sizeof label, "%.*s%s", (int)strcspn(first, " "), first, second);
    ck_assert_int_eq(strncmp(label, "-1.7976931348623157e+308", 24), 0);
}

TEST(test_frames_of_views)
{
    static const char *const views[] = {"u8", "i16be", "u32le", "f64le", "bits", "utf16le"};
    char name[64];
    scene(12, 80);
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        action(act_view, views[i]);
        stage_draw(st);
        (void)snprintf(name, sizeof name, "inspect-%s", views[i]);
        frame_check(&st->ui.canvas, name);
    }
}

TEST(test_frame_of_editing)
{
    scene(24, 80);
    st->ui.s.edit = true;
    session_move_to(&st->ui.s, 0x11, false);
    stage_type(st, "7");
    stage_draw(st);
    frame_check(&st->ui.canvas, "inspect-edit");
}

TEST(test_frame_of_a_selection_and_a_match)
{
    scene(24, 80);
    session_move_to(&st->ui.s, 0x2a, true);
    st->ui.s.match = 0x44;
    st->ui.s.match_length = 5;
    stage_draw(st);
    frame_check(&st->ui.canvas, "inspect-select");
}

TEST(test_tiny_segments)
{
    st = stage_new(24, 80, 0);
    stage_draw(st);
    frame_check(&st->ui.canvas, "inspect-empty");
    stage_type(st, "jjlG");
    stage_key(st, KEY_PGDN_, 0);
    ck_assert_uint_eq(st->ui.s.cursor, 0);
    st->size = 1;
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, 1, 0, 14), "00000000  00  ");
    ck_assert_str_eq(stage_text(st, 2, 0, 10), stage_text(st, 5, 0, 10));
}

TEST(test_odd_end_is_shown_as_bytes)
{
    st = stage_new(24, 80, 7);
    stage_put(st, 0, "\1\0\0\0\xde\xad\xbe", 7);
    action(act_view, "u32le");
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, 1, 10, 31), "         1     deadbe");
}

TEST(test_large_offsets)
{
    st = stage_new(24, 80, UINT64_C(64) << 30);
    session_move_to(&st->ui.s, (UINT64_C(64) << 30) - 1, false);
    stage_draw(st);
    int last = st->ui.inspect->at.top + st->ui.inspect->at.rows - 1;
    ck_assert_str_eq(stage_text(st, last, 0, 12), "0ffffffff0  ");
    ck_assert_uint_eq(st->ui.inspect->at.width, 16);
}

TEST(test_numbers_do_not_shorten_rows_they_fit)
{
    scene(24, 80);
    action(act_view, "u8");
    stage_draw(st);
    ck_assert_uint_eq(st->ui.inspect->at.width, 8);
    action(act_view, "hex");
    stage_draw(st);
    ck_assert_uint_eq(st->ui.inspect->at.width, 16);
    ck_assert_uint_eq(st->ui.s.set.width, 16);
}

/* ---- the title and its notices ---- */

TEST(test_title_shortens_the_name_in_the_middle)
{
    scene(24, 80);
    (void)snprintf(st->ui.s.locator, sizeof st->ui.s.locator,
                   "posix:/a\x1b[2Jvery long name of a segment that nobody can type.2837461");
    stage_draw(st);
    const char *title = stage_text(st, 0, 0, 80);
    ck_assert_ptr_nonnull(strstr(title, " posix:/a\\x"));
    ck_assert_ptr_nonnull(strstr(title, "\u2026"));
    ck_assert_ptr_nonnull(strstr(title, "2837461"));
    ck_assert_ptr_nonnull(strstr(title, "READ-ONLY"));
}

static void happens(enum seg_event_kind kind, uint64_t value)
{
    struct sample *p = &st->ui.s.sample;
    p->event[p->events++ % SAMPLE_EVENTS] =
        (struct seg_event){.kind = kind, .value = value, .time = st->ui.now};
}

/* By the name that this system has for it, which is not in the frames for that. */
TEST(test_owner_in_the_title)
{
    char name[33], text[400], mode_and_name[64];
    scene(24, 80);
    st->ui.s.sample.stat.known |= SEG_HAS_OWNER;
    st->ui.s.sample.stat.uid = os_uid();
    stage_draw(st);
    canvas_row_text(&st->ui.canvas, 0, text, sizeof text);
    (void)snprintf(mode_and_name, sizeof mode_and_name, "rw-r----- %s ",
                   os_user_name(os_uid(), name));
    ck_assert_ptr_nonnull(strstr(text, mode_and_name));
}

TEST(test_what_happens_is_said_at_once)
{
    scene(24, 80);
    happens(SEEN_SHRUNK, 4096);
    st->size = 4096;
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, 1, 0, 22), " shrunk to 4096 bytes ");
    ck_assert_int_eq(st->ui.canvas.cells[80].style, STYLE_WARN);
    happens(SEEN_GROWN, 8192);
    st->size = 8192;
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, 1, 0, 21), " grown to 8192 bytes ");
    st->ui.s.sample.stat.name_gone = true;
    stage_draw(st);
    ck_assert_int_ge(frame_find(&st->ui.canvas, " unlinked; grown to 8192 bytes"), 0);
    st->ui.s.sample.stat.replaced = true;
    stage_draw(st);
    ck_assert_int_ge(
        frame_find(&st->ui.canvas, "replaced by a new segment of this name (R reattaches)"), 0);
    st->ui.s.sample.stat.replaced = st->ui.s.sample.stat.name_gone = false;
    st->ui.s.sample.stat.denied = true;
    stage_draw(st);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "permission lost: mode is now rw-r-----"), 0);
}

TEST(test_notice_of_size_goes_by_itself_or_by_escape)
{
    scene(24, 80);
    happens(SEEN_GROWN, STAGE_BYTES);
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "grown to"), 1);
    stage_key(st, KEY_ESC_, 0);
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "grown to"), -1);
    happens(SEEN_GROWN, STAGE_BYTES);
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "grown to"), 1);
    st->ui.now += (int64_t)11 * SECOND;
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "grown to"), -1);
}

TEST(test_keeping_alive)
{
    scene(24, 80);
    st->ui.s.sample.stat.name_gone = true;
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "KEEPING ALIVE"), -1); /* not known yet */
    st->ui.s.walk.id = st->ui.s.id;
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "KEEPING ALIVE"), 0);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "only shmlens keeps it alive"), 1);
}

TEST(test_users_in_title_and_panel)
{
    struct seg_mapper mappers[] = {{.pid = 100, .comm = "wri\x1bter", .write = true, .read = true},
                                   {.pid = 100, .comm = "wri\x1bter", .read = true},
                                   {.pid = 101, .comm = "reader", .read = true, .length = 4096}};
    struct seg_holder holders[] = {{.pid = 102, .comm = "holder", .fd = 7}};
    scene(24, 100);
    struct segment_list *w = &st->ui.s.walk;
    w->id = st->ui.s.id;
    w->survey.extra = (struct seg_who){mappers, 3, holders, 1, 2, SEG_PROOF_NONE};
    st->ui.who_panel = true;
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "1 writer, 1 reader, 1 open"), 0);
    static const char *const rows[][2] = {
        {"\u2500\u2500 used by 3 processes (2 could not be checked)", ""},
        {"100 wri\\x1bter ", " rw offset 0x0, 0 B, at 0x0"},
        {"100 wri\\x1bter ", " r  offset 0x0, 0 B, at 0x0"},
        {"101 reader ", " r  offset 0x0, 4 KiB, at 0x0"},
        {"102 holder ", " -  open as fd 7"}};
    int first = frame_find(&st->ui.canvas, rows[0][0]);
    for (int i = 0; i < 5; i++) { /* between them: what this system calls the user */
        char text[600];
        canvas_row_text(&st->ui.canvas, first + i, text, sizeof text);
        const char *found = strstr(text, rows[i][0]);
        ck_assert_msg(found != NULL && strstr(found, rows[i][1]) != NULL, "%s", text);
    }
    w->survey.extra = (struct seg_who){0};
}

TEST(test_paused_ages_stand_still)
{
    scene(24, 80);
    st->ui.s.paused = true;
    st->ui.now += (int64_t)60 * SECOND;
    ui_draw(&st->ui);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "changed 0.1 s ago"), 0);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "PAUSED"), 0);
    ck_assert_int_eq(st->ui.canvas.cells[2 * 80 + 16].style, STYLE_FRESH);
}

TEST(test_next_frame_is_when_something_fades)
{
    scene(24, 80);
    st->ui.s.set.inspector = false;
    int64_t now = st->ui.now;
    ck_assert_int_eq(screen_inspect.next(&st->ui, now), now + SECOND / 10 * 4);
    ck_assert_int_eq(screen_inspect.next(&st->ui, now + SECOND / 2), now + SECOND);
    ck_assert_int_eq(screen_inspect.next(&st->ui, now + (int64_t)3 * SECOND), INT64_MAX);
}

/* No size of terminal, view or row width may draw outside or stop. */
TEST(test_every_size_draws)
{
    scene(8, 40);
    size_t count = 0;
    const struct view *v = view_table(&count);
    for (int cols = 40; cols <= 210; cols += 17)
        for (unsigned width = 1; width <= WIDTH_MAX; width += 7)
            for (size_t i = 0; i < count; i += 2) {
                ck_assert(canvas_resize(&st->ui.canvas, 8 + cols / 10, cols));
                st->ui.s.set.view = &v[i];
                session_set_width(&st->ui.s, width);
                ui_draw(&st->ui);
                ck_assert_int_le(st->ui.inspect->at.cells_end, cols);
                ck_assert_uint_ge(st->ui.inspect->at.width, 1);
            }
}

SUITE_PART(title_tests, .tear_down = stage_tear_down,
           TESTS(test_title_shortens_the_name_in_the_middle, test_owner_in_the_title,
                 test_what_happens_is_said_at_once, test_notice_of_size_goes_by_itself_or_by_escape,
                 test_keeping_alive, test_users_in_title_and_panel, test_paused_ages_stand_still,
                 test_next_frame_is_when_something_fades));

SUITE(test_ui_inspect, .tear_down = stage_tear_down, .next = &title_tests,
      TESTS(test_frames_of_each_size, test_no_value_is_cut, test_frames_of_views,
            test_frame_of_editing, test_frame_of_a_selection_and_a_match, test_tiny_segments,
            test_odd_end_is_shown_as_bytes, test_large_offsets,
            test_numbers_do_not_shorten_rows_they_fit, test_every_size_draws));
