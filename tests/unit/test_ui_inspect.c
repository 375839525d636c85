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
    } sizes[] = {
        {24, 80, "inspect-80x24"},   {30, 100, "inspect-100x30"}, {40, 120, "inspect-120x40"},
        {24, 59, "inspect-59x24"},   {30, 120, "inspect-120x30"}, {40, 132, "inspect-132x40"},
        {40, 160, "inspect-160x40"}, {60, 200, "inspect-200x60"}, {8, 40, "inspect-40x8"}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        scene(sizes[i].rows, sizes[i].cols);
        frame_check(&st->ui.canvas, sizes[i].name);
    }
}

/* The values that take the most columns, on every width: none is cut, wrapped or moved. */
TEST(test_the_longest_values_have_room)
{
    static const uint8_t lowest[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xef, 0xff};
    static const uint8_t least[8] = {0, 0, 0, 0, 0, 0, 0, 0x80};
    static const int sizes[][2] = {{24, 59}, {24, 80}, {30, 100}, {30, 120}, {40, 160}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        scene(sizes[i][0], sizes[i][1]);
        stage_put(st, 0x10, lowest, sizeof lowest);
        st->ui.now += 100000000; /* readings come 15 times a second */
        stage_draw(st);
        ck_assert_int_gt(frame_find(&st->ui.canvas, "-1.7976931348623157e+308"), 0);
        stage_put(st, 0x10, least, sizeof least);
        st->ui.now += 100000000;
        stage_draw(st);
        int row = frame_find(&st->ui.canvas, " -9223372036854775808");
        ck_assert_int_gt(row, 0);
        memset(st->bytes + 0x10, 0, 8);
        st->ui.now += 100000000;
        stage_draw(st);
        ck_assert_int_eq(frame_find(&st->ui.canvas, " -9223372036854775808"), -1);
        ck_assert_int_eq(st->ui.inspect->at.panel_top + st->ui.inspect->at.panel_rows,
                         sizes[i][0] - 2);
    }
}

/* Wherever the digits are, the labels and the columns of the numbers stand still. */
TEST(test_nothing_moves_as_values_change)
{
    char labels[2][2048];
    static const int sizes[][2] = {{24, 59}, {24, 80}, {30, 120}, {40, 160}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int pass = 0; pass < 2; pass++) {
            scene(sizes[i][0], sizes[i][1]);
            memset(st->bytes + 0x10, pass == 0 ? 0 : 0xfe, 16);
            st->changed[0x10] = st->ui.now - (pass == 0 ? 4000000 : SECOND);
            stage_draw(st);
            const struct canvas *c = &st->ui.canvas;
            size_t n = 0;
            int top = st->ui.inspect->at.panel_top, from = st->ui.inspect->at.panel;
            for (int r = top; r < top + st->ui.inspect->at.panel_rows; r++)
                for (int col = from; col < c->cols && n + 3 < sizeof labels[0]; col++)
                    if (c->cells[r * c->cols + col].style == STYLE_LABEL)
                        n +=
                            (size_t)snprintf(labels[pass] + n, sizeof labels[0] - n, "%c",
                                             (char)((int)c->cells[r * c->cols + col].cp + col % 7));
            if (pass == 1)
                ck_assert_str_eq(labels[0], labels[1]);
        }
}

TEST(test_the_other_order_is_below_or_beside)
{
    scene(30, 120);
    ck_assert_int_gt(frame_find(&st->ui.canvas, " be u    79     20346    1333395712 "), 0);
    st->ui.who_panel = true; /* who has less room then: nothing of the table is lost */
    stage_draw(st);
    ck_assert_int_gt(frame_find(&st->ui.canvas, " be u    79     20346    1333395712 "), 0);
    ui_run(&st->ui, "order big");
    stage_draw(st);
    ck_assert_int_gt(frame_find(&st->ui.canvas, " be u    79     20346    1333395712 "), 0);
}

