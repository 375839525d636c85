/* Documents from the tables: the man page, the completion of bash, the blocks of the README. */
#include <stdio.h>
#include <string.h>

#include "cli/run.h"
#include "core/screen/keymap.h"

/* ---- keys: one line per binding, with all its keys ---- */

struct key_line {
    char keys[160];
    const char *note;
};

/* The line that begins at row *i; moves *i past it. */
static bool key_line(const struct keymap *m, enum key_mode mode, size_t *i, struct key_line *line)
{
    const struct binding *b = NULL;
    while ((b = keymap_row(m, *i)) != NULL && (b->mode != mode || b->note == NULL)) {
        (*i)++;
    }
    if (b == NULL) {
        return false;
    }
    size_t used = 0;
    line->note = b->note;
    line->keys[0] = '\0';
    do {
        char name[KEY_NAME_MAX];
        (void)key_name(b->key, name);
        int n = snprintf(line->keys + used, sizeof line->keys - used, "%s%s", used == 0 ? "" : " ",
                         name);
        used += n > 0 && (size_t)n < sizeof line->keys - used ? (size_t)n : 0;
        b = keymap_row(m, ++*i);
    } while (b != NULL && b->mode == mode && b->note == NULL);
    return true;
}

/* ---- the man page ---- */

/* Text for roff, with what would be a request or an escape quoted. */
static void roff(struct out *o, const char *s)
{
    if (*s == '.' || *s == '\'') {
        out_str(o, "\\&");
    }
    for (; *s != '\0'; s++) {
        if (*s == '\\') {
            out_str(o, "\\e");
        } else if (*s == '-') {
            out_str(o, "\\-");
        } else if (*s == '\'') {
            out_str(o, "\\(aq");
        } else if (*s == '^') {
            out_str(o, "\\(ha");
        } else if (*s == '`') {
            out_str(o, "\\(ga");
        } else {
            out_bytes(o, s, 1);
        }
    }
}

static void man_options(struct out *o, const char *command)
{
    size_t count = 0;
    const struct command_option *row = command_options(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(row[i].command, command) == 0 && row[i].help != NULL) {
            out_str(o, ".TP\n\\fB\\-\\-");
            roff(o, row[i].name);
            out_str(o, "\\fR");
            if (row[i].arg != NULL) {
                out_str(o, " \\fI");
                roff(o, row[i].arg);
                out_str(o, "\\fR");
            }
            out_str(o, "\n");
            roff(o, row[i].help);
            out_str(o, "\n");
        }
    }
}

static void man_commands(struct out *o)
{
    size_t count = 0;
    const struct command *c = command_table(&count);
    out_str(o, ".SH COMMANDS\nOptions of every command:\n");
    man_options(o, "every");
    for (size_t i = 0; i < count; i++) {
        out_str(o, ".SS ");
        roff(o, c[i].name);
        out_str(o, " ");
        roff(o, c[i].synopsis);
        out_str(o, "\n");
        roff(o, c[i].help);
        out_str(o, "\n");
        man_options(o, c[i].name);
    }
}

static void man_keys(struct out *o)
{
    struct keymap *m = keymap_new();
    if (m == NULL) {
        return;
    }
    out_str(o, ".SH KEYS\n");
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        struct key_line line;
        size_t i = 0;
        out_print(o, ".SS %s\n", key_mode_name((enum key_mode)mode));
        while (key_line(m, (enum key_mode)mode, &i, &line)) {
            out_str(o, ".TP\n\\fB");
            roff(o, line.keys);
            out_str(o, "\\fR\n");
            roff(o, line.note);
            out_str(o, "\n");
        }
    }
    keymap_free(m);
}

static const char man_head[] =
    ".TH SHMLENS 1 \"\" \"shmlens " SHMLENS_VERSION "\" \"User Commands\"\n"
    ".SH NAME\nshmlens \\- look at live shared memory, and change it\n"
    ".SH SYNOPSIS\n.B shmlens\n[\\fIOPTIONS\\fR] [\\fILOCATOR\\fR]\n.br\n"
    ".B shmlens\n\\fICOMMAND\\fR ...\n"
    ".SH DESCRIPTION\n"
    "Attaches to a shared-memory segment that other programs are using and shows its bytes live;\n"
    "creates segments, stores values into them and removes them.\n"
    "Without a command it is a terminal UI: the list of segments, or straight into\n"
    "\\fILOCATOR\\fR.\n"
    ".PP\nA \\fILOCATOR\\fR is \\fB/\\fINAME\\fR or \\fBposix:/\\fINAME\\fR (POSIX shared "
    "memory),\n"
    "\\fBsysv:\\fIID\\fR or \\fBsysv:key=\\fIKEY\\fR (System V), \\fBfd:\\fIPID\\fB/\\fIFD\\fR or\n"
    "\\fBmap:\\fIPID\\fB/\\fIADDRESS\\fR (what a process has), \\fBns:\\fIPID\\fB/\\fINAME\\fR\n"
    "(in the /dev/shm of a container), \\fBfile:\\fIPATH\\fR or \\fBrec:\\fIPATH\\fR; to create "
    "one\n"
    "also \\fBsysv:new\\fR and \\fBmemfd:\\fINAME\\fR. Looking at a System V segment counts as an\n"
    "attach there. Bytes of a name that cannot be printed are written "
    "\\fB\\ex\\fINN\\fR,\n"
    "a backslash \\fB\\e\\e\\fR.\n"
    ".PP\nNumbers are decimal, or begin with 0x, 0b or 0o, and may end in K, M, G, T.\n"
    "Offsets are numbers, \\fBend\\fR or \\fBend\\-\\fIN\\fR.\n"
    "Times are such as \\fB250ms\\fR, \\fB1.5s\\fR, \\fB2m\\fR, \\fB1h\\fR.\n"
    ".SH OPTIONS\n";

