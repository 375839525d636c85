#include "session/settings.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "core/text.h"
#include "list/columns.h"

enum { WORD_MAX = 512, SHOWN_MAX = 80 };

/* ---- one option: from a word, and to one ---- */

static bool decimal(const char *value, double low, double high, double *out)
{
    double v = 0;
    if (number_f64(value, &v) != NUM_OK || !(v >= low && v <= high))
        return false;
    *out = v;
    return true;
}

static bool set_theme(struct settings *s, const char *value)
{
    static const char *const names[] = {"auto", "dark", "light", "mono"};
    size_t i = 0;
    while (i < sizeof names / sizeof names[0] && strcmp(value, names[i]) != 0)
        i++;
    if (i == sizeof names / sizeof names[0])
        return false;
    (void)snprintf(s->theme, sizeof s->theme, "%s", value);
    return true;
}

static bool set_width(struct settings *s, const char *value)
{
    uint64_t n = 0;
    bool automatic = strcmp(value, "auto") == 0;
    if (!automatic && (number_u64(value, WIDTH_MAX, &n) != NUM_OK || n == 0))
        return false;
    s->width = (unsigned)n;
    return true;
}

static bool on_or_off(const char *value, bool *out)
{
    bool on = strcmp(value, "on") == 0 || strcmp(value, "yes") == 0 || strcmp(value, "1") == 0;
    bool off = strcmp(value, "off") == 0 || strcmp(value, "no") == 0 || strcmp(value, "0") == 0;
    if (on || off)
        *out = on;
    return on || off;
}

static bool set_view(struct settings *s, const char *value)
{
    const struct view *v = view_find(value);
    if (v == NULL)
        return false;
    s->view = v;
    if (view_swapped(v) != v)
        s->big = v->big;
    return true;
}

static bool set_order(struct settings *s, const char *value)
{
    bool big = strcmp(value, "big") == 0;
    if (!big && strcmp(value, "little") != 0)
        return false;
    s->big = big;
    if (s->view != NULL &&
        s->view->big != big) /* a view without a byte order is its own counterpart */
        s->view = view_swapped(s->view);
    return true;
}

static bool set_encoding(struct settings *s, const char *value)
{
    const struct view *v = view_find(value);
    if (v == NULL || v->kind != VIEW_TEXT)
        return false;
    s->enc = v->enc;
    return true;
}

static bool set_columns(struct settings *s, const char *value)
{
    const struct column *column[COLUMNS_MAX];
    size_t count = 0;
    bool usual = strcmp(value, "auto") == 0;
    if (!usual && (strlen(value) >= sizeof s->columns || !columns_parse(value, column, &count)))
        return false;
    (void)snprintf(s->columns, sizeof s->columns, "%s", usual ? "" : value);
    return true;
}

/* `size`, or `-size` for descending order. */
static bool set_sort(struct settings *s, const char *value)
{
    bool inverted = value[0] == '-';
    const struct column *by = column_find(value + inverted, strlen(value + inverted));
    if (by == NULL)
        return false;
    s->sort = by;
    s->inverted = inverted;
    return true;
}

static void get_sort(const struct settings *s, char *out, size_t cap)
{
    size_t count = 0;
    const struct column *by = s->sort != NULL ? s->sort : column_table(&count);
    char word[COLUMN_WORD];
    size_t n = (size_t)snprintf(out, cap, "%s%s", s->inverted ? "-" : "", column_word(by, word));
    for (size_t i = 0; i < n && i < cap; i++)
        out[i] = (char)(out[i] >= 'A' && out[i] <= 'Z' ? out[i] + 'a' - 'A' : out[i]);
}

static void get_theme(const struct settings *s, char *out, size_t cap)
{
    (void)snprintf(out, cap, "%s", s->theme);
}

static void get_width(const struct settings *s, char *out, size_t cap)
{
    if (s->width == 0)
        (void)snprintf(out, cap, "auto");
    else
        (void)snprintf(out, cap, "%u", s->width);
}

