/* Reads recordings: turns blocks into events. Everything that a file says is checked before use. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/history/recording_private.h"

void rec_close(struct rec_reader *r)
{
    if (r != NULL) {
        delta_close(r->deltas);
        free(r->raw);
        free(r->packed);
        free(r->blocks);
        free(r->locator);
        rec_modules_free(&r->header);
        free(r);
    }
}

const struct rec_header *rec_header(const struct rec_reader *r)
{
    return &r->header;
}

void rec_info(const struct rec_reader *r, struct rec_info *out)
{
    *out = (struct rec_info){.end = r->end,
                             .blocks = r->count,
                             .keys = r->keys,
                             .ended = r->ended,
                             .lost = r->lost,
                             .damaged = r->damaged};
}

/* ---- places ---- */

static void enter(struct rec_reader *r, size_t block)
{
    r->block = block;
    r->at = r->stop = NULL;
    r->loaded = r->waits = false;
    delta_close(r->deltas);
    r->deltas = NULL;
}

/* The last block at or before t that starts a keyframe. */
static size_t key_before(const struct rec_reader *r, int64_t t)
{
    size_t low = 0;
    size_t high = r->count; /* the first block that starts after t */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->blocks[middle].first <= t)
            low = middle + 1;
        else
            high = middle;
    }
    while (low > 0 && (r->blocks[low - 1].flags & REC_FLAG_FIRST) == 0)
        low--;
    return low == 0 ? 0 : low - 1;
}

void rec_seek(struct rec_reader *r, int64_t t)
{
    enter(r, key_before(r, t));
    r->in_key = true;
    r->size = 0;
}

bool rec_key_ahead(const struct rec_reader *r, int64_t t)
{
    size_t key = key_before(r, t);
    size_t end = key;
    while (end < r->count && r->blocks[end].kind == REC_BLOCK_KEY)
        end++;
    return key > r->block && key - r->block > end - key;
}

/* ---- a block ---- */

/* The recording ends before this block from now on. */
static enum rec_status damaged(struct rec_reader *r)
{
    r->damaged = r->blocks[r->block].at;
    rec_cut(r, r->block);
    enter(r, r->count);
    return REC_DAMAGED;
}

/* The varint at r->at. */
static bool take_varint(struct rec_reader *r, uint64_t *v)
{
    size_t n = 0;
    bool whole = get_varint(r->at, (size_t)(r->stop - r->at), &n, v);
    r->at += n;
    return whole;
}

/* Reads the start of a keyframe. */
static bool start_key(struct rec_reader *r, const struct rec_block *b)
{
    struct rec_event *ev = &r->next;
    if ((b->flags & REC_FLAG_FIRST) == 0)
        return true;
    r->piece_end = 0;
    if (!take_varint(r, &r->size) || r->size > REC_SIZE_MAX || r->at >= r->stop ||
        *r->at > REC_NAME_OTHER)
        return false;
    *ev = (struct rec_event){.kind = REC_SIZE, .key = true, .t = b->first, .n = r->size};
    r->waits = true;
    return true; /* the name comes next: it is at r->at */
}

static bool start_block(struct rec_reader *r, const struct rec_block *b, size_t raw)
{
    const char *why = NULL;
    r->loaded = true;
    r->at = r->raw;
    r->stop = r->raw + raw;
    switch (b->kind) {
    case REC_BLOCK_KEY:
        r->named = (b->flags & REC_FLAG_FIRST) == 0;
        return start_key(r, b);
    case REC_BLOCK_NAME:
        r->named = false;
        return raw == 1;
    case REC_BLOCK_CHANGES:
    default:
        r->deltas = delta_open(r->raw, raw, &why);
        return r->deltas != NULL;
    }
}

/* Loads the next valid block; keyframes are skipped while events are played in order. */
static enum rec_status next_block(struct rec_reader *r, int64_t until)
{
    size_t raw = 0;
    while (!r->in_key && r->block < r->count && r->blocks[r->block].kind == REC_BLOCK_KEY)
        r->block++;
    if (r->block >= r->count || r->blocks[r->block].first > until)
        return REC_END;
    const struct rec_block *b = &r->blocks[r->block];
    enum rec_status status = rec_load_block(r, b, &raw);
    if (status == REC_OK && !start_block(r, b, raw))
        status = REC_DAMAGED;
    return status == REC_DAMAGED ? damaged(r) : status;
}

static void leave_block(struct rec_reader *r)
{
    const struct rec_block *b = &r->blocks[r->block];
    r->in_key = b->kind == REC_BLOCK_KEY && (b->flags & REC_FLAG_OPEN) != 0;
    enter(r, r->block + 1);
}

/* ---- an event ---- */

static bool inside(const struct rec_reader *r, uint64_t offset, uint64_t n)
{
    return n > 0 && offset <= r->size && n <= r->size - offset;
}

