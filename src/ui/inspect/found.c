/* All matches on the screen, not only the one that the cursor went to: the bytes of each new sample
 * are searched once, when they are drawn. What is lit is what matches within the sample, which is
 * the screen and a margin as long as the match that was found. A regular expression may take a
 * frame only so long; when that is not enough, the next frame gives it twice as long, and when the
 * longest is not enough either, a message says that not all matches are lit. */
#include <string.h>

#include "backend/os.h"
#include "core/find/find.h"
#include "ui/inspect/inspect.h"

enum { PATIENCE = 2000000, LONGEST = 64000000 /* ns */ };

static bool in_time(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    (void)deadline;
    (void)done;
    (void)total;
    return os_now() < *(const int64_t *)ctx;
}

/* Bytes [i, i + n) of the sample, which lie at `at`. */
static void mark_piece(struct found_bytes *f, const struct sample *p, size_t i, size_t n,
                       uint64_t at)
{
    const uint8_t *bytes = p->arrays->bytes + i, *state = p->arrays->state + i;
    size_t length = 0, m = 0;
    while (n > 0 && state[n - 1] == BYTE_BEYOND)
        n--;
    for (size_t from = at > 0 ? find_context(f->find) : 0; from < n; from = m + 1) {
        m = find_next(f->find, bytes, n, from, true, &length);
        if (m == SIZE_MAX)
            break;
        if (memchr(state + m, BYTE_UNKNOWN, length) == NULL)
            memset(f->hit + i + m, 1, length);
    }
}

/* Pieces that touch are searched as one. */
static void mark_sample(struct found_bytes *f, const struct sample *p)
{
    const struct span *span = p->spans.at;
    memset(f->hit, 0, p->length);
    if (p->spans.count == 0)
        mark_piece(f, p, 0, p->length, p->offset);
    for (size_t k = 0, n = 0; k < p->spans.count; k += n) {
        size_t length = span[k].length;
        for (n = 1; k + n < p->spans.count; n++) {
            if (span[k].offset + length != span[k + n].offset)
                break;
            length += span[k + n].length;
        }
        mark_piece(f, p, span[k].index, length, span[k].offset);
    }
}

static void search_sample(struct found_bytes *f, const struct sample *p)
{
    int64_t until = os_now() + f->patience;
    struct progress patience = {in_time, &until};
    find_progress(f->find, &patience);
    mark_sample(f, p);
    bool stopped = find_stopped(f->find);
    find_progress(f->find, NULL);
    f->partly = stopped && f->patience < LONGEST;
    f->slow = f->slow || (stopped && !f->partly) || find_gave_up(f->find);
    f->patience = f->slow ? PATIENCE : stopped ? 2 * f->patience : f->patience;
    f->partly = f->partly && !f->slow;
    f->seq = p->seq;
    f->time = p->time;
}

const uint8_t *inspect_found(const struct ui *ui)
{
    struct found_bytes *f = &ui->inspect->found;
    const struct sample *p = &ui->s.sample;
    bool other = strcmp(f->pattern, ui->inspect->pattern) != 0;
    if (ui->s.match_length == 0)
        return NULL;
    if (other) {
        char why[FIND_WHY_MAX];
        inspect_found_free(f);
        memcpy(f->pattern, ui->inspect->pattern, sizeof f->pattern);
        f->find = find_compile(f->pattern, why);
    }
    if (f->find != NULL && (other || f->partly || f->seq != p->seq || f->time != p->time))
        search_sample(f, p);
    return f->find != NULL ? f->hit : NULL;
}

void inspect_found_free(struct found_bytes *f)
{
    find_free(f->find);
    f->find = NULL;
    f->pattern[0] = '\0';
    f->patience = PATIENCE;
    f->partly = f->slow = f->told = false;
}

void inspect_found_again(struct ui *ui)
{
    ui->inspect->found.seq = 0;
}

void inspect_found_tell(struct ui *ui)
{
    struct found_bytes *f = &ui->inspect->found;
    if (!f->slow || f->told || ui->s.match_length == 0)
        return;
    f->told = true;
    ui_say(ui, STYLE_WARN, "not all matches on the screen are lit: the expression takes too long");
}
