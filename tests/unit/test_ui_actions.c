/* The actions of the inspect screen: going somewhere, finding, choosing a view, copying, the poke
 * prompts. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/os.h"
#include "cli/command.h"
#include "support/frames.h"
#include "support/remover.h"
#include "support/stage.h"
#include "support/suite.h"

static struct stage *st;

static void setup(void)
{
    st = stage_new(24, 80, STAGE_BYTES);
    stage_put(st, 0x10, "Oz\1\0", 4);
    stage_draw(st);
}

static void go(const char *where)
{
    stage_type(st, "g");
    stage_type(st, where);
    stage_key(st, KEY_ENTER_, 0);
    stage_draw(st);
}

TEST(test_goto)
{
    struct session *s = &st->ui.s;
    go("0x1000");
    ck_assert_uint_eq(s->cursor, 0x1000);
    ck_assert_uint_lt(s->top, 0x1000); /* with something of what is before it */
    go("+16");
    ck_assert_uint_eq(s->cursor, 0x1010);
    go("%50");
    ck_assert_uint_eq(s->cursor, STAGE_BYTES / 2);
    go("end-16");
    ck_assert_uint_eq(s->cursor, STAGE_BYTES - 16);
    go("1f"); /* as the column of offsets has it */
    ck_assert_uint_eq(s->cursor, 0x1f);
    go("80h");
    ck_assert_uint_eq(s->cursor, 0x80);
    go("10");
    ck_assert_uint_eq(s->cursor, 10);
    ck_assert_str_eq(st->ui.status, "0xa (10 is decimal; 0x10 or 10h is hex)");
    go("");
    ck_assert_uint_eq(s->cursor, 0);
}

/* The offsets on the screen are hexadecimal, and a number without 0x is not: that is said while it
 * is typed. */
TEST(test_goto_says_where)
{
    static const struct {
        const char *typed, *says;
    } rows[] = {
        {"80", "decimal: 80 = 0x50; for hex type 0x80 or 80h"},
        {"8", "8 = 0x8 (8)"}, /* the same in both */
        {"1f", "1f = 0x1f (31)"},
        {"80h", "80h = 0x80 (128)"},
        {"99999999", "decimal: 99999999 = 0x5f5e0ff, past the end; for hex"},
        {"x", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        stage_type(st, "g");
        stage_type(st, rows[i].typed);
        stage_draw(st);
        if (rows[i].says != NULL)
            ck_assert_int_ge(frame_find(&st->ui.canvas, rows[i].says), 1);
        else
            ck_assert_str_eq(st->ui.prompt.hint, "");
        stage_key(st, KEY_ESC_, 0);
    }
}

TEST(test_goto_wrong)
{
    go("0x10");
    go("12Q"); /* stays to be mended */
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_LINE);
    ck_assert_ptr_nonnull(strstr(st->ui.prompt.note, "`12Q` is not an offset"));
    stage_key(st, KEY_ESC_, 0);
    ck_assert_uint_eq(st->ui.s.cursor, 0x10);
    go("1G");
    ck_assert_int_eq(st->ui.status_style, STYLE_WARN);
    ck_assert_uint_eq(st->ui.s.cursor, STAGE_BYTES - 1);
}

TEST(test_marks)
{
    go("0x123");
    stage_type(st, "ma");
    go("0");
    stage_type(st, "'a");
    ck_assert_uint_eq(st->ui.s.cursor, 0x123);
    stage_type(st, "'1");
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
    go("0");
    go("'a");
    ck_assert_uint_eq(st->ui.s.cursor, 0x123);
}

