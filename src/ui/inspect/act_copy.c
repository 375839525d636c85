/* Copies the selection to the terminal's clipboard and to a file in the state folder. While the
 * picture is frozen (paused, or in the past) the bytes come from the sample on the screen;
 * otherwise the sampler reads them anew. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/text.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

enum { COPY_MAX = 1024 * 1024, BYTES_A_LINE = 12 };
enum copy_form { COPY_HEX, COPY_TEXT, COPY_C };

struct clip {
    struct bytes_job job;
    enum copy_form form;
    char when[INSPECT_WHEN];
};

static const struct menu_entry forms[] = {
    {"h  hex digits", 'h', "copy hex"},
    {"t  text", 't', "copy text"},
    {"c  C array", 'c', "copy c"},
};

/* A text of fixed capacity; `text` NULL: out of memory. */
struct clip_piece {
    char *text;
    size_t length, capacity;
};

static bool reserve(struct clip_piece *p, size_t n)
{
    p->text = malloc(n + 1);
    p->capacity = n + 1;
    p->length = 0;
    if (p->text != NULL)
        p->text[0] = '\0';
    return p->text != NULL;
}

static void add(struct clip_piece *p, const char *text)
{
    size_t n = strlen(text);
    if (p->length + n + 1 <= p->capacity) {
        memcpy(p->text + p->length, text, n + 1);
        p->length += n;
    }
}

static bool as_hex(struct clip_piece *p, const uint8_t *bytes, size_t n)
{
    char digits[4];
    if (!reserve(p, 3 * n))
        return false;
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(digits, sizeof digits, i > 0 ? " %02x" : "%02x", bytes[i]);
        add(p, digits);
    }
    return true;
}

static bool as_c(struct clip_piece *p, const uint8_t *bytes, size_t n, uint64_t offset)
{
    char text[64];
    if (!reserve(p, 128 + 6 * n + n / 2))
        return false;
    (void)snprintf(text, sizeof text, "/* offset 0x%" PRIx64 " */\n", offset);
    add(p, text);
    (void)snprintf(text, sizeof text, "static const unsigned char bytes[%zu] = {", n);
    add(p, text);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(text, sizeof text, "%s0x%02x,", i % BYTES_A_LINE == 0 ? "\n    " : " ",
                       bytes[i]);
        add(p, text);
    }
    add(p, "\n};\n");
    return true;
}

/* The encoding of the column with the cursor. */
static enum text_encoding encoding_of(const struct ui *ui)
{
    const struct view *v = inspect_view(ui);
    int column = (int)ui->s.focus - FOCUS_TEXT;
    if (column >= 0 && column < ui->inspect->at.texts)
        return ui->inspect->at.enc[column];
    return v->kind == VIEW_TEXT ? v->enc : TEXT_UTF8;
}

/* UTF-8; bytes that are not a character of the encoding become \xNN. */
static bool as_text(struct clip_piece *p, const uint8_t *bytes, size_t n, enum text_encoding enc)
{
    char text[64];
    uint8_t utf8[5];
    if (!reserve(p, 4 * n))
        return false;
    for (size_t i = 0; i < n;) {
        struct text_char c = text_decode(enc, bytes + i, n - i);
        size_t k = c.valid ? text_encode(TEXT_UTF8, c.cp, utf8) : 0;
        if (k > 0)
            (void)text_escape_content(text, sizeof text, utf8, k);
        else
            (void)text_escape_content(text, sizeof text, bytes + i, c.size);
        add(p, text);
        i += c.size;
    }
    return true;
}