static bool parse_name(struct rec_reader *r, const struct rec_block *b, struct rec_event *ev)
{
    if (*r->at > REC_NAME_OTHER)
        return false;
    *ev = (struct rec_event){.kind = REC_NAMED,
                             .key = b->kind == REC_BLOCK_KEY,
                             .name = (enum rec_name) * r->at++,
                             .t = b->first};
    r->named = true;
    return true;
}

/* The next piece of data of a keyframe. */
static bool parse_data(struct rec_reader *r, const struct rec_block *b, struct rec_event *ev)
{
    uint64_t ahead = 0;
    uint64_t n = 0;
    uint64_t zeros = 0;
    if (!take_varint(r, &ahead) || !take_varint(r, &n) || n > REC_DATA_MAX ||
        n > (uint64_t)(r->stop - r->at) || ahead > r->size - r->piece_end)
        return false;
    if (n == 0 && !take_varint(r, &zeros))
        return false;
    *ev = (struct rec_event){.kind = n > 0 ? REC_CHANGE : REC_DATA,
                             .key = true,
                             .t = b->first,
                             .offset = r->piece_end + ahead,
                             .n = n > 0 ? n : zeros,
                             .bytes = n > 0 ? r->at : NULL};
    r->at += n;
    if (!inside(r, ev->offset, ev->n))
        return false;
    r->piece_end = ev->offset + ev->n;
    return true;
}

/* Turns a delta into an event; false: it is not valid here. */
static bool take_delta(struct rec_reader *r, const struct delta *d, struct rec_event *ev)
{
    *ev = (struct rec_event){.t = d->time, .offset = d->offset, .n = d->length};
    switch (d->kind) {
    case DELTA_BYTES:
    case DELTA_FIRST:
    case DELTA_MISSED:
        ev->kind = REC_CHANGE;
        ev->bytes = d->new;
        ev->old = d->old;
        return inside(r, ev->offset, ev->n);
    case DELTA_STATE:
        ev->kind = d->is == BYTE_HOLE ? REC_HOLE : REC_DATA;
        return (d->is == BYTE_HOLE || d->is == BYTE_DATA) && inside(r, ev->offset, ev->n);
    case DELTA_SIZE:
        ev->kind = REC_SIZE;
        ev->n = r->size = d->is;
        return d->is <= REC_SIZE_MAX;
    case DELTA_GAP:
        ev->kind = REC_GAP;
        ev->n = d->was;
        return d->was <= INT64_MAX;
    case DELTA_KINDS:
    default:
        return false;
    }
}

/* Parses the next event of the loaded block into r->next. REC_END: there are no more. */
static enum rec_status parse(struct rec_reader *r)
{
    const struct rec_block *b = &r->blocks[r->block];
    struct delta d;
    bool whole = true;
    if (b->kind == REC_BLOCK_CHANGES) {
        if (!delta_next(r->deltas, &d))
            return REC_END;
        whole = d.time >= b->first && d.time <= b->last && take_delta(r, &d, &r->next);
    } else if (!r->named) {
        whole = parse_name(r, b, &r->next);
    } else if (r->at >= r->stop) {
        return REC_END;
    } else {
        whole = parse_data(r, b, &r->next);
    }
    return whole ? REC_OK : REC_DAMAGED;
}

/* Parses ahead: r->next is the next event. */
static enum rec_status advance(struct rec_reader *r, int64_t until)
{
    while (!r->waits) {
        if (!r->loaded) {
            enum rec_status status = next_block(r, until);
            if (status != REC_OK)
                return status;
            continue;
        }
        switch (parse(r)) {
        case REC_OK:
            r->waits = true;
            break;
        case REC_END:
            leave_block(r);
            break;
        default:
            return damaged(r);
        }
    }
    return REC_OK;
}

enum rec_status rec_next(struct rec_reader *r, int64_t until, struct rec_event *ev)
{
    until = until < r->end ? until : r->end;
    enum rec_status status = advance(r, until);
    if (status != REC_OK)
        return status;
    if (r->next.t > until)
        return REC_END;
    r->waits = false;
    *ev = r->next;
    return REC_OK;
}

bool rec_next_time(struct rec_reader *r, int64_t *t)
{
    bool there = advance(r, r->end) == REC_OK && r->next.t <= r->end;
    *t = there ? r->next.t : 0;
    return there;
}

int64_t rec_time_within(const struct rec_reader *r, uint64_t bytes)
{
    int64_t t = r->blocks[0].first;
    bool found = false;
    for (size_t i = r->count; i > 0; i--) {
        const struct rec_block *b = &r->blocks[i - 1];
        if (found && r->source.size - b->at > bytes)
            break;
        if ((b->flags & REC_FLAG_FIRST) != 0) {
            t = b->first;
            found = true;
        }
    }
    return t;
}