static void get_history(const struct settings *s, char *out, size_t cap)
{
    (void)snprintf(out, cap, "%u", s->history);
}

static bool set_history(struct settings *s, const char *value)
{
    uint64_t n = 0;
    if (number_u64(value, HISTORY_MIB_MAX, &n) != NUM_OK)
        return false;
    s->history = (unsigned)n;
    return true;
}

static void get_view(const struct settings *s, char *out, size_t cap)
{
    (void)snprintf(out, cap, "%s", s->view != NULL ? s->view->name : "hex");
}

static void get_order(const struct settings *s, char *out, size_t cap)
{
    (void)snprintf(out, cap, "%s", s->big ? "big" : "little");
}

static void get_encoding(const struct settings *s, char *out, size_t cap)
{
    (void)snprintf(out, cap, "%s", view_text(s->enc)->name);
}

static void get_columns(const struct settings *s, char *out, size_t cap)
{
    (void)snprintf(out, cap, "%s", s->columns[0] != '\0' ? s->columns : "auto");
}

static const char *const searches[] = {
    [TYPES_LIST] = "list", [TYPES_AUTO] = "auto", [TYPES_OFF] = "off"};

static bool set_types(struct settings *s, const char *value)
{
    size_t i = 0;
    while (i < sizeof searches / sizeof searches[0] && strcmp(value, searches[i]) != 0)
        i++;
    if (i == sizeof searches / sizeof searches[0])
        return false;
    s->types = (enum types_search)i;
    return true;
}

static void get_types(const struct settings *s, char *out, size_t cap)
{
    (void)snprintf(out, cap, "%s", searches[s->types]);
}

enum form { DECIMAL, SWITCH, WORD };

/* An option. DECIMAL: a double at `at` in struct settings, from low to high; SWITCH: a bool there;
 * WORD: a pair of functions. */
struct option_row {
    const char *name, *takes, *help;
    enum form form;
    size_t at;
    double low, high;
    bool (*set)(struct settings *s, const char *value);
    void (*get)(const struct settings *s, char *out, size_t cap);
};

#define DECIMAL_OF(field, low, high) \
    DECIMAL, offsetof(struct settings, field), low, high, NULL, NULL
#define SWITCH_OF(field)  SWITCH, offsetof(struct settings, field), 0, 0, NULL, NULL
#define WORD_OF(set, get) WORD, 0, 0, 0, set, get

