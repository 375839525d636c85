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

SUITE(test_ui_state_files, .set_up = set_up, .tear_down = tear_down,
      TESTS(marks_of_others_stay, what_cannot_be_read_is_left));
