/* Marks kept between runs: what cannot be read is not written over. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session/looks.h"
#include "session/settings.h"
#include "session/types_file.h"
#include "support/stage.h"
#include "support/suite.h"
#include "ui/frame/state_files.h"

static struct stage *st;
static char folder[64], own[80], path[96];

static void set_up(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/shmlens-keep-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(setenv("XDG_STATE_HOME", folder, 1), 0);
    ck_assert_int_eq(setenv("XDG_CONFIG_HOME", folder, 1), 0);
    (void)snprintf(own, sizeof own, "%s/shmlens", folder);
    (void)snprintf(path, sizeof path, "%s/marks", own);
    ck_assert_int_eq(mkdir(own, 0700), 0);
    st = stage_new(24, 80, 4096);
}

static void tear_down(void)
{
    stage_tear_down();
    (void)unlink(path);
    (void)rmdir(own);
    (void)rmdir(folder);
}

static void write_marks(const char *line, size_t size)
{
    FILE *f = fopen(path, "we");
    ck_assert_ptr_nonnull(f);
    for (size_t n = 0; n < size; n += strlen(line))
        ck_assert_int_ge(fputs(line, f), 0);
    ck_assert_int_eq(fclose(f), 0);
}

static off_t size_of_marks(void)
{
    struct stat info;
    return stat(path, &info) == 0 ? info.st_size : -1;
}

static void set_mark(void)
{
    state_load(&st->ui);
    keep_load_place(&st->ui);
    ck_assert(marks_set(&st->ui.s.marks, &(struct mark){.name = "a", .offset = 0x40}));
    keep_place(&st->ui);
}

TEST(marks_of_others_stay)
{
    static const char line[] = "b 0x10 posix:/other\n";
    write_marks(line, 1);
    set_mark();
    ck_assert_int_gt(size_of_marks(), (off_t)strlen(line));
}

TEST(what_cannot_be_read_is_left)
{
    write_marks("b 0x10 posix:/other\n", SETTINGS_FILE_MAX + 1);
    off_t size = size_of_marks();
    set_mark();
    ck_assert_int_eq(size_of_marks(), size);
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
}

static bool has_line(const char *line)
{
    char text[4096] = "";
    FILE *f = fopen(path, "re");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    return strstr(text, line) != NULL;
}

/* Two sessions on one segment: each writes only the marks that it set, moved or deleted itself. */
TEST(marks_of_another_session_stay)
{
    write_marks(
        "c 0x30 posix:/ring\nmark gone 0x8 u8 posix:/ring\nmark tail 0x80 u64le posix:/ring\n", 1);
    state_load(&st->ui);
    keep_load_place(&st->ui);
    ck_assert_uint_eq(st->ui.s.marks.count, 3);
    unlink(path);
    write_marks("b 0x10 posix:/ring\nc 0x31 posix:/ring\nmark gone 0x8 u8 posix:/ring\n"
                "mark theirs 0x50 - posix:/ring\n",
                1); /* by the other one, meanwhile, which deleted tail */
    stage_act(st, act_mark, "head 0x40 u64be");
    stage_act(st, act_mark, "a 0x44");
    stage_act(st, act_mark, "--delete gone");
    keep_place(&st->ui);
    ck_assert(has_line("a 0x44 posix:/ring\n"));
    ck_assert(has_line("b 0x10 posix:/ring\n"));
    ck_assert(has_line("c 0x31 posix:/ring\n"));
    ck_assert(has_line("mark head 0x40 u64be posix:/ring\n"));
    ck_assert(has_line("mark theirs 0x50 - posix:/ring\n"));
    ck_assert(!has_line("gone") && !has_line("tail"));
}

/* Two sessions read types for one segment and place them: what each took is kept, and of the old
 * files the one that the second did not read again is not. */
