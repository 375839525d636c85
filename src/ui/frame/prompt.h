/* Prompts, menus and the pager: modes that take the keys until they are answered or closed. They
 * know the canvas they draw on and a host, which is the UI: it runs the lines that a menu chooses
 * and shows messages, and callbacks get the `struct ui` that the host names. Nothing here looks
 * into that struct, so none of it can depend on the screens. */
#ifndef SHMLENS_UI_PROMPT_H
#define SHMLENS_UI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/screen/canvas.h"
#include "core/screen/keymap.h"
#include "core/screen/line_edit.h"

struct ui;
struct pager; /* a text over the lower part of the screen (results of commands) */

enum prompt_kind {
    PROMPT_NONE,
    PROMPT_LINE,    /* a line with history and completion; Enter accepts, Esc cancels */
    PROMPT_CONFIRM, /* `question [y/N]`: y accepts, anything else cancels */
    PROMPT_KEY,     /* one key: m, ' */
    PROMPT_MENU     /* a list of entries; letters and Enter choose */
};

struct menu_entry {
    const char *label;   /* `r  resize...` */
    uint32_t letter;     /* 0: none */
    const char *command; /* empty: choosing it shows the label */
};

struct prompt {
    enum prompt_kind kind;
    char label[160]; /* what is asked, printable */
    char note[160];  /* what one should know before answering, on the line above */
    char hint[512];  /* completions, on the line above; empty: none */
    bool last;       /* LINE: the text is that of the last time: a character replaces it */
    bool refused;    /* LINE: the note says why; the next edit removes it */
    bool drawn;      /* it has been on the screen */
    bool again;      /* a yes runs the line that asked again */
    char line[64];   /* CONFIRM: the line that asked, which is done with a yes; empty: none is */

    /* Refreshes note or menu before each frame; may be NULL. */
    void (*renew)(struct ui *ui);

    struct edit edit;             /* PROMPT_LINE */
    struct line_history *history; /* PROMPT_LINE: where the line is stored, or NULL */

    /* LINE: before it is accepted. False: it stays, with *why on the line above. May be NULL. */
    bool (*right)(struct ui *ui, const char *text, char why[160]);

    /* LINE: the text; CONFIRM: "y". */
    void (*accept)(struct ui *ui, const char *text, void *ctx);

    /* KEY. */
    void (*accept_key)(struct ui *ui, struct key key, void *ctx);

    /* CONFIRM: a character that is not an answer; NULL: it means no. */
    void (*typed)(struct ui *ui, struct key key, void *ctx);

    /* LINE: after each edit (filter as you type); may be NULL. */
    void (*changed)(struct ui *ui, const char *text, void *ctx);

    void (*drop)(struct ui *ui, void *ctx); /* cancelled; may be NULL */
    void (*complete)(struct ui *ui);        /* LINE: Tab; may be NULL */
    void *ctx;

    int cycle;          /* LINE: the candidate that the next Tab puts in, from 1; 0: none yet */
    size_t cycle_added; /* bytes that the last one added to what was typed */

    /* MENU: Left (-1), Right or Space (1) on an entry, which stays open; may be NULL. */
    void (*turn)(struct ui *ui, int entry, int by);

    /* MENU: the command that opens it, whose keys close it as well; NULL: none. */
    const char *opened_by;

    const struct menu_entry *menu;
    int menu_count, menu_at;
    int menu_row, menu_rows, menu_cols; /* where entry 0 would be, as drawn; rows 0: not drawn */
};

/* What prompts, menus and the pager need of the UI. */
struct prompt_host {
    struct ui *ui; /* passed to the callbacks */
    struct canvas *canvas;
    struct prompt *prompt;
    struct pager **pager;                         /* *pager NULL: none open */
    void (*run)(struct ui *ui, const char *line); /* the command line of a menu's entry */
    void (*say)(struct ui *ui, enum style style, const char *text);
    void (*did)(struct ui *ui, const char *line); /* a line that asked first is done */
};

/* ---- prompt.c ---- */

void prompt_ask(struct prompt_host *h, const char *label, const char *initial,
                struct line_history *history,
                void (*accept)(struct ui *ui, const char *text, void *ctx), void *ctx);
void prompt_confirm(struct prompt_host *h, const char *question,
                    void (*accept)(struct ui *ui, const char *text, void *ctx), void *ctx);
void prompt_ask_key(struct prompt_host *h, const char *label,
                    void (*accept)(struct ui *ui, struct key key, void *ctx), void *ctx);
void prompt_menu(struct prompt_host *h, const char *label, const struct menu_entry *entries,
                 int count);
void prompt_key(struct prompt_host *h, struct key key);
void prompt_paste(struct prompt_host *h, struct key key);
void prompt_draw(struct prompt_host *h, int row);

/* ---- menu.c ---- */

void menu_key(struct prompt_host *h, struct key key);
void menu_draw(struct prompt_host *h);
bool menu_click(struct prompt_host *h, int row, int col); /* true: it was on the menu */

/* ---- pager.c ---- */

/* Shows a long text (lines, printable) over the screen until Esc or q. The text is copied. Lines
 * that are too long are wrapped (prose), or else cut and scrolled sideways (tables). */
void pager_open(struct prompt_host *h, const char *title, const char *text, bool wraps);
void pager_show(struct prompt_host *h, int line); /* scrolls so that it is in the middle */
void pager_close(struct prompt_host *h);
bool pager_key(struct prompt_host *h, struct key key); /* true: consumed */
void pager_scroll(struct prompt_host *h, int lines);
void pager_draw(struct prompt_host *h);

#endif