static const struct option_row rows[] = {
    {"hz", "1 to 1000", "samples a second", DECIMAL_OF(hz, 1, 1000)},
    {"theme", "auto, dark, light or mono", "colours", WORD_OF(set_theme, get_theme)},
    {"width", "auto or 1 to 256", "bytes a row", WORD_OF(set_width, get_width)},
    {"fresh", "seconds", "seconds a change stays bright", DECIMAL_OF(fresh, 0, 3600)},
    {"warm", "seconds", "seconds a change stays highlighted", DECIMAL_OF(warm, 0, 3600)},
    {"mouse", "on or off", "use the mouse", SWITCH_OF(mouse)},
    {"inspector", "on or off", "show the inspector panel", SWITCH_OF(inspector)},
    {"ruler", "on or off", "show the row that numbers the columns", SWITCH_OF(ruler)},
    {"view", "a view such as u32le", "how the cells show the bytes", WORD_OF(set_view, get_view)},
    {"order", "little or big", "byte order of the cells", WORD_OF(set_order, get_order)},
    {"encoding", "ascii, latin1, utf8, utf16le, cp1252 and so on", "of the text column",
     WORD_OF(set_encoding, get_encoding)},
    {"columns", "auto or names such as locator,size,state", "columns of the list",
     WORD_OF(set_columns, get_columns)},
    {"sort", "a column's name, or - and one to reverse the order", "what the list is sorted by",
     WORD_OF(set_sort, get_sort)},
    {"strip", "on or off", "show the overview strip", SWITCH_OF(strip)},
    {"cpu", "0 to 400", "CPU share for watching the whole segment, in percent",
     DECIMAL_OF(cpu, 0, 400)},
    {"recent", "seconds", "seconds that a row counts as changed", DECIMAL_OF(recent, 0.1, 86400)},
    {"history", "0 to 65536", "MiB of changes kept to go back to; 0: none",
     WORD_OF(set_history, get_history)},
    {"types", "list, auto or off", "fields (S): list proposals, show a proved one, or off",
     WORD_OF(set_types, get_types)},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

const char *setting_name(size_t i)
{
    return i < ROWS ? rows[i].name : NULL;
}

const char *setting_help(size_t i)
{
    return i < ROWS ? rows[i].help : NULL;
}

const char *setting_takes(size_t i)
{
    return i < ROWS ? rows[i].takes : NULL;
}

static size_t row_of(const char *name)
{
    size_t i = 0;
    if (strcmp(name, "rate") == 0) /* its older name */
        name = "hz";
    while (i < ROWS && strcmp(rows[i].name, name) != 0)
        i++;
    return i;
}

void settings_value(const struct settings *s, size_t i, char *out, size_t cap)
{
    char number[NUMBER_FLOAT_MAX];
    const struct option_row *row = &rows[i];
    const char *at = (const char *)s + row->at;
    double decimal_value;
    bool on;
    switch (row->form) {
    case DECIMAL:
        memcpy(&decimal_value, at, sizeof decimal_value);
        number_format_f64(decimal_value, number);
        (void)snprintf(out, cap, "%s", number);
        break;
    case SWITCH:
        memcpy(&on, at, sizeof on);
        (void)snprintf(out, cap, "%s", on ? "on" : "off");
        break;
    case WORD:
    default:
        row->get(s, out, cap);
    }
}

static bool set_row(const struct option_row *row, struct settings *s, const char *value)
{
    char *at = (char *)s + row->at;
    double decimal_value;
    bool on;
    switch (row->form) {
    case DECIMAL:
        if (!decimal(value, row->low, row->high, &decimal_value))
            return false;
        memcpy(at, &decimal_value, sizeof decimal_value);
        return true;
    case SWITCH:
        if (!on_or_off(value, &on))
            return false;
        memcpy(at, &on, sizeof on);
        return true;
    case WORD:
    default:
        return row->set(s, value);
    }
}

void settings_take(struct settings *to, const struct settings *from, uint32_t which)
{
    for (size_t i = 0; i < ROWS; i++) {
        char value[SETTINGS_VALUE];
        if ((which >> i & 1) == 0)
            continue;
        settings_value(from, i, value, sizeof value);
        (void)set_row(&rows[i], to, value); /* what was printed can be read */
    }
}

size_t setting_find(const char *name)
{
    size_t i = row_of(name);
    return i < ROWS ? i : SIZE_MAX;
}

uint32_t settings_changed(const struct settings *a, const struct settings *b)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < ROWS; i++) {
        char left[SETTINGS_VALUE], right[SETTINGS_VALUE];
        settings_value(a, i, left, sizeof left);
        settings_value(b, i, right, sizeof right);
        bits |= strcmp(left, right) != 0 ? 1u << i : 0;
    }
    return bits;
}

const char *settings_set(struct settings *s, const char *name, const char *value,
                         char why[SETTINGS_WHY])
{
    char shown[SHOWN_MAX];
    size_t i = row_of(name);
    if (i == ROWS) {
        text_escape(shown, sizeof shown, name, strlen(name));
        (void)snprintf(why, SETTINGS_WHY, "no such option: %s", shown);
        return why;
    }
    if (set_row(&rows[i], s, value))
        return NULL;
    text_escape(shown, sizeof shown, value, strlen(value));
    (void)snprintf(why, SETTINGS_WHY, "%s is %s, not %s", rows[i].name, rows[i].takes, shown);
    return why;
}

