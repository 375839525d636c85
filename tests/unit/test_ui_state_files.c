/* Marks kept between runs: what cannot be read is not written over. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session/settings.h"
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
    keep_load_marks(&st->ui);
    st->ui.s.marks[0] = 0x40;
    st->ui.s.marks_set |= 1;
    keep_marks(&st->ui);
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

/* Two sessions on one segment: each writes only the marks that it set itself. */
TEST(marks_of_another_session_stay)
{
    write_marks("c 0x30 posix:/ring\n", 1);
    state_load(&st->ui);
    keep_load_marks(&st->ui);
    unlink(path);
    write_marks("b 0x10 posix:/ring\nc 0x31 posix:/ring\n", 1); /* by the other one, meanwhile */
    st->ui.s.marks[0] = 0x40;
    st->ui.s.marks_set |= 1;
    keep_marks(&st->ui);
    ck_assert(has_line("a 0x40 posix:/ring\n"));
    ck_assert(has_line("b 0x10 posix:/ring\n"));
    ck_assert(has_line("c 0x31 posix:/ring\n"));
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
    st->ui.s.marks[1] = 0x50;
    st->ui.s.marks_set |= 2;
    keep_marks(&st->ui);
    ck_assert_int_eq(size_of_marks(), -1);
    ck_assert_int_eq(unlink(own), 0);
    ck_assert_int_eq(rmdir(elsewhere), 0);
}

SUITE(test_ui_state_files, .set_up = set_up, .tear_down = tear_down,
      TESTS(marks_of_others_stay, what_cannot_be_read_is_left, marks_of_another_session_stay,
            nothing_is_written_where_another_user_could_lead));
