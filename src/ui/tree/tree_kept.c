/* Types that were taken for a segment are kept for its locator: S shows them again the next time.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/frame/state_files.h"
#include "ui/tree/tree.h"

/* What is kept for the attached locator, read when that is a different one than before. */
static struct kept_types *kept_of(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    if (strcmp(st->kept_of, ui->s.locator) != 0) {
        memcpy(st->kept_of, ui->s.locator, sizeof st->kept_of);
        st->kept = (struct kept_types){.files = 0};
        keep_load_types(ui, &st->kept);
    }
    return &st->kept;
}

/* Relative paths mean something else in another folder. */
static bool absolute(const char *path)
{
    return path[0] == '/' || path[0] == '\\' || (path[0] != '\0' && path[1] == ':');
}

void tree_keep_files(struct ui *ui, const char *const *file, size_t n)
{
    struct kept_types *k = kept_of(ui);
    k->files = 0;
    for (size_t i = 0; i < n; i++)
        if (absolute(file[i]))
            (void)kept_add_file(k, file[i]);
    keep_types(ui, k);
}

void tree_keep_type(struct ui *ui, const struct type_spec *spec, uint64_t offset)
{
    struct kept_types *k = kept_of(ui);
    char text[KEPT_TYPE];
    char count[32] = "";
    if (ui->tree->recalling)
        return;
    if (spec->many && spec->count != 0)
        (void)snprintf(count, sizeof count, "[%" PRIu64 "]", spec->count);
    else if (spec->many)
        (void)snprintf(count, sizeof count, "[]");
    int n = snprintf(text, sizeof text, "%.200s%s@0x%" PRIx64, spec->name, count, offset);
    if (n > 0 && n < (int)sizeof text && strlen(spec->name) <= 200 && kept_add_type(k, text))
        keep_types(ui, k);
}

bool tree_recall(struct ui *ui)
{
    const struct kept_types *k = kept_of(ui);
    struct tree_state *st = ui->tree;
    const char *file[KEPT_FILES];
    if ((k->files == 0 && k->types == 0) || st->reading)
        return false;
    for (size_t i = 0; i < k->files; i++)
        file[i] = k->file[i];
    st->recalling = k->types > 0;
    st->recalled = 0;
    tree_read(ui, file, k->files);
    return true;
}

bool tree_recall_next(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    if (!st->recalling)
        return false;
    st->recalling = strcmp(st->kept_of, ui->s.locator) == 0 && st->recalled < st->kept.types;
    if (!st->recalling)
        return false;
    st->show = false; /* these are shown instead of what fits */
    tree_declare(ui, st->kept.type[st->recalled++]);
    return true;
}

void tree_forget_kept(struct ui *ui)
{
    struct kept_types *k = kept_of(ui);
    *k = (struct kept_types){.files = 0};
    keep_types(ui, k);
}