TEST(test_rows_are_as_wide_as_the_screen)
{
    static const struct {
        int cols;
        unsigned width;
        bool side;
    } rows[] = {{40, 4, false},   {59, 8, false},  {80, 16, false}, {120, 16, false},
                {150, 16, false}, {151, 16, true}, {175, 16, true}, {179, 32, false},
                {200, 32, false}, {233, 32, true}, {360, 64, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        scene(40, rows[i].cols);
        ck_assert_uint_eq(st->ui.inspect->at.width, rows[i].width);
        ck_assert_int_eq(st->ui.inspect->at.panel_side, rows[i].side);
    }
    scene(40, 160); /* a width that was asked for goes before the second text column */
    ui_run(&st->ui, "set width 32");
    ck_assert_str_eq(st->ui.status, "width is 32");
    stage_draw(st);
    ck_assert_uint_eq(st->ui.inspect->at.width, 32);
    ck_assert_int_eq(st->ui.inspect->at.texts, 1);
    scene(40, 120);
    ui_run(&st->ui, "set width 32");
    ck_assert_str_eq(st->ui.status, "width is 32; 16 bytes fit on this screen");
    ui_run(&st->ui, "set width auto");
    ck_assert_str_eq(st->ui.status, "width is auto; 16 bytes fit on this screen");
    scene(40, 80);
    ui_run(&st->ui, "set width 7");
    ck_assert_str_eq(st->ui.status, "width is 7");
}

/* ---- the ruler ---- */

static enum style ruler_style(int col)
{
    return (enum style)st->ui.canvas.cells[(STAGE_TOP - 1) * st->ui.canvas.cols + col].style;
}

TEST(test_the_ruler_names_columns_and_lights_the_cursors)
{
    scene(24, 100);
    stage_at(st, 0x1a);
    ck_assert_str_eq(stage_text(st, STAGE_TOP - 1, 0, 35), "hex        0  1  2  3  4  5  6  7  ");
    for (int byte = 0; byte < 16; byte++) {
        int col = 10 + 3 * byte + (byte >= 8) + 1;
        ck_assert_int_eq(ruler_style(col), byte == 10 ? STYLE_CURSOR2 : STYLE_LABEL);
    }
    stage_key(st, KEY_TAB_, 0);
    stage_type(st, "T");
    stage_draw(st);
    const struct inspect_layout *at = &st->ui.inspect->at;
    ck_assert_str_eq(stage_text(st, at->ruler, at->text[0], at->text[0] + 5), "utf8 ");
    ck_assert_str_eq(stage_text(st, at->ruler, at->text[1], at->text[1] + 11), "utf16le +1 ");
    ck_assert_int_eq(ruler_style(at->text[0]), STYLE_HEADER); /* the column the cursor is in */
    ck_assert_int_eq(ruler_style(at->text[1]), STYLE_LABEL);
    ui_run(&st->ui, "view u64le");
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, at->ruler, 0, 7), "u64le  ");
    ck_assert_str_eq(stage_text(st, at->ruler, at->cells_end - 2, at->cells_end), "+8");
    ck_assert_int_eq(ruler_style(at->cells_end - 1), STYLE_CURSOR2);
}

TEST(test_the_ruler_can_be_off)
{
    scene(24, 80);
    unsigned rows = st->ui.s.rows;
    ui_run(&st->ui, "set ruler off");
    stage_draw(st);
    ck_assert_uint_eq(st->ui.s.rows, rows + 1);
    ck_assert_str_eq(stage_text(st, 1, 0, 14), "00000000  52 4");
    ck_assert_int_eq(st->ui.inspect->at.top, 1);
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
    ck_assert_str_eq(stage_text(st, STAGE_TOP, 0, 14), "00000000  00  ");
    ck_assert_str_eq(stage_text(st, STAGE_TOP + 1, 0, 10), stage_text(st, STAGE_TOP + 4, 0, 10));
}

TEST(test_odd_end_is_shown_as_bytes)
{
    st = stage_new(24, 80, 7);
    stage_put(st, 0, "\1\0\0\0\xde\xad\xbe", 7);
    action(act_view, "u32le");
    stage_draw(st);
    ck_assert_str_eq(stage_text(st, STAGE_TOP, 10, 31), "         1     deadbe");
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
    ck_assert_uint_eq(st->ui.s.set.width, 0);
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

TEST(test_users_in_title_and_panel)
{
    struct seg_mapper mappers[] = {{.pid = 100, .comm = "wri\x1bter", .write = true, .read = true},
                                   {.pid = 100, .comm = "wri\x1bter", .read = true},
                                   {.pid = 101, .comm = "reader", .read = true, .length = 4096}};
    struct seg_holder holders[] = {{.pid = 102, .comm = "holder", .fd = 7}};
    scene(24, 100);
    struct segment_list *w = &st->ui.s.walk;
    w->id = st->ui.s.id;
    w->survey.extra =
        (struct seg_who){.mappers = mappers,
                         .mappers_count = 3,
                         .holders = holders,
                         .holders_count = 1,
                         .unreadable = 2,
                         .unread = {.count = 1, .row = {{.pid = 1, .comm = "in\x1bit"}}}};
    st->ui.who_panel = true;
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "1 rw 1 r 1 fd"), 0);
    static const char *const rows[][2] = {
        {"\u2500\u2500 used by 3 processes (2 could not be read)", ""},
        {"    PID NAME             USER      MAY       OFFSET       SIZE  AT", ""},
        {"100 wri\\x1bter ", " rw           0x0        0 B  0x0"},
        {"100 wri\\x1bter ", " r            0x0        0 B  0x0"},
        {"101 reader ", " r            0x0      4 KiB  0x0"},
        {"102 holder ", " fd                           fd 7"},
        {"  could not be read: 1 in\\x1bit: it does not answer; and 1 more", ""}};
    int first = frame_find(&st->ui.canvas, rows[0][0]);
    for (int i = 0; i < 7; i++) { /* between them: what this system calls the user */
        char text[600];
        canvas_row_text(&st->ui.canvas, first + i, text, sizeof text);
        const char *found = strstr(text, rows[i][0]);
        ck_assert_msg(found != NULL && strstr(found, rows[i][1]) != NULL, "%s", text);
    }
    w->survey.extra = (struct seg_who){0};
}