TEST(types_of_another_session_stay)
{
    char types[256];
    struct kept_types *kept = calloc(3, sizeof *kept);
    ck_assert_ptr_nonnull(kept);
    state_load(&st->ui);
    ck_assert(kept_add_file(&kept[0], "/old.h"));
    keep_types(&st->ui, &kept[0]);
    keep_free(&st->ui);
    state_load(&st->ui);
    keep_load_types(&st->ui, &kept[1]); /* the second session begins, */
    ck_assert_str_eq(kept[1].file[0], "/old.h");
    struct keep *second = st->ui.keep;
    st->ui.keep = NULL;
    state_load(&st->ui);
    keep_load_types(&st->ui, &kept[2]); /* and a third, which is faster */
    ck_assert(kept_add_file(&kept[2], "/theirs.h") && kept_add_type(&kept[2], "ring@0x0"));
    keep_types(&st->ui, &kept[2]);
    keep_free(&st->ui);
    st->ui.keep = second;
    kept[1].files = 0;
    ck_assert(kept_add_file(&kept[1], "/ours.h") && kept_add_type(&kept[1], "node@0x40"));
    keep_types(&st->ui, &kept[1]);
    kept[0] = (struct kept_types){.files = 0};
    keep_load_types(&st->ui, &kept[0]);
    ck_assert_uint_eq(kept[0].types, 2);
    ck_assert_uint_eq(kept[0].files, 2);
    ck_assert_str_eq(kept[0].file[0], "/theirs.h");
    ck_assert_str_eq(kept[0].file[1], "/ours.h");
    free(kept);
    ck_assert(os_state_path("types", types, sizeof types));
    ck_assert_int_eq(unlink(types), 0);
}

/* Opens another segment, or this one again, as far as the options go. */
static void open_as(const char *locator)
{
    keep_place(&st->ui);
    keep_options(&st->ui);
    (void)snprintf(st->ui.s.locator, sizeof st->ui.s.locator, "%s", locator);
    looks_apply(&st->ui.s, &(struct looks){.count = 0}); /* as session_attach does */
    keep_load_place(&st->ui);
}

static const char *view(void)
{
    return st->ui.s.set.view->name;
}

/* What keys do to the look of one segment is not done to another, nor to the options. */
TEST(looks_belong_to_the_segment)
{
    char why[SETTINGS_WHY];
    ck_assert_ptr_null(settings_set(&st->ui.s.set, "view", "hex", why));
    st->ui.s.prefer = st->ui.s.set;
    state_load(&st->ui);
    state_mark_user_changes(&st->ui);
    keep_load_place(&st->ui);
    stage_act(st, act_view, "u32le");
    stage_act(st, act_order, "");
    stage_act(st, act_inspector, "");
    stage_act(st, act_strip, "");
    stage_act(st, act_heat, "");
    stage_act(st, act_phase, "");
    open_as("posix:/other");
    ck_assert_str_eq(view(), "hex");
    const struct settings *set = &st->ui.s.set;
    ck_assert(!set->big && set->inspector && set->strip && !st->ui.s.heat && !st->ui.s.phase);
    stage_act(st, act_set, "view u8"); /* a preference: also of this one */
    ck_assert_str_eq(view(), "u8");
    open_as("posix:/third");
    ck_assert_str_eq(view(), "u8");
    open_as("posix:/ring");
    ck_assert_str_eq(view(), "u32be");
    ck_assert(set->big && !set->inspector && !set->strip && st->ui.s.heat && st->ui.s.phase);
    ck_assert(has_line("look view u32be posix:/ring\n"));
    ck_assert(!has_line("posix:/other") && !has_line("posix:/third"));
    stage_act(st, act_view, "u8"); /* as preferred: nothing to keep */
    keep_place(&st->ui);
    ck_assert(!has_line("look view"));
    ck_assert(has_line("look heat on posix:/ring\n"));
}

