/* `help concepts`: docs/concepts.md as text for a terminal. Lines of a paragraph are joined and
 * wrapped, what is indented is a drawing or a program and stays, the marks of Markdown go. */
#include <string.h>

#include "cli/run.h"
#include "core/screen/wrap.h"

enum { COLUMNS = 78, PARAGRAPH = 4096 };

extern const char help_concepts_text[];

struct paragraph {
    struct out *out;
    char text[PARAGRAPH];
    size_t n;
    int indent; /* of its lines but the first: an item of a list */
};

static void flush(struct paragraph *p)
{
    const char *at = p->text;
    size_t skip = 0;
    p->text[p->n] = '\0';
    while (*at != '\0') {
        int indent = at == p->text ? 0 : p->indent;
        size_t n = wrap_line(at, COLUMNS - indent, &skip);
        out_print(p->out, "%*s%.*s\n", indent, "", (int)n, at);
        at += skip > 0 ? skip : n;
    }
    p->n = 0;
    p->indent = 0;
}

/* A line of a paragraph, without the marks; `size` bytes. */
static void add(struct paragraph *p, const char *line, size_t size)
{
    if (p->n > 0 && p->n + 1 < PARAGRAPH)
        p->text[p->n++] = ' ';
    for (size_t i = 0; i < size && p->n + 1 < PARAGRAPH; i++)
        if (line[i] != '`' && line[i] != '*')
            p->text[p->n++] = line[i];
}

static void heading(struct paragraph *p, const char *line, size_t size, bool title)
{
    flush(p);
    out_print(p->out, "%.*s\n", (int)size, line);
    for (size_t i = 0; i < size; i++)
        out_str(p->out, title ? "=" : "-");
    out_str(p->out, "\n");
}

void help_concepts(struct out *o)
{
    struct paragraph p = {.out = o};
    size_t n = 0;
    for (const char *line = help_concepts_text; *line != '\0'; line += n + (line[n] == '\n')) {
        n = strcspn(line, "\n");
        if (strncmp(line, "# ", 2) == 0) {
            heading(&p, line + 2, n - 2, true);
        } else if (strncmp(line, "## ", 3) == 0) {
            heading(&p, line + 3, n - 3, false);
        } else if (n == 0 || strncmp(line, "    ", 4) == 0) {
            flush(&p);
            out_print(o, "%.*s\n", (int)n, line);
        } else {
            if (strncmp(line, "- ", 2) == 0) {
                flush(&p);
                p.indent = 2;
            }
            size_t blanks = strspn(line, " ");
            add(&p, line + blanks, n - blanks);
        }
    }
    flush(&p);
}