/* Who looks at its users wants to see the others. */
TEST(ourselves_are_the_last_of_the_users)
{
    struct seg_mapper mappers[] = {{.pid = os_pid(), .comm = "shmlens", .read = true},
                                   {.pid = UINT32_MAX, .comm = "writer", .write = true}};
    struct seg_holder holders[] = {{.pid = UINT32_MAX - 1, .comm = "holder", .fd = 7}};
    scene(24, 100);
    struct segment_list *w = &st->ui.s.walk;
    w->id = st->ui.s.id;
    w->survey.extra = (struct seg_who){
        .mappers = mappers, .mappers_count = 2, .holders = holders, .holders_count = 1};
    st->ui.who_panel = true;
    stage_draw(st);
    int first = frame_find(&st->ui.canvas, " writer ");
    ck_assert_int_ge(first, 0);
    ck_assert_int_eq(frame_find(&st->ui.canvas, " holder "), first + 1);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "(this one)"), first + 2);
    stage_act(st, act_panel, "enter");
    stage_act(st, act_panel, "end");
    stage_act(st, act_panel, "go"); /* to what this row maps */
    ck_assert_ptr_nonnull(strstr(st->ui.status, "maps "));
    w->survey.extra = (struct seg_who){0};
}

TEST(test_paused_ages_stand_still)
{
    scene(24, 80);
    st->ui.s.paused = true;
    st->ui.now += (int64_t)60 * SECOND;
    ui_draw(&st->ui);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "changed 100 ms ago"), 0);
    ck_assert_int_ge(frame_find(&st->ui.canvas, "PAUSED"), 0);
    ck_assert_int_eq(st->ui.canvas.cells[(STAGE_TOP + 1) * 80 + 16].style, STYLE_FRESH);
}

/* Nothing is called live that no sample has shown for a while. */
TEST(test_live_while_samples_come)
{
    scene(24, 80);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "LIVE"), 0);
    st->ui.s.waits = (int64_t)3 * SECOND;
    ui_draw(&st->ui);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "WAITING 3 s"), 0);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "LIVE"), -1);
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

/* All matches on the screen, also those that begin above it; not what is unknown. */
TEST(test_every_match_on_the_screen_is_lit)
{
    scene(24, 80);
    st->answer_found = true;
    st->answer_offset = 0x10;
    st->answer_length = 1;
    stage_type(st, "/i:O");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    stage_draw(st);
    frame_check(&st->ui.canvas, "inspect-found");
    stage_put(st, 0x10, "Ooo", 3);
    stage_put(st, 0xd4, "o", 1); /* not known to the screen */
    stage_draw(st);
    static const uint8_t expected[][2] = {{0x10, MARK_MATCH}, {0x11, MARK_FOUND},
                                          {0x12, MARK_FOUND}, {0x13, MARK_FRESH},
                                          {0x24, MARK_FOUND}, {0xd4, MARK_NONE}};
    const struct inspect_reasons r = inspect_reasons_of(&st->ui);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        ck_assert_msg(inspect_mark_of(&r, &st->ui.s.sample, expected[i][0], expected[i][0]) ==
                          expected[i][1],
                      "%02x", expected[i][0]);
    stage_key(st, KEY_ESC_, 0);
    stage_draw(st);
    ck_assert_ptr_null(inspect_reasons_of(&st->ui).found);
}

/* What is lit belongs to one pattern, and what cannot be lit is said. */
TEST(test_lit_places_are_of_one_pattern)
{
    scene(24, 80);
    st->answer_found = true;
    st->answer_offset = 0x10;
    st->answer_length = 1;
    stage_type(st, "/i:O");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_ptr_nonnull(inspect_reasons_of(&st->ui).found);
    stage_type(st, "/R");
    stage_key(st, KEY_ENTER_, 0); /* before it is found */
    ck_assert_ptr_null(inspect_reasons_of(&st->ui).found);
    stage_run(st);
    ck_assert_ptr_nonnull(inspect_reasons_of(&st->ui).found);
    st->answer_found = false;
    stage_type(st, "n");
    stage_run(st);
    ck_assert_ptr_null(inspect_reasons_of(&st->ui).found);
    st->answer_found = true;
    memset(st->bytes + 0x20, 'a', 0xb0);
    memset(st->state + 0x20, BYTE_DATA, 0xb0);
    stage_type(st, "/r:(a|aa)+[bc]");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    for (int i = 0; i < 8; i++)
        stage_draw(st);
    ck_assert_str_eq(st->ui.status,
                     "not all matches on the screen are lit: the expression takes too long");
}

