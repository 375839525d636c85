/* Following values: Enter goes to the offset that the value at the cursor is, Backspace back. Two
 * bytes of a view that shows no numbers are an offset by chance more often than not: that is asked.
 * A value that is no offset of the segment may be a pointer: an address at which some process maps
 * it, which is known of those that the newest survey could read. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "core/plural.h"
#include "core/text.h"
#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

enum { TEXT_LEAST = 4 }; /* characters */

/* A value, and where it leads. */
struct lead {
    unsigned size;
    bool doubtful; /* such bytes are an offset by chance more often than not */
    uint64_t value, offset;
    uint32_t pid; /* the process whose pointer it is; 0: it is an offset */
    char comm[4 * SEG_COMM];
};

/* Is the value an address at which a process has the segment? */
static bool is_pointer(const struct ui *ui, struct lead *l)
{
    struct seg_who who;
    if (!session_users(&ui->s, &who))
        return false;
    for (size_t i = 0; i < who.mappers_count; i++) {
        const struct seg_mapper *m = &who.mappers[i];
        if (l->value < m->address || l->value - m->address >= m->length)
            continue;
        l->offset = l->value - m->address + m->offset;
        l->pid = m->pid;
        (void)text_escape(l->comm, sizeof l->comm, m->comm, strlen(m->comm));
        return l->offset < session_end(&ui->s);
    }
    return false;
}

/* Does the value of so many bytes at the cursor lead to a byte of the segment? 0 leads nowhere: it
 * is the value of all that was never set. */
static bool leads(const struct ui *ui, const uint8_t *bytes, unsigned size, bool big,
                  struct lead *l)
{
    *l = (struct lead){.size = size, .value = bytes_get(bytes, size, big)};
    l->offset = l->value;
    if (l->value == 0)
        return false;
    return (l->value >= session_start(&ui->s) && l->value < session_end(&ui->s)) ||
           (size == 8 && is_pointer(ui, l));
}

/* Views of whole numbers say how many bytes count; in others the largest value that leads
 * somewhere does. */
static bool find_lead(const struct ui *ui, struct lead *l)
{
    static const unsigned sizes[] = {8, 4, 2};
    const struct view *v = inspect_view(ui);
    bool whole = v->kind == VIEW_UNSIGNED || v->kind == VIEW_SIGNED || v->kind == VIEW_POINTER;
    bool big = view_swapped(v) != v ? v->big : ui->s.set.big;
    uint8_t bytes[8];
    size_t n = session_bytes(&ui->s, ui->s.cursor, bytes, sizeof bytes);
    *l = (struct lead){.size = 0};
    if (whole && ui->s.focus == FOCUS_CELLS)
        return n >= v->unit && leads(ui, bytes, v->unit, big, l);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (n >= sizes[i] && leads(ui, bytes, sizes[i], big, l)) {
            l->doubtful = sizes[i] == 2 && n > 2;
            return true;
        }
    return false;
}

static void say_nowhere(struct ui *ui, const struct lead *l)
{
    if (l->size == 0)
        ui_say(ui, STYLE_WARN, "nothing to go to: what is here is not known");
    else if (l->value == 0)
        ui_say(ui, STYLE_WARN, "the value here is 0, which leads nowhere");
    else
        ui_say(ui, STYLE_WARN,
               "0x%" PRIx64 " leads nowhere: it is past the end, and no pointer of a process that "
               "maps this",
               l->value);
}

static void go(struct ui *ui, const struct lead *l)
{
    struct inspect_state *st = ui->inspect;
    uint64_t from = ui->s.cursor;
    if (st->trail_count == TRAIL_MAX) /* the oldest is forgotten */
        memmove(st->trail, st->trail + 1, --st->trail_count * sizeof *st->trail);
    st->trail[st->trail_count++] = from;
    inspect_go_to(ui, l->offset);
    if (l->pid != 0)
        ui_say(ui, STYLE_TEXT,
               "0x%" PRIx64 " is 0x%" PRIx64 " for %s (%" PRIu32 "); {return} returns", l->value,
               l->offset, l->comm, l->pid);
    else
        ui_say(ui, STYLE_TEXT,
               "went to 0x%" PRIx64 ", the %u byte%s at 0x%" PRIx64
               " taken as an offset; {return} returns",
               l->value, l->size, plural_s(l->size), from);
}

/* The value may have changed since the question: where that said is gone to. */
static void go_after_all(struct ui *ui, const char *text, void *ctx)
{
    (void)text;
    (void)ctx;
    go(ui,
       &(struct lead){.size = 2, .value = ui->inspect->doubted, .offset = ui->inspect->doubted});
}

/* Are the bytes at the cursor printable text? Two of them alone may be a number as well. */
static bool is_text(const struct ui *ui)
{
    uint8_t bytes[TEXT_LEAST];
    size_t n = session_bytes(&ui->s, ui->s.cursor, bytes, sizeof bytes), i = 0;
    while (i < n && bytes[i] >= ' ' && bytes[i] < 0x7f)
        i++;
    return i == sizeof bytes;
}

static void ask_doubtful(struct ui *ui, const struct lead *l)
{
    char question[96];
    ui->inspect->doubted = l->offset;
    (void)snprintf(question, sizeof question,
                   "go to 0x%" PRIx64 ", the 2 bytes here taken as an offset?", l->offset);
    prompt_confirm(&ui->host, question, go_after_all, NULL);
}

void act_visit(struct ui *ui, const char *arg)
{
    struct lead l;
    (void)arg;
    if (!inspect_attached(ui))
        return;
    if (session_editing(&ui->s)) {
        ui_say(ui, STYLE_WARN, "{visit} goes to a value only outside of edit mode ({edit})");
        return;
    }
    if (!find_lead(ui, &l)) {
        say_nowhere(ui, &l);
        return;
    }
    if (l.doubtful && is_text(ui))
        ui_say(ui, STYLE_WARN, "no offset here: text");
    else if (l.doubtful)
        ask_doubtful(ui, &l);
    else
        go(ui, &l);
}

void act_return(struct ui *ui, const char *arg)
{
    struct inspect_state *st = ui->inspect;
    (void)arg;
    if (!inspect_attached(ui))
        return;
    if (st->trail_count == 0)
        ui_say(ui, STYLE_WARN, "there is nowhere to return to: no value was gone to");
    else
        inspect_go_to(ui, st->trail[--st->trail_count]);
}
