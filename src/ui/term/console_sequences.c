#include "ui/term/console_sequences.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ui/term/console_windows.h"

#define ENTER "\033[?1049h"
#define LEAVE "\033[?1049l"
#define HIDE  "\033[?25l"
#define SHOW  "\033[?25h"
#define PLAIN "\033[m"

enum { DARK_GREY = 8 }; /* for dim, which older consoles do not draw */

static void send(const char *text)
{
    (void)console_write(text, strlen(text));
}

void sequences_enter(void)
{
    send(ENTER PLAIN HIDE);
}

void sequences_leave(void)
{
    send(PLAIN LEAVE SHOW);
}

void sequences_cursor(bool shown)
{
    send(shown ? SHOW : HIDE);
}

const char *sequences_capability(const char *name)
{
    static const char *const known[][2] = {{"sgr0", PLAIN}, {"rmcup", LEAVE}, {"cnorm", SHOW}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i][0], name) == 0)
            return known[i][1];
    return NULL;
}

struct paint_terms sequences_terms(void)
{
    return (struct paint_terms){
        .attribute = {[PAINT_BOLD] = "1", [PAINT_UNDERLINE] = "4", [PAINT_REVERSE] = "7"},
        .utf8 = true,
        .erases = true,
        .width = text_width};
}

/* `base`: 30 for the foreground, 40 for the background. */
static void colour_of(int number, int base, char out[PAINT_PARAMETER])
{
    out[0] = '\0';
    if (number >= 16)
        (void)snprintf(out, PAINT_PARAMETER, "%d;5;%d", base + 8, number);
    else if (number >= 0)
        (void)snprintf(out, PAINT_PARAMETER, "%d", number < 8 ? base + number : base + 52 + number);
}

struct paint_look sequences_look(struct drawn look, bool colour)
{
    struct paint_look out = {.on = {[PAINT_BOLD] = look.bold && !look.dim,
                                    [PAINT_UNDERLINE] = look.underline,
                                    [PAINT_REVERSE] = look.reverse}};
    if (colour) {
        colour_of(look.dim ? (int)DARK_GREY : look.fg, 30, out.fg);
        colour_of(look.bg, 40, out.bg);
    }
    return out;
}
