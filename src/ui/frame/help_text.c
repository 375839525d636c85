/* What the help says: the card of the screen, then sections whose entries are made of the tables of
 * keys, commands and actions, or are written here. How it is laid out is in screen_help.c. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "ui/frame/actions.h"
#include "ui/frame/help.h"
#include "ui/tree/tree.h"

static struct help_entry *add(struct help_state *st, enum help_kind kind, const char *key,
                              const char *text)
{
    static struct help_entry spare; /* the table is larger than all that is ever added */
    struct help_entry *e = st->count < HELP_ENTRIES ? &st->entry[st->count++] : &spare;
    memset(e, 0, sizeof *e);
    e->kind = kind;
    e->style = STYLE_KEY;
    (void)snprintf(e->key, sizeof e->key, "%s", key);
    (void)snprintf(e->text, sizeof e->text, "%s", text);
    return e;
}

static void heading(struct help_state *st, const char *text)
{
    (void)add(st, HELP_HEADING, "", text);
}

/* The keys of a mode; a binding without a note is another key for the line before. */
static void add_keys(struct ui *ui, enum key_mode mode)
{
    const struct binding *b;
    struct help_entry *e = NULL;
    for (size_t i = 0; (b = keymap_row(ui->keys, i)) != NULL; i++) {
        char name[KEY_NAME_MAX];
        if (b->mode != mode)
            continue;
        (void)key_name(b->key, name);
        if (b->note != NULL) {
            e = add(ui->help, HELP_KEYS, name, b->note);
            (void)snprintf(e->command, sizeof e->command, "%s", b->command);
        } else if (e != NULL) {
            size_t n = strlen(e->key);
            (void)snprintf(e->key + n, sizeof e->key - n, " %s", name);
        }
    }
}

/* ---- the card ---- */

/* Pairs the rows of the two sides: an entry is a line of the card. */
static void add_card(struct ui *ui, enum key_mode mode)
{
    struct keymap *usual = keymap_new();
    struct help_state *st = ui->help;
    const struct card_row *row;
    size_t left = st->count, right = left;
    for (size_t i = 0; usual != NULL && (row = card_row(i)) != NULL; i++) {
        if (row->mode != mode)
            continue;
        size_t *at = row->side == CARD_LEFT ? &left : &right;
        struct help_entry *e = *at < st->count ? &st->entry[*at] : add(st, HELP_CARD, "", "");
        struct help_half *half = &e->half[row->side];
        half->row = row;
        card_keys(ui->keys, usual, row, half->keys, sizeof half->keys);
        (*at)++;
    }
    keymap_free(usual);
}

/* ---- words that belong to no table ---- */

static const struct {
    const char *key, *text;
} editing[] =
    {
        {"i", "Edit mode: typed characters go into the segment. The title says EDIT."},
        {"0-9 a-f",
         "In hex, two digits are a byte; it is written when the second one is typed. In "
         "other views Enter writes the value, and moving on drops it; in a text column each "
         "character is written."},
        {"Tab", "The next column: bytes, then the text columns; typing goes to the active one."},
        {"Backspace", "Takes back what is half typed. Esc drops it and then leaves edit mode."},
        {"^T", "Freezes the value at the cursor: whatever others write is overwritten with it. "
               "`:frozen` lists such values."},
        {"u ^R",
         "Undo, redo. A step is: a byte typed in hex, a value, a match that was replaced one "
         "by one; in a text column all that was typed in one go; all of one line. A range "
         "of up to 32 MiB is a step; what is larger cannot be undone, and asks first. 64 "
         "MiB and 256 steps are kept. When others changed it meanwhile: y undoes it all "
         "the same, s skips it and continues with the step before."},
        {"~ and the like", "A value is written with one compare-and-swap against what you saw. If "
                           "another process was faster, you are asked."},
},
  pointing[] = {
      {"click", "Puts the cursor there; on a word of the bottom line it presses that key."},
      {"double click", "In the list: opens the segment."},
      {"drag", "Selects bytes, as Shift with the arrows does. The range is then read twice, and ~ "
               "marks bytes that differed between the reads."},
      {"wheel", "Scrolls. A click on the strip goes to that part of the segment."},
      {"right click", "Opens the menu."},
      {"Shift", "With Shift held most terminals select text themselves; `--no-mouse` leaves the "
                "mouse to the terminal."},
};

static const struct {
    enum style style;
    const char *sample, *text;
} signs[] = {
    {STYLE_FRESH, "2a", "changed less than `fresh` seconds ago (0.5)"},
    {STYLE_WARM, "2a", "changed less than `warm` seconds ago (2)"},
    {STYLE_HEAT1, "2a", "heat (H): changed rarely ..."},
    {STYLE_HEAT4, "2a", "... to very often"},
    {STYLE_BASE, "2a", "differs from the baseline (b)"},
    {STYLE_MATCH, "2a", "found (/), and the cursor went there"},
    {STYLE_FOUND, "2a", "found too"},
    {STYLE_SELECT, "2a", "selected"},
    {STYLE_FROZEN, "=2a", "frozen by ^T"},
    {STYLE_ZERO, "00", "a byte that is zero"},
    {STYLE_HOLE, "\u00b7\u00b7", "never written: it takes no memory"},
    {STYLE_UNKNOWN, "??", "not known, since reading it would change something"},
    {STYLE_INVALID, ".", "not a character of this encoding"},
};