/* What `:mark` names can be gone to by `'` as well, and none of its letters is a key. */
TEST(marks_of_any_name_are_gone_to)
{
    ui_run(&st->ui, "mark head 0x40");
    ui_run(&st->ui, "mark heap 0x80");
    ui_run(&st->ui, "mark a 0xc0");
    stage_type(st, "'hb");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_LINE);
    ck_assert_str_eq(st->ui.prompt.note, "marks: head, heap, a");
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_str_eq(st->ui.prompt.note, "no mark hb; there are head, heap, a");
    stage_key(st, KEY_BACKSPACE_, 0);
    stage_key(st, KEY_TAB_, 0);
    stage_type(st, "p");
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_uint_eq(st->ui.s.cursor, 0x80);
    stage_type(st, "'a");
    ck_assert_uint_eq(st->ui.s.cursor, 0xc0);
    ui_run(&st->ui, "mark h 0x100"); /* a longer name begins so */
    stage_type(st, "'h");
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_uint_eq(st->ui.s.cursor, 0x100);
}

TEST(test_find_and_again)
{
    st->answer_found = true;
    st->answer_offset = 0x2000;
    st->answer_length = 4;
    stage_type(st, "/x:de ad ?? ef");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_str_eq(st->last_pattern, "x:de ad ?? ef");
    ck_assert_int_eq(st->last_kind, FIND_FORWARD);
    ck_assert_uint_eq(st->last_from, 0);
    ck_assert_uint_eq(st->ui.s.cursor, 0x2000);
    ck_assert_uint_eq(st->ui.s.match_length, 4);
    stage_draw(st);
    st->answer_wrapped = true;
    stage_type(st, "n");
    stage_run(st);
    ck_assert_uint_eq(st->last_from, 0x2001);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "(wrapped to the start)"));
    stage_type(st, "N");
    stage_run(st);
    ck_assert_int_eq(st->last_kind, FIND_BACKWARD);
    ck_assert_uint_eq(st->last_from, 0x2000);
    st->answer_found = false;
    stage_type(st, "n");
    stage_run(st);
    ck_assert_ptr_nonnull(strstr(st->ui.status, "not found: x:de ad ?? ef"));
    stage_key(st, KEY_ESC_, 0);
    ck_assert_uint_eq(st->ui.s.match_length, 0);
}

static void find_says(const char *text)
{
    stage_type(st, "/a");
    stage_key(st, KEY_ENTER_, 0);
    stage_run(st);
    ck_assert_str_eq(st->ui.status, text);
}

TEST(test_matches_are_counted)
{
    st->answer_found = true;
    st->answer_offset = 0x2000;
    find_says("match at 0x2000"); /* nobody could count */
    st->answer_count = 33;
    find_says("match at 0x2000, of 33"); /* it went away meanwhile */
    st->answer_number = 2;
    find_says("match 2 of 33 at 0x2000");
    st->answer_count = COUNT_MOST;
    find_says("match 2 of 1000+ at 0x2000");
    st->answer_wrapped = true;
    find_says("match 2 of 1000+ at 0x2000 (wrapped to the start)");
    st->ui.s.sample.map.hot_time = INT64_MAX;
    find_says("match 2 of 1000+ at 0x2000 (wrapped to the start), counted while bytes changed");
}

/* A number that comes late changes nothing that was said or done since. */
TEST(test_a_late_count_is_silent)
{
    st->answer_found = true;
    st->answer_number = st->answer_count = 1;
    stage_type(st, "/a");
    stage_key(st, KEY_ENTER_, 0);
    stage_run_one(st);
    ck_assert_int_eq(st->jobs, 1);
    ck_assert(st->job[0]->aside);
    stage_type(st, "h");
    stage_run(st);
    ck_assert_str_eq(st->ui.status, "");
}

/* Above the `:` line: what its command takes, and what is there now. */
static const struct {
    const char *line, *above;
} usages[] = {
    {"pee", ""},
    {"peek ", "peek [PATH|OFFSET [LENGTH]]"},
    {"resize ", "resize SIZE, now 65536 (64 KiB)"},
    {"resize 1", "resize SIZE, now 65536 (64 KiB)"},
    {"chmod ", "chmod MODE, now 0640"},
    {"fill ", "fill OFFSET LENGTH BYTE; without a range: the 3 selected bytes"},
    {"diff ", "diff B"},
    {"ls ", "ls "},
    {"goto ", "goto [OFFSET]"},
    {"set width ", "width is auto or 1 to 256, now auto"},
    {"set width", "set [NAME VALUE|defaults]"},
    {"set nothing ", "set [NAME VALUE|defaults]"},
    {"nothing ", ""},
};

