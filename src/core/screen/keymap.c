#include "core/screen/keymap.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 2048, COMMAND_MAX = 1024 };

/* A row of keys.def. */
struct preset {
    uint8_t mode;
    const char *key, *command, *note, *bar;
};

#define KEY(mode, key, command, note, bar) {mode, key, command, note, bar},
#define TWIN(mode, key, command)           {mode, key, command, NULL, NULL},
static const struct preset presets[] = {
#include "core/screen/keys.def"
};
#undef KEY
#undef TWIN

enum { PRESETS = sizeof presets / sizeof presets[0] };

struct row {
    struct binding binding; /* strings of presets, or of `own` */
    char *own;              /* the user's command, malloc'd; NULL: a default */
};

struct keymap {
    struct row *rows; /* in the order of the help: defaults, then the user's */
    size_t count;     /* rows in use */
    size_t capacity;  /* rows allocated, at most ROWS_MAX */
};

static const char *const mode_names[MODE_COUNT] = {"segments", "inspect", "who", "calls", "help"};

const char *key_mode_name(enum key_mode mode)
{
    return mode_names[mode];
}

bool key_mode_find(const char *name, enum key_mode *out)
{
    for (int i = 0; i < MODE_COUNT; i++)
        if (strcmp(name, mode_names[i]) == 0) {
            *out = (enum key_mode)i;
            return true;
        }
    return false;
}

/* A new last row, zeroed; NULL: no room. */
static struct row *append(struct keymap *m)
{
    if (m->count == m->capacity) {
        size_t capacity = m->capacity ? m->capacity * 2 : 256;
        if (capacity > ROWS_MAX)
            return NULL;
        struct row *rows = realloc(m->rows, capacity * sizeof *rows);
        if (!rows)
            return NULL;
        m->rows = rows;
        m->capacity = capacity;
    }
    m->rows[m->count] = (struct row){.own = NULL};
    return &m->rows[m->count++];
}

struct keymap *keymap_new(void)
{
    struct keymap *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    for (size_t i = 0; i < PRESETS; i++) {
        struct row *row = append(m);
        const struct preset *p = &presets[i];
        if (!row || !key_parse(p->key, &row->binding.key)) {
            keymap_free(m);
            return NULL;
        }
        row->binding.mode = p->mode;
        row->binding.command = p->command;
        row->binding.note = p->note;
        row->binding.bar = p->bar;
    }
    return m;
}

void keymap_free(struct keymap *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->count; i++)
        free(m->rows[i].own);
    free(m->rows);
    free(m);
}

static bool same_key(struct key a, struct key b)
{
    return a.code == b.code && a.mods == b.mods;
}

/* The row of a key; m->count: none. */
static size_t row_of(const struct keymap *m, enum key_mode mode, struct key key)
{
    size_t i = 0;
    while (i < m->count &&
           !(m->rows[i].binding.mode == mode && same_key(m->rows[i].binding.key, key)))
        i++;
    return i;
}

/* Takes row i out; a twin behind it takes over its words when it had any. */
static void drop(struct keymap *m, size_t i)
{
    struct binding gone = m->rows[i].binding;
    free(m->rows[i].own);
    m->count--;
    memmove(m->rows + i, m->rows + i + 1, (m->count - i) * sizeof *m->rows);
    if (gone.note && i < m->count && !m->rows[i].binding.note) {
        m->rows[i].binding.note = gone.note;
        m->rows[i].binding.bar = gone.bar;
    }
}

/* The note of a default with this command in this mode; NULL: none. */
static const char *note_of(enum key_mode mode, const char *command)
{
    for (size_t i = 0; i < PRESETS; i++)
        if (presets[i].mode == mode && presets[i].note && strcmp(presets[i].command, command) == 0)
            return presets[i].note;
    return NULL;
}

const char *keymap_bind(struct keymap *m, enum key_mode mode, const char *key, const char *command)
{
    struct key parsed;
    if ((unsigned)mode >= MODE_COUNT)
        return "no such screen";
    if (!key_parse(key, &parsed))
        return "no such key";
    command += strspn(command, " \t");
    size_t length = strlen(command);
    if (length >= COMMAND_MAX)
        return "the command is too long";
    char *own = NULL;
    if (length > 0) {
        if (!append(m))
            return "too many bindings";
        m->count--; /* there is room now; the old row goes first */
        own = malloc(length + 1);
        if (!own)
            return "out of memory";
        memcpy(own, command, length + 1);
    }
    size_t old = row_of(m, mode, parsed);
    if (old < m->count)
        drop(m, old);
    if (!own)
        return NULL;
    struct row *row = &m->rows[m->count++];
    const char *note = note_of(mode, own);
    *row = (struct row){.own = own};
    row->binding = (struct binding){
        .mode = (uint8_t)mode, .key = parsed, .command = own, .note = note ? note : own};
    return NULL;
}

const struct binding *keymap_find(const struct keymap *m, enum key_mode mode, struct key key)
{
    size_t i = row_of(m, mode, key);
    return i < m->count ? &m->rows[i].binding : NULL;
}

const struct binding *keymap_row(const struct keymap *m, size_t i)
{
    return i < m->count ? &m->rows[i].binding : NULL;
}