static const struct {
    const char *key, *text;
} states[] = {
    {"orphan", "No process uses it, and none was hidden from the scan: it was left behind. `clean` "
               "lists these."},
    {"idle", "No user was found, but some processes could not be read. d asks the system, which "
             "often knows more; run as root, all processes can be read."},
    {"unlinked", "Its name is gone; it is freed with its last user."},
    {"dest", "The same of a System V segment: it was removed."},
    {"sealed", "A memfd of which some changes are forbidden for good."},
    {"locked", "Kept in memory, never swapped out."},
    {"hugetlb", "On huge pages."},
    {"gone", "It vanished a moment ago. Such rows are below the others for 2 s."},
};

static const struct {
    const char *key, *text;
} words[] = {
    {"locator", "What names a segment: posix:/name, sysv:ID, fd:PID/FD, file:PATH."},
    {"RES, resident",
     "Bytes of it that are in memory now. Parts that were never written take none."},
    {"PROCS, USED BY",
     "The processes that have it mapped or open: how many were seen, and which. Where some could "
     "not be read there may be more: none seen is 0, ? and the state idle. This shmlens is never "
     "counted, here or anywhere else; a second one is."},
    {"rw r fd", "What a process may do with it: write, only read, or it is open but not mapped. "
                "- is nobody, ? is not known."},
    {"poke", "To store one value into a live segment (p)."},
    {"compare-and-swap", "To store a value only if the old one is still there (P)."},
    {"baseline", "The segment as it was when b was pressed: what differs now is marked."},
    {"freeze", "To put a value back whenever another process changes it (^T)."},
    {"hole", "A part that was never written: it reads as zeros and takes no memory."},
    {"phase", "Whether characters of UTF-16 begin at even or at odd offsets (T)."},
    {"seqlock", "A counter that is odd while its record is written; `:seqlock` reads under it."},
    {"KEEPING ALIVE", "The name is gone and only shmlens keeps the memory: leaving frees it."},
    {"WAITING 3 s", "The system has not answered for so long, and the bytes are as old: a file "
                    "system hangs."},
};

/* What outlives what. */
static const struct {
    const char *key, *text;
} kept[] = {
    {"all segments",
     "What is set in Options, or by `:set`, is for all segments and all runs, and so is the order "
     "of the list (s S I F6); `:set defaults` drops it."},
    {"one segment", "How it looks is kept for its locator: view, byte order, encoding, phase, "
                    "inspector, strip, heat, fields (v e E T t z H S); and its marks and types. "
                    "`:kept` lists them, `:kept forget` drops them."},
    {"one run",
     "Steps can be undone after a look at a different segment, and the panels of o and w "
     "stay open in the next one, until shmlens ends."},
    {"one visit",
     "What is going on ends with it: EDIT when you go to the list; pause, the past, the "
     "baseline, x, F, L, + and -, the selection when you open a different segment."},
    {"files", "options, marks and types, in the folder shmlens of XDG_STATE_HOME (~/.local/state): "
              "FILES in the man page. Nothing of a demo is kept."},
};

static const char *const promise =
    "Looking changes nothing: no memory is allocated for holes, no timestamp but atime changes, no "
    "lock is taken, no process is stopped. The exceptions: attaching to a System V segment counts "
    "as an attach there; on Windows every committed page counts as data; while attached we keep a "
    "removed segment alive (KEEPING ALIVE). Until you turn on edit mode, segments are attached "
    "read-only.";

static const char *const strip =
    "The strip at the right edge is the whole segment from top to bottom: \u00b7 never written, "
    "\u2591 zeros, \u2592 data, \u2593 changed lately, \u2588 just now. The mark beside it is the "
    "window; a click goes there. The whole segment is re-read continuously within the CPU share "
    "of `set cpu`. \"seen 0.3 s ago\" is the age of the oldest page.";

static const char *const changed_rows =
    "Changed rows only (x): \u2026 after an offset says that rows are skipped above it. ? says "
    "that something in this page changed, but not where: large segments are not copied whole, so "
    "the first change in a page that has not changed lately is only known by page.";

/* ---- the same key on other screens ---- */

static const struct {
    enum key_mode mode;
    const char *name;
} places[] = {
    {MODE_INSPECT, "bytes"}, {MODE_TREE, "fields"},    {MODE_MARKS, "watch list"},
    {MODE_SEGMENTS, "list"}, {MODE_CALLS, "OS calls"},
};

/* What a key does on a screen of its own; NULL: nothing. */
static const struct binding *own(const struct ui *ui, enum key_mode mode, uint32_t code,
                                 const char **note)
{
    const struct binding *b;
    *note = NULL;
    for (size_t i = 0; (b = keymap_row(ui->keys, i)) != NULL; i++) {
        if (b->mode != mode)
            continue;
        if (b->note != NULL) /* another key for the same has none */
            *note = b->note;
        if (b->key.code == code && b->key.mods == 0)
            return b;
    }
    return NULL;
}