static void deliver(struct ui *ui, const struct clip_piece *p, size_t bytes, const char *form)
{
    char path[4096], why[96], clipboard[64] = "clipboard";
    const char *refused = ui->term != NULL ? term_copy(ui->term, p->text, p->length) : "none here";
    if (refused != NULL)
        (void)snprintf(clipboard, sizeof clipboard, "no clipboard: %s", refused);
    const char *s = bytes == 1 ? "" : "s";
    if (!os_state_path("copy", path, sizeof path)) {
        ui_say(ui, STYLE_WARN, "copied %zu byte%s as %s (%s; no file: HOME is not set)", bytes, s,
               form, clipboard);
        return;
    }
    struct oserr e = os_replace_file(path, p->text, p->length);
    if (oserr_is(e))
        ui_say(ui, STYLE_WARN, "copied %zu byte%s as %s (%s; not into %s: %s: %s)", bytes, s, form,
               clipboard, path, e.call, oserr_text(e, why, sizeof why));
    else
        ui_say(ui, STYLE_TEXT, "copied %zu byte%s as %s (%s%s%s)", bytes, s, form, clipboard,
               refused != NULL ? "; file: " : " and ", path);
}

/* Formats n bytes that were at `from` and hands them to the clipboard and the file. */
static void copy_bytes(struct ui *ui, enum copy_form form, const uint8_t *bytes, size_t n,
                       uint64_t from)
{
    static const char *const names[] = {"hex", "text", "C array"};
    struct clip_piece p = {0};
    bool made = form == COPY_HEX ? as_hex(&p, bytes, n)
                : form == COPY_C ? as_c(&p, bytes, n, from)
                                 : as_text(&p, bytes, n, encoding_of(ui));
    if (made)
        deliver(ui, &p, n, names[form]);
    else
        ui_say(ui, STYLE_ERROR, "out of memory");
    free(p.text);
}

static void copy_done(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct clip *c = arg;
    if (!cancelled && c->job.bytes == NULL && c->job.past != 0)
        ui_say(ui, STYLE_ERROR, "not all of the selection is known%s", c->when);
    else if (!cancelled && c->job.bytes == NULL)
        ui_say(ui, STYLE_ERROR, "the selection cannot be read");
    else if (!cancelled)
        copy_bytes(ui, c->form, c->job.bytes, c->job.length, c->job.offset);
    free(c->job.bytes);
}

/* While paused or in the past, copies from the frozen sample; false: it does not cover the
 * selection. */
static bool copy_frozen(struct ui *ui, enum copy_form form, uint64_t from, uint64_t to)
{
    const struct sample *p = &ui->s.sample;
    size_t first = sample_index(p, from), last = sample_index(p, to - 1), n = (size_t)(to - from);
    bool stands = ui->s.paused || p->past.time != 0;
    if (!stands || p->seq == 0 || first == SIZE_MAX || last != first + n - 1)
        return false;
    if (p->past.time != 0 && memchr(p->arrays->state + first, BYTE_UNKNOWN, n))
        ui_say(ui, STYLE_ERROR, "not all of the selection is known at that time");
    else
        copy_bytes(ui, form, p->arrays->bytes + first, n, from);
    return true;
}

static void copy(struct ui *ui, enum copy_form form)
{
    uint64_t from = 0, to = 0;
    session_selection(&ui->s, &from, &to);
    if (to - from > COPY_MAX) {
        ui_say(ui, STYLE_ERROR, "copy takes at most 1 MiB; `save FILE OFFSET LENGTH` takes all");
        return;
    }
    if (copy_frozen(ui, form, from, to))
        return;
    struct clip c = {.job = {.offset = from, .length = (size_t)(to - from), .past = ui->s.past},
                     .form = form};
    inspect_when(ui, c.job.past, c.when);
    (void)inspect_post(ui, sampler_job_new(ui->s.sampler, job_bytes, &c, sizeof c, copy_done));
}

void act_copy(struct ui *ui, const char *arg)
{
    if (!inspect_attached(ui))
        return;
    if (arg[0] == '\0')
        prompt_menu(&ui->host, "copy the selection as", forms,
                    (int)(sizeof forms / sizeof forms[0]));
    else if (strcmp(arg, "hex") == 0)
        copy(ui, COPY_HEX);
    else if (strcmp(arg, "text") == 0)
        copy(ui, COPY_TEXT);
    else if (strcmp(arg, "c") == 0)
        copy(ui, COPY_C);
    else
        ui_say(ui, STYLE_ERROR, "copy: hex, text or c");
}
