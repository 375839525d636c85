#include "core/screen/keymap.h"

#include "core/text.h"

#include <stdio.h>
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

struct key_row {
    struct binding binding; /* strings of the presets, or of `own` */
    char *own;              /* the user's command, malloc'd; NULL: a default */
};

struct keymap {
    struct key_row *rows; /* in the order of the help: defaults, then the user's */
    size_t count;         /* rows in use */
    size_t capacity;      /* rows allocated, at most ROWS_MAX */
};

/* The words that the screens use, and those of SPEC.md and older configurations, which are
 * understood as well. */
static const char *const mode_names[MODE_COUNT] = {"list",  "bytes", "fields", "users", "watch",
                                                   "calls", "help",  "lab",    "lesson"};
static const char *const mode_others[MODE_COUNT] = {"segments", "inspect", "tree", "who", "marks"};

static const char *const mode_titles[MODE_COUNT] = {
    "List of segments", "Bytes", "Fields",  "Users panel",           "Watch list",
    "OS calls",         "Help",  "The lab", "While a lesson is open"};

const char *key_mode_title(enum key_mode mode)
{
    return mode_titles[mode];
}

const char *key_mode_name(enum key_mode mode)
{
    return mode_names[mode];
}

bool key_mode_find(const char *name, enum key_mode *out)
{
    for (int i = 0; i < MODE_COUNT; i++)
        if (strcmp(name, mode_names[i]) == 0 ||
            (mode_others[i] != NULL && strcmp(name, mode_others[i]) == 0)) {
            *out = (enum key_mode)i;
            return true;
        }
    return false;
}

/* Appends a zeroed row; NULL: no room. */
static struct key_row *append(struct keymap *m)
{
    if (m->count == m->capacity) {
        size_t capacity = m->capacity ? m->capacity * 2 : 256;
        if (capacity > ROWS_MAX)
            return NULL;
        struct key_row *rows = realloc(m->rows, capacity * sizeof *rows);
        if (rows == NULL)
            return NULL;
        m->rows = rows;
        m->capacity = capacity;
    }
    m->rows[m->count] = (struct key_row){.own = NULL};
    return &m->rows[m->count++];
}