/* Characters that do one thing here and another there. */
static void add_differing(struct ui *ui)
{
    heading(ui->help, "Keys that mean something else on another screen");
    for (uint32_t code = ' '; code < 0x7f; code++) {
        const struct binding *first = NULL;
        char text[HELP_TEXT_MAX] = "", name[KEY_NAME_MAX];
        size_t n = 0;
        bool differs = false;
        for (size_t i = 0; i < sizeof places / sizeof places[0] && n < sizeof text; i++) {
            const char *note = NULL;
            const struct binding *b = own(ui, places[i].mode, code, &note);
            if (b == NULL || note == NULL)
                continue;
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s: %s", n > 0 ? "; " : "",
                                  places[i].name, note);
            differs = differs || (first != NULL && strcmp(first->command, b->command) != 0);
            first = first != NULL ? first : b;
        }
        (void)key_name((struct key){code, 0}, name);
        if (differs)
            (void)add(ui->help, HELP_KEYS, name, text);
    }
}

static void add_words(struct help_state *st)
{
    heading(st, "Words");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        (void)add(st, HELP_KEYS, words[i].key, words[i].text);
    heading(st, "Edit mode");
    for (size_t i = 0; i < sizeof editing / sizeof editing[0]; i++)
        (void)add(st, HELP_KEYS, editing[i].key, editing[i].text);
    heading(st, "States in the list");
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        (void)add(st, HELP_KEYS, states[i].key, states[i].text);
    heading(st, "Mouse and selection");
    for (size_t i = 0; i < sizeof pointing / sizeof pointing[0]; i++)
        (void)add(st, HELP_KEYS, pointing[i].key, pointing[i].text);
    heading(st, "Colours and signs");
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        add(st, HELP_KEYS, signs[i].sample, signs[i].text)->style = signs[i].style;
    heading(st, "The whole segment");
    (void)add(st, HELP_TEXT, "", strip);
    (void)add(st, HELP_TEXT, "", changed_rows);
    heading(st, "What is kept");
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        (void)add(st, HELP_KEYS, kept[i].key, kept[i].text);
    heading(st, "What looking does");
    (void)add(st, HELP_TEXT, "", promise);
}

/* ---- commands ---- */

static void add_commands(struct help_state *st)
{
    size_t count = 0;
    heading(st, "Commands of the `:` line, on this segment (`:help NAME` has the options)");
    const struct command *commands = command_table(&count);
    for (size_t i = 0; i < count; i++)
        if ((commands[i].needs & NEED_SHELL) == 0)
            (void)add(st, HELP_KEYS, commands[i].name, commands[i].help);
    heading(st, "Words of the screen that the `:` line takes, too");
    const struct action_alias *alias = action_alias_table(&count);
    for (size_t i = 0; i < count; i++) {
        char text[HELP_TEXT_MAX];
        (void)snprintf(text, sizeof text, "%s`:%s`", alias[i].alone ? "alone: " : "",
                       alias[i].line);
        (void)add(st, HELP_KEYS, alias[i].name, text);
    }
    heading(st, "More commands for the `:` line");
    const struct action *actions = action_table(&count);
    for (size_t i = 0; i < count; i++) {
        char text[HELP_TEXT_MAX];
        if (command_find(actions[i].name) != NULL)
            continue;
        (void)snprintf(text, sizeof text, "%s%s%s", actions[i].args,
                       actions[i].args[0] != '\0' ? ": " : "", actions[i].help);
        (void)add(st, HELP_KEYS, actions[i].name, text);
    }
}

const char *help_place(const struct ui *ui, const struct screen *of)
{
    bool tree = of->mode == MODE_INSPECT && tree_on(ui);
    return key_mode_name(tree ? MODE_TREE : of->mode);
}

void help_fill(struct ui *ui, const struct screen *of)
{
    char title[HELP_TEXT_MAX];
    struct help_state *st = ui->help;
    st->count = 0;
    bool tree = of->mode == MODE_INSPECT && tree_on(ui);
    add_card(ui, tree ? MODE_TREE : of->mode);
    (void)snprintf(title, sizeof title, "Keys of the screen: %s (and the commands they run)",
                   key_mode_name(of->mode));
    heading(st, title);
    add_keys(ui, of->mode);
    if (of->mode == MODE_INSPECT) {
        heading(st, "Fields in place of the bytes (S): these keys come first");
        add_keys(ui, MODE_TREE);
    }
    if (of->mode == MODE_INSPECT || of->mode == MODE_SEGMENTS) {
        heading(st, "Users panel (o, then Tab)");
        add_keys(ui, MODE_WHO);
    }
    if (of->mode == MODE_INSPECT) {
        heading(st, "Watch list (w, then Tab)");
        add_keys(ui, MODE_MARKS);
    }
    if (of->mode == MODE_INSPECT || of->mode == MODE_SEGMENTS)
        add_differing(ui);
    if (lab_keys(ui)) {
        heading(st, "While a lesson is open: these keys come first");
        add_keys(ui, MODE_LESSON);
    }
    add_words(st);
    add_commands(st);
}