TEST_LOOP(test_the_line_says_what_it_takes, SUITE_ROWS(usages))
{
    stage_key(st, KEY_RIGHT_, KEY_SHIFT);
    stage_key(st, KEY_RIGHT_, KEY_SHIFT);
    stage_type(st, ":");
    stage_type(st, usages[_i].line);
    ck_assert_str_eq(st->ui.prompt.hint, usages[_i].above);
    stage_key(st, KEY_ESC_, 0);
    ui_run(&st->ui, "prompt command resize");
    ck_assert_str_eq(st->ui.prompt.hint, "resize SIZE, now 65536 (64 KiB)");
}

/* Who does not want to wait for the search is not held by its question. */
TEST(test_replace_is_left_while_it_looks)
{
    struct ui *ui = &st->ui;
    ui->s.edit = true;
    stage_type(st, "%one");
    stage_key(st, KEY_ENTER_, 0);
    stage_type(st, "two");
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_int_eq(ui->prompt.kind, PROMPT_KEY);
    stage_type(st, "y"); /* an answer to what will be asked */
    ck_assert_int_eq(ui->prompt.kind, PROMPT_KEY);
    stage_key(st, KEY_ESC_, 0);
    ck_assert_int_eq(ui->prompt.kind, PROMPT_KEY); /* it is asked to stop */
    stage_key(st, KEY_ESC_, 0);
    ck_assert_int_eq(ui->prompt.kind, PROMPT_NONE);
    ck_assert_str_eq(ui->status, "stopped: nothing replaced");
}

/* Messages name the keys that are bound, and without one the command; `%` is no format there. */
TEST(test_messages_name_the_keys_that_are_bound)
{
    struct ui *ui = &st->ui;
    char text[96];
    stage_type(st, "t");
    ck_assert_ptr_nonnull(strstr(ui->status, "F2: for all); t shows it"));
    ui_run(ui, "bind inspect t");
    ui_run(ui, "inspector");
    ui_run(ui, "inspector");
    ck_assert_ptr_nonnull(strstr(ui->status, "; :inspector shows it"));
    ui_run(ui, "bind inspect % inspector");
    ui_run(ui, "inspector");
    ui_run(ui, "inspector");
    ck_assert_ptr_nonnull(strstr(ui->status, "; % shows it"));
    ck_assert_str_eq(ui_hint(ui, "{inspector} shows it", text, sizeof text), "% shows it");
    ui_say(ui, STYLE_TEXT, "%s or {inspector}", text);
    ck_assert_str_eq(ui->status, "% shows it or %");
    ck_assert_str_eq(ui_hint(ui, "{strip} and {panel next}", text, sizeof text),
                     "z and :panel next");
    ck_assert_str_eq(ui_hint(ui, "{x {strip", text, sizeof text), "{x {strip");
    ck_assert_str_eq(ui_hint(ui, "ab{strip}", text, 5), "abz");
    ui_say(ui, STYLE_TEXT, "%s", "{strip}"); /* what is not the program's own stays */
    ck_assert_str_eq(ui->status, "{strip}");
    ui->s.edit = true;
    ui->s.focus = FOCUS_TEXT; /* there characters are typed */
    ck_assert_str_eq(ui_hint(ui, "{edit} {goto} {prompt poke}", text, sizeof text),
                     "F4 F5 :prompt poke");
}

TEST(test_find_next_without_a_pattern)
{
    stage_type(st, "n");
    ck_assert_int_eq(st->jobs, 0);
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
}