size_t settings_print(const struct settings *s, uint32_t which, char out[SETTINGS_PRINTED])
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < ROWS; i++) {
        char value[SETTINGS_VALUE];
        if ((which >> i & 1) == 0)
            continue;
        settings_value(s, i, value, sizeof value);
        int more = snprintf(out + n, SETTINGS_PRINTED - n, "set %s %s\n", rows[i].name, value);
        if (more > 0 && (size_t)more < SETTINGS_PRINTED - n)
            n += (size_t)more;
    }
    return n;
}

/* ---- a file of lines ---- */

/* Takes the next word off *at into `word`; an overlong one is cut, which makes it unknown. */
static bool next_word(const char **at, char word[WORD_MAX])
{
    *at += strspn(*at, " \t");
    size_t n = strcspn(*at, " \t");
    size_t kept = n < WORD_MAX - 1 ? n : WORD_MAX - 1;
    memcpy(word, *at, kept);
    word[kept] = '\0';
    *at += n;
    return n > 0;
}

static const char *bind_line(struct keymap *keys, const char *rest)
{
    char mode_name[WORD_MAX], key[WORD_MAX];
    enum key_mode mode;
    if (!next_word(&rest, mode_name) || !next_word(&rest, key))
        return "bind takes MODE KEY COMMAND";
    if (!key_mode_find(mode_name, &mode))
        return "no such screen (`:bind` lists them)";
    return keymap_bind(keys, mode, key, rest);
}

/* One line without its end. NULL, or why it is not understood. */
static const char *config_line(struct settings *s, struct keymap *keys, const char *line,
                               uint32_t *seen, char why[SETTINGS_WHY])
{
    char word[WORD_MAX], name[WORD_MAX], value[WORD_MAX];
    if (!next_word(&line, word) || word[0] == '#')
        return NULL;
    if (strcmp(word, "bind") == 0)
        return bind_line(keys, line);
    if (strcmp(word, "set") != 0)
        return "a line is `set NAME VALUE` or `bind MODE KEY COMMAND`";
    if (!next_word(&line, name) || !next_word(&line, value))
        return "use `set NAME VALUE`; `:set` lists them";
    if (next_word(&line, word) && word[0] != '#')
        return "set takes one value";
    const char *reason = settings_set(s, name, value, why);
    if (reason == NULL && seen != NULL)
        *seen |= 1u << row_of(name);
    return reason;
}

/* Adds a fault if it has room, and room for the number of those that have not is left. */
static bool add_fault(char why[SETTINGS_FAULTS], size_t line, const char *wrong)
{
    char fault[SETTINGS_WHY];
    size_t n = strlen(why);
    int length =
        snprintf(fault, sizeof fault, "%sline %zu: %.160s", n > 0 ? "; " : "", line, wrong);
    bool fits = n + (size_t)length + sizeof "; and 1000000 more" < SETTINGS_FAULTS;
    if (fits)
        memcpy(why + n, fault, (size_t)length + 1);
    return fits;
}

size_t settings_read(struct settings *s, struct keymap *keys, const char *text, size_t n,
                     uint32_t *seen, char why[SETTINGS_FAULTS])
{
    size_t bad = 0, said = 0, number = 0;
    why[0] = '\0';
    for (size_t at = 0; at < n;) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t length = end != NULL ? (size_t)(end - (text + at)) : n - at;
        char line[2 * WORD_MAX], reason[SETTINGS_WHY];
        size_t kept = length < sizeof line - 1 ? length : sizeof line - 1;
        memcpy(line, text + at, kept);
        line[kept] = '\0';
        bool has_nul = strlen(line) < kept;
        if (kept > 0 && line[kept - 1] == '\r')
            line[kept - 1] = '\0';
        number++;
        at += length + 1;
        const char *wrong = kept < length ? "the line is too long"
                            : has_nul     ? "a NUL in the line"
                                          : config_line(s, keys, line, seen, reason);
        if (wrong != NULL && said == bad)
            said += add_fault(why, number, wrong);
        bad += wrong != NULL;
    }
    if (said < bad)
        (void)snprintf(why + strlen(why), SETTINGS_FAULTS - strlen(why), "; and %zu more",
                       bad - said);
    return bad;
}