/* The picture has our own store at once, before there is a new sample. */
TEST(test_what_we_store_is_searched_again)
{
    st = stage_small(true);
    st->answer_found = true;
    st->answer_offset = 0x11;
    st->answer_length = 1;
    stage_type(st, "/z");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    size_t i = sample_index(&st->ui.s.sample, 0x11);
    ck_assert_int_eq(inspect_reasons_of(&st->ui).found[i], 1);
    stage_type(st, "41");
    stage_run_one(st);
    ck_assert_int_eq(st->ui.s.sample.arrays->bytes[i], 0x41);
    ck_assert_int_eq(inspect_reasons_of(&st->ui).found[i], 0);
}

/* What colours and numbers mean now can be read in the title. */
TEST(test_modes_are_in_the_title)
{
    char clock[16], text[32];
    scene(24, 100);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "HEAT"), -1);
    st->ui.s.sample.has_base = false;
    memset(st->base, 0, sizeof st->base);
    stage_draw(st);
    ck_assert_ptr_null(strstr(stage_text(st, 0, 0, 100), "BASE"));
    st->answer_found = true;
    stage_type(st, "b");
    stage_run(st);
    st->base[0x22] = 1;
    stage_draw(st);
    os_clock_text(st->ui.wall, clock);
    (void)snprintf(text, sizeof text, "  BASE %.5s", clock);
    ck_assert_ptr_nonnull(strstr(stage_text(st, 0, 0, 100), text));
    stage_type(st, "H");
    ui_run(&st->ui, "view u64le");
    stage_draw(st);
    ck_assert_ptr_nonnull(strstr(stage_text(st, 0, 0, 100), "  HEAT  u64 le "));
    ui_run(&st->ui, "order big");
    ui_run(&st->ui, "order big"); /* it is that already */
    stage_draw(st);
    ck_assert_ptr_nonnull(strstr(stage_text(st, 0, 0, 100), "  HEAT  u64 be "));
}

TEST(test_a_range_is_in_the_title_and_goto_knows_it)
{
    scene(24, 100);
    st->ui.s.range_offset = 0x80;
    st->ui.s.range_length = 64;
    stage_draw(st);
    ck_assert_ptr_nonnull(strstr(stage_text(st, 0, 0, 100), "  range 0x80:64 of 64 KiB  "));
    ui_run(&st->ui, "goto 0x10");
    ck_assert_uint_eq(st->ui.s.cursor, 0x80);
    ck_assert_str_eq(st->ui.status, "0x10 is before the range; moved to its first byte");
    ui_run(&st->ui, "goto 0x1000");
    ck_assert_uint_eq(st->ui.s.cursor, 0xbf);
    ck_assert_str_eq(st->ui.status, "0x1000 is past the end of the range; moved to the last byte");
    ui_run(&st->ui, "goto 0x90");
    ck_assert_uint_eq(st->ui.s.cursor, 0x90);
}

SUITE_PART(title_tests, .tear_down = stage_tear_down,
           TESTS(test_title_shortens_the_name_in_the_middle, test_owner_in_the_title,
                 test_what_happens_is_said_at_once, test_notice_of_size_goes_by_itself_or_by_escape,
                 test_every_match_on_the_screen_is_lit, test_lit_places_are_of_one_pattern,
                 test_what_we_store_is_searched_again, test_modes_are_in_the_title,
                 test_a_range_is_in_the_title_and_goto_knows_it, test_users_in_title_and_panel,
                 ourselves_are_the_last_of_the_users, test_paused_ages_stand_still,
                 test_live_while_samples_come, test_next_frame_is_when_something_fades));

SUITE(test_ui_inspect, .tear_down = stage_tear_down, .next = &title_tests,
      TESTS(test_frames_of_each_size, test_the_longest_values_have_room,
            test_nothing_moves_as_values_change, test_the_other_order_is_below_or_beside,
            test_rows_are_as_wide_as_the_screen,
            test_the_ruler_names_columns_and_lights_the_cursors, test_the_ruler_can_be_off,
            test_frames_of_views, test_frame_of_editing, test_frame_of_a_selection_and_a_match,
            test_tiny_segments, test_odd_end_is_shown_as_bytes, test_large_offsets,
            test_numbers_do_not_shorten_rows_they_fit, test_every_size_draws));