static const char man_tail[] =
    ".SH EXIT STATUS\n0: done. 1: the answer is no (no match, they differ, \\-\\-expect lost, "
    "timed\n"
    "out). 2: an error.\n"
    ".SH FILES\n.TP\n\\fI$XDG_CONFIG_HOME/shmlens/config\\fR\n"
    "Lines \\fBset\\fR \\fINAME VALUE\\fR and \\fBbind\\fR \\fIMODE KEY COMMAND\\fR.\n"
    ".TP\n\\fI$XDG_STATE_HOME/shmlens/options\\fR\nOptions changed in the UI.\n"
    ".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nNo colours.\n"
    ".SH SEE ALSO\n.BR shm_open (3),\n.BR shm_overview (7)\n";

static void print_man(struct out *o)
{
    out_str(o, man_head);
    man_options(o, "ui");
    man_commands(o);
    man_keys(o);
    out_str(o, man_tail);
}

/* ---- bash ---- */

static void bash_options(struct out *o, const char *command)
{
    size_t count = 0;
    const struct command_option *row = command_options(&count);
    for (size_t i = 0; i < count; i++) {
        if (command_has_option(&row[i], command) && row[i].help != NULL) {
            out_print(o, " --%s", row[i].name);
        }
    }
}

static const char bash_head[] =
    "# bash completion for shmlens; made by `shmlens help --bash`\n"
    "_shmlens()\n{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local words=\"\"\n"
    "    COMPREPLY=()\n";

static const char bash_tail[] =
    "    *) words=\"\" ;;\n    esac\n"
    "    if [[ $cur == -* ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
    "    elif [[ -z $cur || $cur == /* ]]; then\n"
    "        mapfile -t COMPREPLY < <(\n"
    "            shmlens ls --no-header --columns name 2>/dev/null | while IFS= read -r name; do\n"
    "                [[ /${name#/} == \"$cur\"* ]] && printf '%s\\n' \"/${name#/}\"\n"
    "            done\n"
    "            compgen -f -- \"$cur\")\n"
    "    else\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "    fi\n}\n"
    "complete -o filenames -F _shmlens shmlens\n";

static void print_bash(struct out *o)
{
    size_t count = 0;
    const struct command *c = command_table(&count);
    size_t views = 0;
    const struct view *v = view_table(&views);
    out_str(o, bash_head);
    out_str(o, "    if [[ $prev == --as || $prev == --view ]]; then\n"
               "        mapfile -t COMPREPLY < <(compgen -W \"");
    for (size_t i = 0; i < views; i++) {
        out_print(o, "%s%s", i == 0 ? "" : " ", v[i].name);
    }
    out_str(o, "\" -- \"$cur\")\n        return\n    fi\n"
               "    if (( COMP_CWORD == 1 )) && [[ $cur != /* && $cur != -* ]]; then\n"
               "        mapfile -t COMPREPLY < <(compgen -W \"");
    for (size_t i = 0; i < count; i++) {
        out_print(o, "%s%s", i == 0 ? "" : " ", c[i].name);
    }
    out_str(o, "\" -- \"$cur\")\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; i < count; i++) {
        out_print(o, "    %s) words=\"", c[i].name);
        bash_options(o, c[i].name);
        out_str(o, "\" ;;\n");
    }
    out_str(o, "    -*) words=\"");
    bash_options(o, "ui");
    out_str(o, "\" ;;\n");
    out_str(o, bash_tail);
}

/* ---- README ---- */

/* A table cell, in which a bar must be escaped. */
static void markdown(struct out *o, const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s == '|') {
            out_str(o, "\\");
        }
        out_bytes(o, s, 1);
    }
}

static void print_commands(struct out *o)
{
    size_t count = 0;
    size_t options = 0;
    const struct command *c = command_table(&count);
    const struct command_option *row = command_options(&options);
    out_str(o, "<!-- begin:commands -->\n| command | does |\n|---|---|\n");
    for (size_t i = 0; i < count; i++) {
        out_print(o, "| `%s%s%s", c[i].name, c[i].synopsis[0] == '\0' ? "" : " ", c[i].synopsis);
        for (size_t k = 0; k < options; k++) {
            if (strcmp(row[k].command, c[i].name) == 0 && row[k].help != NULL &&
                strstr(c[i].synopsis, row[k].name) == NULL) {
                out_print(o, " [--%s%s%s]", row[k].name, row[k].arg == NULL ? "" : " ",
                          row[k].arg == NULL ? "" : row[k].arg);
            }
        }
        out_str(o, "` | ");
        markdown(o, c[i].help);
        out_str(o, " |\n");
    }
    out_str(o, "<!-- end:commands -->\n");
}

static void print_keys(struct out *o)
{
    struct keymap *m = keymap_new();
    if (m == NULL) {
        return;
    }
    out_str(o, "<!-- begin:keys -->\n");
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        struct key_line line;
        size_t i = 0;
        out_print(o, "%s**%s**\n\n| key | does |\n|---|---|\n", mode == 0 ? "" : "\n",
                  key_mode_name((enum key_mode)mode));
        while (key_line(m, (enum key_mode)mode, &i, &line)) {
            out_str(o, "| `");
            markdown(o, line.keys);
            out_str(o, "` | ");
            markdown(o, line.note);
            out_str(o, " |\n");
        }
    }
    out_str(o, "<!-- end:keys -->\n");
    keymap_free(m);
}

void help_document(struct out *o, const char *which)
{
    if (strcmp(which, "man") == 0) {
        print_man(o);
    } else if (strcmp(which, "bash") == 0) {
        print_bash(o);
    } else {
        print_commands(o);
        print_keys(o);
    }
}