struct keymap *keymap_new(void)
{
    struct keymap *m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    for (size_t i = 0; i < PRESETS; i++) {
        struct key_row *row = append(m);
        const struct preset *p = &presets[i];
        if (row == NULL || !key_parse(p->key, &row->binding.key)) {
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
    if (m == NULL)
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

/* Removes row i; a twin after it inherits its note and word. */
static void drop(struct keymap *m, size_t i)
{
    struct binding gone = m->rows[i].binding;
    free(m->rows[i].own);
    m->count--;
    memmove(m->rows + i, m->rows + i + 1, (m->count - i) * sizeof *m->rows);
    if (gone.note != NULL && i < m->count && m->rows[i].binding.note == NULL) {
        m->rows[i].binding.note = gone.note;
        m->rows[i].binding.bar = gone.bar;
    }
}

/* The note of a default with this command in this mode; NULL: none. */
static const char *note_of(enum key_mode mode, const char *command)
{
    for (size_t i = 0; i < PRESETS; i++)
        if (presets[i].mode == mode && presets[i].note != NULL &&
            strcmp(presets[i].command, command) == 0)
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
        if (append(m) == NULL)
            return "too many bindings";
        m->count--; /* there is room now: remove the old row first */
        own = malloc(length + 1);
        if (own == NULL)
            return "out of memory";
        memcpy(own, command, length + 1);
    }
    size_t old = row_of(m, mode, parsed);
    if (old < m->count)
        drop(m, old);
    if (own == NULL)
        return NULL;
    struct key_row *row = &m->rows[m->count++];
    const char *note = note_of(mode, own);
    *row = (struct key_row){.own = own};
    row->binding = (struct binding){
        .mode = (uint8_t)mode, .key = parsed, .command = own, .note = note != NULL ? note : own};
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

/* Keys whose names have several letters. */
static const struct {
    const char *name;
    uint32_t code;
} named[] = {
    {"Space", ' '},      {"Enter", KEY_ENTER_},         {"Esc", KEY_ESC_},
    {"Tab", KEY_TAB_},   {"Backspace", KEY_BACKSPACE_}, {"Delete", KEY_DELETE_},
    {"Up", KEY_UP_},     {"Insert", KEY_INSERT_},       {"Down", KEY_DOWN_},
    {"Left", KEY_LEFT_}, {"Right", KEY_RIGHT_},         {"Home", KEY_HOME_},
    {"End", KEY_END_},   {"PgUp", KEY_PGUP_},           {"PgDn", KEY_PGDN_},
};

enum { NAMED = sizeof named / sizeof named[0], F_KEYS = 12 };

/* Are these modifiers possible with this code? Shift is part of a character; Ctrl combines with
 * letters, the blank and the five signs that terminals know. */
static bool possible(uint32_t code, uint32_t mods)
{
    if (mods & ~(uint32_t)(KEY_CTRL | KEY_SHIFT | KEY_ALT))
        return false;
    if (code >= KEY_BASE)
        return code < KEY_LAST_;
    if (mods & KEY_SHIFT)
        return false;
    if (mods & KEY_CTRL)
        return code != 0 && ((code >= 'a' && code <= 'z') ||
                             (code < 0x80 && strchr(" @\\]^_", (int)code) != NULL));
    return text_printable(code) && (code == ' ' || text_width(code) > 0);
}

/* `F1` to `F12`, exactly; 0: not a function key. */
static uint32_t function_key(const char *name)
{
    char text[8];
    for (uint32_t i = 0; i < F_KEYS; i++) {
        snprintf(text, sizeof text, "F%u", (unsigned)i + 1);
        if (strcmp(name, text) == 0)
            return KEY_F1_ + i;
    }
    return 0;
}

/* The code of a name without modifiers; 0: no such name. */
static uint32_t code_of(const char *name)
{
    size_t n = strlen(name);
    if (n == 0)
        return 0;
    struct text_char c = text_decode(TEXT_UTF8, (const uint8_t *)name, n);
    if (c.size == n)
        return c.valid && c.cp != ' ' ? c.cp : 0;
    for (size_t i = 0; i < NAMED; i++)
        if (strcmp(name, named[i].name) == 0)
            return named[i].code;
    return function_key(name);
}

bool key_parse(const char *name, struct key *out)
{
    struct key key = {0, 0};
    if (name[0] == 'M' && name[1] == '-') {
        key.mods |= KEY_ALT;
        name += 2;
    }
    if (name[0] == '^' && name[1]) {
        key.mods |= KEY_CTRL;
        name++;
    }
    if (name[0] == 'S' && name[1] == '-') {
        key.mods |= KEY_SHIFT;
        name += 2;
    }
    key.code = code_of(name);
    if ((key.mods & KEY_CTRL) && key.code >= 'A' && key.code <= 'Z')
        key.code += 'a' - 'A';
    if (key.code == 0 || !possible(key.code, key.mods))
        return false;
    *out = key;
    return true;
}

/* The name of a code without modifiers; 0: it has none. */
static size_t code_name(uint32_t code, char *out, size_t cap)
{
    if (code >= KEY_F1_ && code < KEY_LAST_)
        return (size_t)snprintf(out, cap, "F%u", (unsigned)(code - KEY_F1_) + 1);
    for (size_t i = 0; i < NAMED; i++)
        if (named[i].code == code)
            return (size_t)snprintf(out, cap, "%s", named[i].name);
    uint8_t bytes[4];
    size_t n = text_encode(TEXT_UTF8, code, bytes);
    memcpy(out, bytes, n);
    out[n] = '\0';
    return n;
}

size_t key_name(struct key key, char out[KEY_NAME_MAX])
{
    out[0] = '\0';
    if (!possible(key.code, key.mods))
        return 0;
    bool ctrl = (key.mods & KEY_CTRL) != 0;
    int n = snprintf(out, KEY_NAME_MAX, "%s%s%s", key.mods & KEY_ALT ? "M-" : "", ctrl ? "^" : "",
                     key.mods & KEY_SHIFT ? "S-" : "");
    uint32_t code = key.code;
    if (ctrl && code >= 'a' && code <= 'z')
        code -= 'a' - 'A';
    return (size_t)n + code_name(code, out + n, KEY_NAME_MAX - (size_t)n);
}