TEST(test_changes_and_data)
{
    st->answer_found = true;
    st->answer_offset = 0x800;
    stage_type(st, "c");
    stage_run(st);
    ck_assert_int_eq(st->last_kind, FIND_CHANGE_NEXT);
    ck_assert_uint_eq(st->ui.s.cursor, 0x800);
    stage_type(st, "C()");
    stage_run(st);
    ck_assert_int_eq(st->last_kind, FIND_DATA_NEXT);
    st->answer_found = false;
    stage_type(st, "(");
    stage_run(st);
    ck_assert_int_eq(st->last_kind, FIND_DATA_PREV);
    ck_assert_str_eq(st->ui.status, "no more data before here");
}

TEST(test_baseline_toggles)
{
    st->answer_found = true;
    st->answer_offset = STAGE_BYTES;
    stage_type(st, "b");
    stage_run(st);
    ck_assert_int_eq(st->baselines, 1);
    ck_assert_str_eq(st->ui.status, "baseline: all 64 KiB; what differs from now on is marked");
}

/* v goes through all views of one byte order and comes back; V is its inverse. */
TEST(test_views_cycle)
{
    const struct view *seen[64];
    int n = 0;
    do {
        seen[n++] = st->ui.s.set.view;
        stage_type(st, "v");
        const struct view *v = st->ui.s.set.view;
        ck_assert(view_swapped(v) == v || !v->big);
    } while (st->ui.s.set.view != seen[0] && n < 64);
    ck_assert_int_eq(n, 21);
    for (int i = n - 1; i >= 0; i--) {
        stage_type(st, "V");
        ck_assert_ptr_eq(st->ui.s.set.view, seen[i]);
    }
}

TEST(test_byte_order)
{
    stage_type(st, "e");
    ck_assert(st->ui.s.set.big);
    ck_assert_str_eq(st->ui.s.set.view->name, "hex");
    stage_type(st, "vvv");
    ck_assert_str_eq(st->ui.s.set.view->name, "u16be");
    stage_type(st, "e");
    ck_assert_str_eq(st->ui.s.set.view->name, "u16le");
    ck_assert(!st->ui.s.set.big);
}

TEST(test_encoding_phase_inspector)
{
    enum text_encoding enc = st->ui.s.set.enc;
    for (int i = 0; i < TEXT_ENCODINGS; i++)
        stage_type(st, "E");
    ck_assert_int_eq(st->ui.s.set.enc, enc);
    stage_type(st, "T");
    ck_assert(st->ui.s.phase);
    unsigned rows = st->ui.s.rows;
    stage_type(st, "t");
    stage_draw(st);
    ck_assert_uint_eq(st->ui.s.rows, rows + 5);
}

TEST(test_rate)
{
    stage_type(st, "+");
    ck_assert_double_eq(st->ui.s.set.hz, 500);
    stage_type(st, "+++");
    ck_assert_double_eq(st->ui.s.set.hz, 1000);
    for (int i = 0; i < 12; i++)
        stage_type(st, "-");
    ck_assert_double_eq(st->ui.s.set.hz, 1);
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "LIVE"), 0);
}

static int access_column(void)
{
    ui_draw(&st->ui);
    const char *row = stage_text(st, 0, 0, 80), *at = strstr(row, "READ-ONLY");
    ck_assert_ptr_nonnull(at);
    return canvas_width(row) - canvas_width(at);
}

/* What follows in the title stays where it is while a value gets longer or shorter. */
TEST(test_the_title_does_not_jump)
{
    stage_draw(st);
    int at = access_column();
    static const double rates[] = {250, 97, 9.7, 1.25};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        st->ui.s.sample.hz = rates[i];
        ck_assert_int_eq(access_column(), at);
    }
    st->ui.s.paused = true;
    ck_assert_int_eq(access_column(), at);
    st->ui.s.paused = false;
    for (uint64_t top = 0; top < STAGE_BYTES / 2; top += STAGE_BYTES / 40) { /* 3%, 12% */
        session_move_to(&st->ui.s, top, false);
        ck_assert_int_eq(access_column(), at);
    }
}

TEST(test_pause)
{
    stage_type(st, " ");
    ck_assert(st->ui.s.paused);
    stage_draw(st);
    ck_assert_int_eq(frame_find(&st->ui.canvas, "PAUSED"), 0);
    stage_type(st, " ");
    ck_assert(!st->ui.s.paused);
}

