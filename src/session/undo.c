/* The stack of what can be undone and redone: values, and ranges with their bytes. Ranges may take
 * UNDO_BYTES; when they take more, the oldest steps are forgotten. */
#include <string.h>

#include "core/kept_range.h"
#include "session/session.h"

/* Forgets the steps [from, to) of those there are. */
static void forget(struct session *s, size_t from, size_t to)
{
    size_t count = s->undo_count + s->redo_count;
    for (size_t i = from; i < to; i++)
        kept_range_release(s->undo[i].range);
    memmove(s->undo + from, s->undo + to, (count - to) * sizeof *s->undo);
}

static void forget_oldest(struct session *s)
{
    forget(s, 0, 1);
    s->undo_count--;
}

void session_undo_forget(struct session *s)
{
    forget(s, 0, s->undo_count + s->redo_count);
    s->undo_count = s->redo_count = 0;
}

static size_t bytes_of(const struct session *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->undo_count; i++)
        n += kept_range_bytes(s->undo[i].range);
    return n;
}

void session_undo_grew(struct session *s)
{
    while (bytes_of(s) > UNDO_BYTES)
        forget_oldest(s);
}

static void push(struct session *s, const struct undo_step *step)
{
    forget(s, s->undo_count, s->undo_count + s->redo_count);
    s->redo_count = 0;
    if (s->undo_count == UNDO_MAX)
        forget_oldest(s);
    s->undo[s->undo_count++] = *step;
    session_undo_grew(s);
}

void session_undo_push(struct session *s, const struct poke_done *p, const struct view *view)
{
    push(s, &(struct undo_step){.one = *p, .view = view});
}

void session_undo_push_range(struct session *s, struct kept_range *range)
{
    push(s, &(struct undo_step){.range = range});
}

void session_undo_went(struct session *s, bool undone)
{
    s->undo_count += undone ? (size_t)-1 : 1;
    s->redo_count += undone ? 1 : (size_t)-1;
}
