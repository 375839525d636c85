#include "lab/score.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/number.h"

enum { LINE_MOST = 128, PATH_ROOM = 4096 };

static const char *const names[] = {"", "skipped", "shown", "done"};

const char *score_how_name(enum score_how how)
{
    return names[how];
}

/* Cuts the first word off. */
static char *word(char **rest)
{
    char *w = *rest + strspn(*rest, " ");
    *rest = w + strcspn(w, " ");
    if (**rest != '\0')
        *(*rest)++ = '\0';
    return w;
}

/* False: not one of our lines. */
static bool parse_line(const char *text, size_t n, struct score_entry *out)
{
    char line[LINE_MOST], *rest = line;
    uint64_t step, when;
    if (n >= sizeof line || memchr(text, '\0', n) != NULL)
        return false;
    memcpy(line, text, n);
    line[n] = '\0';
    const char *lesson = word(&rest), *number = word(&rest), *how = word(&rest);
    if (!lesson_name(lesson) || number_u64(number, LESSON_STEPS, &step) != NUM_OK || step == 0 ||
        number_u64(word(&rest), INT64_MAX, &when) != NUM_OK)
        return false;
    const char *folder = word(&rest);
    *out = (struct score_entry){.step = (int)step - 1, .when = (int64_t)when};
    if (*rest != '\0' ||
        (*folder != '\0' && number_u64(folder, UINT64_MAX, &out->folder) != NUM_OK))
        return false;
    (void)snprintf(out->lesson, sizeof out->lesson, "%s", lesson);
    for (int i = SCORE_SKIPPED; i <= SCORE_DONE; i++)
        if (strcmp(how, names[i]) == 0)
            out->how = (enum score_how)i;
    return out->how != SCORE_NOT;
}

static size_t line_length(const char *text, size_t n)
{
    const char *end = memchr(text, '\n', n);
    return end != NULL ? (size_t)(end - text) : n;
}

static bool same(const struct score_entry *a, const struct score_entry *b)
{
    return a->step == b->step && a->folder == b->folder && strcmp(a->lesson, b->lesson) == 0;
}

void score_read(const char *text, size_t n, uint64_t folder, struct score *out)
{
    out->count = 0;
    for (size_t at = 0; at < n && out->count < SCORE_ENTRIES;) {
        struct score_entry *e = &out->entry[out->count];
        size_t length = line_length(text + at, n - at);
        out->count += parse_line(text + at, length, e) && e->folder == folder;
        at += length + 1;
    }
}

char *score_write(const char *text, size_t n, const struct score_entry *e, size_t *length)
{
    char *to = malloc(n + 2 * LINE_MOST);
    size_t out = 0;
    struct score_entry best = *e, is;
    if (to == NULL)
        return NULL;
    for (size_t at = 0; at < n;) {
        size_t line = line_length(text + at, n - at);
        if (parse_line(text + at, line, &is) && same(&is, e)) {
            best = is.how >= best.how ? is : best;
        } else if (line > 0) {
            memcpy(to + out, text + at, line);
            out += line;
            to[out++] = '\n';
        }
        at += line + 1;
    }
    out += (size_t)snprintf(to + out, LINE_MOST, "%s %d %s %" PRId64, best.lesson, best.step + 1,
                            names[best.how], best.when);
    if (best.folder != 0)
        out += (size_t)snprintf(to + out, LINE_MOST, " 0x%016" PRIx64, best.folder);
    to[out++] = '\n';
    to[out] = '\0';
    *length = out;
    return to;
}

const struct score_entry *score_find(const struct score *s, const char *lesson, int step)
{
    for (int i = 0; i < s->count; i++)
        if (s->entry[i].step == step && strcmp(s->entry[i].lesson, lesson) == 0)
            return &s->entry[i];
    return NULL;
}

int score_done(const struct score *s, const struct lesson *l, int64_t *last)
{
    int done = 0;
    *last = 0;
    for (int i = 0; i < l->steps; i++) {
        const struct score_entry *e = score_find(s, l->name, i);
        done += e != NULL;
        *last = e != NULL && e->when > *last ? e->when : *last;
    }
    return done;
}

/* ---- the file ---- */

uint64_t score_folder(const char *folder)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    char path[PATH_ROOM];
    if (folder == NULL)
        return 0;
    const char *from = os_full_path(folder, path, sizeof path) ? path : folder;
    for (; *from != '\0'; from++)
        hash = (hash ^ (uint8_t)*from) * UINT64_C(0x100000001b3);
    return hash != 0 ? hash : 1;
}

struct oserr score_load(uint64_t folder, struct score *out)
{
    char path[PATH_ROOM], *text = NULL;
    size_t n = 0;
    out->count = 0;
    if (!os_state_path("lab", path, sizeof path))
        return OSERR_NONE;
    struct oserr e = os_read_file(path, SCORE_FILE_MAX, &text, &n);
    if (!oserr_is(e))
        score_read(text, n, folder, out);
    free(text);
    return oserr_kind(e) == OSERR_K_MISSING ? OSERR_NONE : e;
}

static char *change(void *ctx, const char *old, size_t old_n, size_t *new_n)
{
    return score_write(old != NULL ? old : "", old != NULL ? old_n : 0, ctx, new_n);
}

struct oserr score_add(const struct score_entry *e)
{
    char path[PATH_ROOM];
    struct score_entry copy = *e;
    if (!os_state_path("lab", path, sizeof path))
        return OSERR_NONE;
    return os_update_file(path, SCORE_FILE_MAX, true, change, &copy);
}