/* ---- the poke prompts ---- */

/* The line that waits for the answer to `read-only: turn editing on?`. */
static const char *poked(const char *key, const char *text)
{
    stage_type(st, key);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
    stage_type(st, text);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_LINE);
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_CONFIRM);
    stage_type(st, "n");
    return st->ui.pending;
}

TEST(test_poke_prompt)
{
    go("0x10");
    ck_assert_str_eq(poked("p", "42"), "poke --as hex -- 0x10 42");
    ck_assert_str_eq(poked("p", "u32le 42"), "poke --as u32le -- 0x10 42");
    ck_assert_str_eq(poked("p", "de ad be ef"), "poke --as hex -- 0x10 de ad be ef");
    ck_assert_str_eq(poked("p", "utf8 it's \"so\""),
                     "poke --as utf8 -- 0x10 \"it's \"'\"'\"so\"'\"'\"\"");
    ck_assert_str_eq(poked("P", "i32le 96847 -5"), "poke --as i32le --expect \"96847\" -- 0x10 -5");
}

/* p and P ask before anything is typed; the answer opens the prompt. */
TEST(test_poke_prompt_asks_first)
{
    static const char *const keys[] = {"p", "P"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        stage_type(st, keys[i]);
        ck_assert_str_eq(st->ui.prompt.label, "read-only: turn editing on? [y/N]");
        stage_type(st, "n");
        ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
        stage_type(st, keys[i]);
        stage_key(st, KEY_ENTER_, 0);
        ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
        ck_assert_int_eq(st->jobs, 0);
    }
    stage_type(st, "py");
    ck_assert_int_eq(st->jobs, 1); /* the access */
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_LINE);
    ck_assert_str_eq(st->ui.prompt.edit.text, "");
}

TEST(test_quoted_text_comes_out_as_it_went_in)
{
    char line[512], *words[COMMAND_WORDS];
    const char *why = NULL;
    (void)snprintf(line, sizeof line, "%s", poked("p", "utf8 it's \"so\"  ok"));
    ck_assert_int_eq(command_words(line, words, &why), 6);
    ck_assert_str_eq(words[5], "it's \"so\"  ok");
}

TEST(test_cas_prompt_takes_two)
{
    stage_type(st, "P42");
    stage_key(st, KEY_ENTER_, 0);
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
}

/* ---- copying ---- */

static char state_dir[64];

/* What the file of the last copy holds; free it. */
static char *copied(const char *letter)
{
    char path[4096], *text = NULL;
    size_t n = 0;
    stage_type(st, "y");
    ck_assert_int_eq(st->ui.prompt.kind, PROMPT_MENU);
    stage_type(st, letter);
    stage_run(st);
    ck_assert(os_state_path("copy", path, sizeof path));
    ck_assert_ptr_nonnull(strstr(st->ui.status, path));
    struct oserr e = os_read_file(path, 1024 * 1024, &text, &n);
    ck_assert(!oserr_is(e));
    return text;
}

/* Of the bytes 4f 7a 01 at 0x10. */
static const struct {
    const char *letter, *text;
} copies[] = {
    {"v", "4f 7a 01"},
    {"o", "0x10"},
    {"d", "00000010  4f 7a 01                                          |Oz.|\n"},
    {"b", "T3oB"},
    {"p", "# offset 0x10\ndata = bytes([\n    0x4f, 0x7a, 0x01,\n])\n"},
    {"r", "// offset 0x10\nconst BYTES: [u8; 3] = [\n    0x4f, 0x7a, 0x01,\n];\n"},
};