/* A demo begins as if none had been before, and leaves nothing to the next one. */
TEST(a_demo_begins_anew)
{
    char why[SETTINGS_WHY];
    ck_assert_ptr_null(settings_set(&st->ui.s.set, "view", "hex", why));
    st->ui.s.prefer = st->ui.s.set;
    write_marks("a 0x40 posix:/demo\nlook view f32le posix:/demo\n", 1);
    state_load(&st->ui);
    open_as("posix:/demo");
    ck_assert_str_eq(view(), "f32le");
    keep_demo(&st->ui);
    ck_assert_str_eq(view(), "hex");
    ck_assert_uint_eq(st->ui.s.marks.count, 0);
    stage_act(st, act_view, "u32le");
    open_as("posix:/other");
    ck_assert_str_eq(view(), "hex");
    open_as("posix:/demo"); /* while the program runs */
    ck_assert_str_eq(view(), "u32le");
    keep_place(&st->ui);
    ck_assert(has_line("look view f32le posix:/demo\n")); /* for who opens it by its name */
    ck_assert(!has_line("u32le"));
    keep_demo(&st->ui);
    ck_assert_str_eq(view(), "hex");
}

static void expect_options(const char *text)
{
    char *now = NULL, options[256];
    size_t n = 0;
    ck_assert(os_state_path("options", options, sizeof options));
    struct oserr e = os_read_file(options, 4096, &now, &n);
    ck_assert(!oserr_is(e));
    ck_assert_str_eq(now, text);
    free(now);
    ck_assert_int_eq(unlink(options), 0);
}

TEST(defaults_are_a_way_back)
{
    state_load(&st->ui);
    state_mark_user_changes(&st->ui);
    keep_load_place(&st->ui);
    stage_act(st, act_set, "hz 50");
    stage_act(st, act_set, "view u8");
    stage_act(st, act_hz, "10"); /* what keys do with the rate is of this segment, for now */
    ck_assert(st->ui.s.set.hz < 11);
    keep_options(&st->ui);
    expect_options("set hz 50\nset view u8\n");
    stage_act(st, act_set, "hz 20");
    stage_act(st, act_view, "f64");
    stage_act(st, act_set, "defaults");
    ck_assert_str_eq(view(), "hex");
    ck_assert(st->ui.s.set.hz > 249 && st->ui.s.prefer.hz > 249);
    keep_options(&st->ui);
    expect_options("");
    keep_place(&st->ui);
    ck_assert_int_eq(size_of_marks(), -1); /* nothing is kept */
}

/* Root with another user's HOME (sudo -E) writes nothing there, and says so. */
TEST(nothing_is_written_where_another_user_could_lead)
{
    if (geteuid() != 0)
        SKIP("only root can give a folder away");
    ck_assert_int_eq(chown(own, 65534, 65534), 0);
    set_mark();
    ck_assert_int_eq(size_of_marks(), -1);
    ck_assert_int_eq(st->ui.status_style, STYLE_ERROR);
    ck_assert_int_eq(chown(own, 0, 0), 0);
    char elsewhere[96];
    (void)snprintf(elsewhere, sizeof elsewhere, "%s-elsewhere", folder);
    ck_assert_int_eq(mkdir(elsewhere, 0700), 0);
    ck_assert_int_eq(rmdir(own), 0);
    ck_assert_int_eq(symlink(elsewhere, own), 0);
    ck_assert(marks_set(&st->ui.s.marks, &(struct mark){.name = "b", .offset = 0x50}));
    keep_place(&st->ui);
    ck_assert_int_eq(size_of_marks(), -1);
    ck_assert_int_eq(unlink(own), 0);
    ck_assert_int_eq(rmdir(elsewhere), 0);
}

SUITE(test_ui_state_files, .set_up = set_up, .tear_down = tear_down,
      TESTS(types_of_another_session_stay, marks_of_others_stay, what_cannot_be_read_is_left,
            marks_of_another_session_stay, looks_belong_to_the_segment, a_demo_begins_anew,
            defaults_are_a_way_back, nothing_is_written_where_another_user_could_lead));
