#include "ui/frame/state_files.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/locator.h"
#include "session/settings.h"

enum { PATH_LONGEST = 4096 };

struct keep {
    struct settings kept;    /* as stored in the options file */
    uint32_t kept_bits;      /* which of them are in the file */
    struct settings settled; /* in effect when the user could first change them */
    bool has_settled;
    uint64_t marks[MARKS]; /* as stored in the marks file for the attached locator */
    uint32_t marks_set;
    bool failed; /* writing failed and was reported */
};

/* Reads one of our files; *text NULL: there is none. False: it cannot be read, which is reported.
 */
static bool read_whole(struct ui *ui, const char *path, char **text, size_t *n)
{
    *text = NULL;
    *n = 0;
    struct oserr e = os_read_file(path, SETTINGS_FILE_MAX, text, n);
    bool fine = !oserr_is(e) || oserr_kind(e) == OSERR_K_MISSING;
    if (!fine)
        ui_say_error(ui, path, e);
    return fine;
}

/* The same, if it does not matter why there is nothing. */
static char *read_file(struct ui *ui, const char *path, size_t *n)
{
    char *text = NULL;
    return read_whole(ui, path, &text, n) ? text : NULL;
}

static void write_file(struct ui *ui, const char *path, const char *text, size_t n)
{
    struct oserr e = os_replace_file(path, text, n);
    if (oserr_is(e) && !ui->keep->failed) {
        ui->keep->failed = true;
        ui_say_error(ui, path, e);
    }
}

static void complain(struct ui *ui, const char *file, size_t bad, const char *why)
{
    if (bad == 1)
        ui_say(ui, STYLE_WARN, "%s: %s", file, why);
    else if (bad > 1)
        ui_say(ui, STYLE_WARN, "%s: %s (and %zu more)", file, why, bad - 1);
}

void state_load(struct ui *ui)
{
    char path[PATH_LONGEST], why[SETTINGS_WHY];
    size_t n = 0;
    ui->keep = calloc(1, sizeof *ui->keep);
    if (ui->keep == NULL)
        return;
    char *text = os_state_path("options", path, sizeof path) ? read_file(ui, path, &n) : NULL;
    char *config = NULL;
    size_t config_n = 0;
    if (os_config_path(path, sizeof path))
        config = read_file(ui, path, &config_n);
    if (config != NULL) {
        size_t bad = settings_read(&ui->s.set, ui->keys, config, config_n, NULL, why);
        complain(ui, "config", bad, why);
    }
    free(config);
    ui->keep->kept = ui->s.set;
    if (text != NULL) {
        size_t bad = settings_read(&ui->keep->kept, ui->keys, text, n, &ui->keep->kept_bits, why);
        complain(ui, "options", bad, why);
    }
    free(text);
    ui->s.set = ui->keep->kept;
}

void state_mark_user_changes(struct ui *ui)
{
    if (ui->keep == NULL)
        return;
    ui->keep->settled = ui->s.set;
    ui->keep->has_settled = true;
}

void keep_options(struct ui *ui)
{
    struct keep *k = ui->keep;
    char path[PATH_LONGEST], text[SETTINGS_PRINTED];
    if (k == NULL || !k->has_settled)
        return;
    uint32_t changed = settings_changed(&k->settled, &ui->s.set);
    if (changed == 0)
        return;
    char why[SETTINGS_WHY];
    size_t n = settings_print(&ui->s.set, changed, text);
    (void)settings_read(&k->kept, ui->keys, text, n, &k->kept_bits, why);
    n = settings_print(&k->kept, k->kept_bits, text);
    k->settled = ui->s.set;
    if (os_state_path("options", path, sizeof path))
        write_file(ui, path, text, n);
}

/* The attached locator as written in the file; false: too long to be stored. */
static bool shown_locator(const struct ui *ui, char *out, size_t cap)
{
    return ui->s.locator[0] != '\0' && locator_shown(ui->s.locator, out, cap) < cap;
}

static bool same_marks(const struct ui *ui)
{
    const struct keep *k = ui->keep;
    if (k->marks_set != ui->s.marks_set)
        return false;
    for (int i = 0; i < MARKS; i++)
        if ((k->marks_set >> i & 1) != 0 && k->marks[i] != ui->s.marks[i])
            return false;
    return true;
}

void keep_load_marks(struct ui *ui)
{
    char path[PATH_LONGEST], name[PATH_LONGEST];
    struct keep *k = ui->keep;
    size_t n = 0;
    if (k == NULL || !shown_locator(ui, name, sizeof name) ||
        !os_state_path("marks", path, sizeof path))
        return;
    char *text = read_file(ui, path, &n);
    k->marks_set = 0;
    if (text != NULL)
        marks_read(text, n, name, k->marks, &k->marks_set);
    free(text);
    memcpy(ui->s.marks, k->marks, sizeof k->marks);
    ui->s.marks_set = k->marks_set;
}

void keep_marks(struct ui *ui)
{
    char path[PATH_LONGEST], name[PATH_LONGEST];
    struct keep *k = ui->keep;
    size_t n = 0, length = 0;
    if (k == NULL || same_marks(ui) || !shown_locator(ui, name, sizeof name) ||
        !os_state_path("marks", path, sizeof path))
        return;
    char *text = NULL, *now = NULL;
    if (read_whole(ui, path, &text, &n)) /* otherwise the marks of other segments would be lost */
        now = marks_write(text, n, name, ui->s.marks, ui->s.marks_set, &length);
    if (now != NULL)
        write_file(ui, path, now, length);
    free(now);
    free(text);
    memcpy(k->marks, ui->s.marks, sizeof k->marks);
    k->marks_set = ui->s.marks_set;
}

void keep_free(struct ui *ui)
{
    if (ui->keep == NULL)
        return;
    keep_options(ui);
    keep_marks(ui);
    free(ui->keep);
    ui->keep = NULL;
}