TEST(test_copy)
{
    (void)snprintf(state_dir, sizeof state_dir, "/tmp/shmlens-copy-%ld", (long)getpid());
    remover_path(state_dir);
    ck_assert_int_eq(setenv("XDG_STATE_HOME", state_dir, 1), 0);
    go("0x10");
    session_move_to(&st->ui.s, 0x12, true);
    char *text = copied("h");
    ck_assert_str_eq(text, "4f 7a 01");
    free(text);
    text = copied("t");
    ck_assert_str_eq(text, "Oz\\x01");
    free(text);
    text = copied("c");
    ck_assert_str_eq(text, "/* offset 0x10 */\nstatic const unsigned char bytes[3] = {\n"
                           "    0x4f, 0x7a, 0x01,\n};\n");
    free(text);
    for (size_t i = 0; i < COUNT(copies); i++) {
        text = copied(copies[i].letter);
        ck_assert_msg(strcmp(text, copies[i].text) == 0, "%s: %s", copies[i].letter, text);
        free(text);
    }
    char path[4096];
    ck_assert(os_state_path("copy", path, sizeof path));
    (void)unlink(path);
    path[strlen(path) - strlen("/copy")] = '\0';
    (void)rmdir(path);
    (void)rmdir(state_dir);
}

TEST(test_copy_has_a_limit)
{
    st->size = (uint64_t)8 << 20;
    stage_draw(st);
    session_move_to(&st->ui.s, 0, false);
    session_move_to(&st->ui.s, (uint64_t)2 << 20, true);
    stage_type(st, "yh");
    ck_assert_int_eq(st->jobs, 0);
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
}

TEST(test_nothing_attached)
{
    st->ui.s.locator[0] = '\0';
    stage_type(st, "cbn)R");
    ck_assert_int_eq(st->jobs, 0);
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
}

/* `back 5s` must not go back, let alone quit. */
TEST(words_that_an_action_does_not_take_are_refused)
{
    size_t count = 0, tried = 0;
    const struct action *all = action_table(&count);
    for (size_t i = 0; i < count; i++) {
        char line[64], says[64];
        if (all[i].args[0] != '\0' || command_find(all[i].name) != NULL)
            continue;
        (void)snprintf(line, sizeof line, "%s 5s", all[i].name);
        (void)snprintf(says, sizeof says, "%s: too many arguments", all[i].name);
        struct settings before = st->ui.s.set;
        ui_run(&st->ui, line);
        ck_assert_str_eq(st->ui.status, says);
        ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
        ck_assert(!st->ui.quit && st->ui.depth == 1 && st->jobs == 0);
        ck_assert_int_eq(st->ui.prompt.kind, PROMPT_NONE);
        ck_assert_mem_eq(&before, &st->ui.s.set, sizeof before);
        tried++;
    }
    ck_assert_uint_ge(tried, 30);
}

/* No key runs a line that would be refused for that. */
TEST(keys_give_actions_only_what_they_take)
{
    const struct binding *b;
    for (size_t i = 0; (b = keymap_row(st->ui.keys, i)) != NULL; i++) {
        char word[32];
        const char *rest = action_word(b->command, word, sizeof word);
        const struct action *a = command_find(word) == NULL ? action_find(word) : NULL;
        ck_assert_msg(a == NULL || rest[0] == '\0' || a->args[0] != '\0', "%s", b->command);
    }
}

SUITE(test_ui_actions, .set_up = setup, .tear_down = stage_tear_down,
      TESTS(test_goto, test_goto_says_where, test_goto_wrong, test_marks,
            marks_of_any_name_are_gone_to, test_find_and_again, test_matches_are_counted,
            test_the_line_says_what_it_takes, test_a_late_count_is_silent,
            test_replace_is_left_while_it_looks, test_messages_name_the_keys_that_are_bound,
            test_find_next_without_a_pattern, test_changes_and_data, test_baseline_toggles,
            test_views_cycle, test_byte_order, test_encoding_phase_inspector, test_rate,
            test_the_title_does_not_jump, test_pause, test_poke_prompt, test_poke_prompt_asks_first,
            test_quoted_text_comes_out_as_it_went_in, test_cas_prompt_takes_two, test_copy,
            test_copy_has_a_limit, test_nothing_attached,
            words_that_an_action_does_not_take_are_refused, keys_give_actions_only_what_they_take));
