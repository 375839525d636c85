/* Replace, one match after the other: OLD and NEW are asked for, then each match is lit and asked
 * about. What is replaced is what was seen when the match was found, by compare-and-swap: a match
 * that another process changes while the user thinks stays, and is counted. Each match is a step of
 * undo. The sampler stores one match and finds the next in one job, so there is always either a
 * question or a job. The prompt stays open during both, so that an answer never acts as a key of
 * the screen. An answer that stores counts only when its question has been on the screen. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/find/find.h"
#include "core/kept_range.h"
#include "core/plural.h"
#include "core/text.h"
#include "ui/frame/actions.h"
#include "ui/frame/run_line.h"
#include "ui/inspect/inspect.h"
#include "ui/tree/tree.h"

enum { SHOWN = 64 };

/* OLD or NEW for a question: a long one is cut in sight. */
static const char *shown(const char *text, char out[SHOWN])
{
    int n = text_fit(text, 20);
    (void)snprintf(out, SHOWN, "%.*s%s", n, text, text[n] != '\0' ? "\u2026" : "");
    return out;
}

/* ---- the end ---- */

/* What undo does about those that were replaced: `; u takes them back one by one`. */
static void say_undo(const struct ui *ui, char *out, size_t cap)
{
    const struct inspect_state *st = ui->inspect;
    unsigned kept = st->each.replaced - st->each.unkept - st->each.unchanged;
    char key[UI_PRESS], lost[64] = "";
    out[0] = '\0';
    (void)edit_undo_key(ui, key);
    if (st->each.unkept > 0)
        (void)snprintf(lost, sizeof lost, "; %u cannot be undone (out of memory)", st->each.unkept);
    if (kept == 0)
        (void)snprintf(out, cap, "%s", lost);
    else if (st->each.together > 1 && st->each.together == kept)
        (void)snprintf(out, cap, "; %s takes them back at once%s", key, lost);
    else if (st->each.together > 1)
        (void)snprintf(out, cap, "; %s takes %u back at once, then one by one%s", key,
                       st->each.together, lost);
    else
        (void)snprintf(out, cap, "; %s takes %s%s", key,
                       kept == 1 ? "it back" : "them back one by one", lost);
}

/* `3 replaced, 1 skipped, 1 had changed`. */
static void say_end(struct ui *ui, const char *before)
{
    const struct inspect_state *st = ui->inspect;
    bool warn = st->each.lost > 0 || st->each.unkept > 0;
    char skipped[48] = "", lost[48] = "", undo[160];
    if (st->each.skipped > 0)
        (void)snprintf(skipped, sizeof skipped, ", %u skipped", st->each.skipped);
    if (st->each.lost > 0)
        (void)snprintf(lost, sizeof lost, ", %u had changed", st->each.lost);
    say_undo(ui, undo, sizeof undo);
    ui_say(ui, warn ? STYLE_WARN : STYLE_TEXT, "%s%u replaced%s%s%s", before, st->each.replaced,
           skipped, lost, undo);
}

static void end(struct ui *ui, const char *before)
{
    struct inspect_state *st = ui->inspect;
    st->each.on = false;
    run_unlight(ui);
    if (!st->each.seen && before[0] != '\0') {
        ui_say(ui, STYLE_TEXT, "%snothing replaced", before);
        return;
    }
    if (!st->each.seen) {
        ui_say(ui, STYLE_WARN, "not found, nothing replaced: %s", st->each.find);
        return;
    }
    if (st->each.replaced > 0)
        lab_did(ui, "replace");
    say_end(ui, before);
}

/* ---- one match ---- */

static void post(struct ui *ui, bool store);
static void answered(struct ui *ui, struct key key, void *ctx);

static void stopped(struct ui *ui, void *ctx)
{
    (void)ctx;
    end(ui, "stopped: ");
}

static void ask(struct ui *ui, const char *note);

static void stop_soon(struct ui *ui, void *ctx);

static const char too_early[] = "answered too early, not counted; ";

/* A key while there is no question. One that changes no byte answers the next question. One that
 * would store does not, since that question was not on the screen yet. */
static void typed_ahead(struct ui *ui, struct key key, void *ctx)
{
    struct inspect_state *st = ui->inspect;
    uint32_t c = key.mods == 0 ? key.code : 0;
    size_t n = strlen(st->each.ahead);
    if (c == 'q' && (st->each.all || !st->each.storing)) {
        stop_soon(ui, ctx);
        return;
    }
    ui->prompt.kind = PROMPT_KEY;
    if ((c == 'n' || c == 'q') && n + 1 < sizeof st->each.ahead) {
        st->each.ahead[n] = (char)c;
    } else if ((c == 'y' || c == 'a') && !st->each.all) {
        st->each.early = true;
        (void)snprintf(ui->prompt.note, sizeof ui->prompt.note, "%s%c", too_early, (char)c);
    }
}

/* The sampler is asked to stop; a second time it is not waited for. */
static void stop_soon(struct ui *ui, void *ctx)
{
    (void)ctx;
    if (ui->inspect->each.stop) {
        end(ui, "stopped: ");
        return;
    }
    ui->prompt.kind = PROMPT_KEY;
    ui->inspect->each.stop = true;
    ui_cancel(ui);
}

/* Shows the question, or what is under way, until the sampler is done. */
static void wait(struct ui *ui)
{
    if (ui->prompt.accept_key != answered)
        prompt_ask_key(&ui->host, "looking for matches: Esc stops ", typed_ahead, NULL);
    ui->prompt.kind = PROMPT_KEY;
    (void)snprintf(ui->prompt.note, sizeof ui->prompt.note, "%s",
                   ui->inspect->each.all ? "replacing all the rest, q or Esc stops" : "");
    ui->prompt.accept_key = typed_ahead;
    ui->prompt.drop = stop_soon;
}

static void answered(struct ui *ui, struct key key, void *ctx)
{
    struct inspect_state *st = ui->inspect;
    uint32_t c = key.mods == 0 ? key.code : 0;
    bool seen = ui->prompt.drawn;
    (void)ctx;
    if (c == 'q') {
        stopped(ui, NULL);
    } else if ((c == 'y' || c == 'a') && !seen) {
        st->each.early = true;
        ask(ui, "");
    } else if (c == 'y' || c == 'a') {
        st->each.early = false;
        st->each.all = st->each.grouped = c == 'a';
        post(ui, true);
    } else if (c == 'n') {
        st->each.early = st->each.early && !seen;
        st->each.skipped++;
        post(ui, false);
    } else {
        ask(ui, "that is no answer: ");
        ui->prompt.drawn = seen; /* it is the same question */
    }
}

static void ask(struct ui *ui, const char *note)
{
    const struct inspect_state *st = ui->inspect;
    char label[160], old[SHOWN], new[SHOWN];
    (void)snprintf(label, sizeof label, "0x%" PRIx64 ": replace %.50s by %.50s? [y n a q] ",
                   st->each.at, shown(st->each.find, old), shown(st->each.by, new));
    prompt_ask_key(&ui->host, label, answered, NULL);
    (void)snprintf(ui->prompt.note, sizeof ui->prompt.note,
                   "%s%sy yes, n no, a all the rest, q or Esc stops", note,
                   st->each.early ? too_early : "");
    ui->prompt.drop = stopped;
}

/* The step that this run's last matches are in together; NULL: there is none yet. */
static struct kept_range *group_of(struct ui *ui, uint32_t run)
{
    const struct session *s = &ui->s;
    struct kept_range *k = s->undo_count > 0 ? s->undo[s->undo_count - 1].range : NULL;
    return ui->inspect->each.together > 0 && k != NULL && k->at != NULL && k->run == run ? k : NULL;
}

static bool keep_matches(struct ui *ui, const struct replace_job *j)
{
    struct kept_range *k = kept_matches_new(j->n);
    if (k == NULL || !kept_matches_add(k, j->at, j->old, j->new)) {
        kept_range_release(k);
        return false;
    }
    k->run = j->run;
    session_undo_push_range(&ui->s, k);
    return true;
}

/* Keeps a match that was replaced, for undo: as a step of its own, but together with others what
 * one answer replaced, and when there would be more steps than undo holds. False: out of memory. */
static bool keep(struct ui *ui, const struct replace_job *j, bool same)
{
    struct inspect_state *st = ui->inspect;
    if (memcmp(j->old, j->new, j->n) == 0) { /* no step */
        st->each.unchanged += same;
        return true;
    }
    bool together = same && (st->each.grouped || st->each.steps >= UNDO_MAX - 1);
    struct kept_range *group = together ? group_of(ui, j->run) : NULL;
    bool kept = true;
    if (group != NULL) {
        kept = kept_matches_add(group, j->at, j->old, j->new);
        session_undo_grew(&ui->s);
    } else if (!together && replace_word(j->at, j->n) == j->n) {
        struct poke_done d = {.offset = j->at, .size = (uint32_t)j->n, .atomic = true};
        memcpy(d.old, j->old, j->n);
        memcpy(d.value, j->new, j->n);
        session_undo_push(&ui->s, &d, NULL);
    } else {
        kept = keep_matches(ui, j);
    }
    if (same && kept && together)
        st->each.together++;
    else if (same && kept)
        st->each.steps++;
    return kept;
}

/* The next match: shows it, and asks unless all the rest are to be replaced. */
static void next(struct ui *ui, const struct replace_job *j, bool lost)
{
    struct inspect_state *st = ui->inspect;
    char note[96] = "";
    st->each.seen = true;
    st->each.at = j->offset;
    st->each.from = j->offset + j->n;
    memcpy(st->each.old, j->seen, j->n);
    inspect_go_exactly(ui, j->offset);
    ui->s.match = j->offset;
    ui->s.match_length = j->n;
    if (st->each.all) {
        post(ui, true);
    } else {
        struct key key = {(unsigned char)st->each.ahead[0], 0};
        memmove(st->each.ahead, st->each.ahead + 1, sizeof st->each.ahead - 1);
        if (lost)
            (void)snprintf(note, sizeof note, "0x%" PRIx64 " had changed, not written; ", j->at);
        ask(ui, note);
        if (key.code != 0)
            prompt_key(&ui->host, key);
    }
}

/* A job that nobody was waiting for any longer has stored a match. */
static void stored_late(struct ui *ui, const struct replace_job *j, bool kept)
{
    char key[UI_PRESS];
    if (j->run == ui->inspect->each.run)
        say_end(ui, "stopped: ");
    else if (!kept)
        ui_say(ui, STYLE_WARN,
               "0x%" PRIx64 " was replaced before that stopped, without undo: out of memory",
               j->at);
    else
        ui_say(ui, STYLE_WARN, "0x%" PRIx64 " was replaced before that stopped; %s takes it back",
               j->at, edit_undo_key(ui, key));
}

static void failed(struct ui *ui, const struct replace_job *j)
{
    struct inspect_state *st = ui->inspect;
    char what[128] = "replace";
    st->each.on = false;
    run_unlight(ui);
    if (st->each.replaced > 0)
        (void)snprintf(what, sizeof what, "replace: %u replaced, then", st->each.replaced);
    if (j->left > 0)
        (void)snprintf(what, sizeof what,
                       "0x%" PRIx64 ": %zu of %zu bytes are replaced and stay so", j->at, j->left,
                       j->n);
    if (j->why != NULL)
        ui_say(ui, STYLE_ERROR, "%s: %s", what, j->why);
    else
        ui_say_error(ui, what, j->error);
}

/* No match is left to ask about. */
static void no_more(struct ui *ui, const struct replace_job *j)
{
    char before[96] = "";
    if (j->found) {
        (void)snprintf(before, sizeof before,
                       "the match at 0x%" PRIx64 " has %zu byte%s and NEW %zu: stopped: ",
                       j->offset, j->length, plural_s(j->length), j->n);
        ui->inspect->each.seen = true;
    } else if (j->shrank) {
        (void)snprintf(before, sizeof before, "the segment ends at 0x%" PRIx64 " now: ", j->ends);
    }
    end(ui, before);
}

static void ended(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct replace_job *j = arg;
    struct inspect_state *st = ui->inspect;
    bool same = j->run == st->each.run, kept = false;
    bool lost = j->store && !j->stored && !cancelled && !oserr_is(j->error);
    if (j->stored) { /* even if it was cancelled meanwhile */
        kept = keep(ui, j, same);
        st->each.replaced += same;
        st->each.unkept += same && !kept;
    }
    st->each.lost += same && lost;
    inspect_store_done(ui);
    if (!st->each.on || !same) {
        if (j->stored)
            stored_late(ui, j, kept);
        return;
    }
    if (ui->prompt.accept_key == typed_ahead)
        ui->prompt.kind = PROMPT_NONE;
    bool stop = cancelled || st->each.stop;
    if (!stop && !st->each.seen && !session_editing(&ui->s)) {
        st->each.on = false; /* edit mode was refused, which has been said */
        run_unlight(ui);
    } else if (oserr_is(j->error) || j->why != NULL) {
        failed(ui, j);
    } else if (stop || (j->found && !edit_can_ask(ui))) {
        end(ui, "stopped: ");
    } else if (!j->found || j->length != j->n) {
        no_more(ui, j);
    } else {
        next(ui, j, lost);
    }
}

/* Continues: stores the match that was asked about, and finds the next. */
static void post(struct ui *ui, bool store)
{
    struct inspect_state *st = ui->inspect;
    struct replace_job j = {.run = st->each.run,
                            .from = st->each.from,
                            .to = st->each.to,
                            .n = st->each.n,
                            .store = store,
                            .at = st->each.at};
    memcpy(j.pattern, st->each.find, sizeof j.pattern);
    memcpy(j.old, st->each.old, j.n);
    memcpy(j.new, st->each.new, j.n);
    if (store && !st->each.all)
        calls_section(ui, "replace at 0x%" PRIx64, j.at);
    st->stores_pending++;
    st->each.storing = store;
    wait(ui);
    if (!inspect_post(ui, sampler_job_new(ui->s.sampler, job_replace, &j, sizeof j, ended))) {
        st->each.on = false;
        ui->prompt.kind = PROMPT_NONE;
        run_unlight(ui);
        inspect_store_done(ui);
    }
}

/* ---- OLD and NEW ---- */

/* The bytes of NEW, at most REPLACE_MOST; 0, with why: it has none. */
static size_t new_bytes(const char *text, uint8_t out[REPLACE_MOST], char why[160])
{
    char wrong[FIND_WHY_MAX] = "";
    const uint8_t *bytes = NULL, *mask = NULL;
    size_t n = 0, rare[2];
    struct find *f = find_compile(text, wrong);
    bool plain = f != NULL && find_literal_bytes(f, &bytes, &mask, &n, rare) && mask == NULL;
    bool fits = plain && n <= REPLACE_MOST;
    if (fits)
        memcpy(out, bytes, n);
    else
        (void)snprintf(why, 160, "NEW: %.150s",
                       f == NULL ? wrong
                       : plain   ? "it is too long"
                                 : "it must be plain bytes: text, x:de ad, u32:100");
    find_free(f);
    return fits ? n : 0;
}

/* Bytes of every match of OLD; 0: they vary, or, with why, it is no pattern. */
static size_t old_length(const char *text, char why[160])
{
    char wrong[FIND_WHY_MAX] = "";
    struct find *f = find_compile(text, wrong);
    size_t n = f != NULL ? find_length(f) : 0;
    if (f == NULL)
        (void)snprintf(why, 160, "OLD: %.150s", wrong);
    find_free(f);
    return n;
}

void inspect_replace(struct ui *ui, uint64_t from, uint64_t to, bool all)
{
    struct inspect_state *st = ui->inspect;
    char why[160] = "";
    st->each.n = new_bytes(st->each.by, st->each.new, why);
    if (st->each.n == 0) {
        ui_say(ui, STYLE_ERROR, "%s", why);
        return;
    }
    st->each.on = true;
    st->each.run++;
    st->each.all = all;
    st->each.grouped = false;
    st->each.seen = st->each.stop = st->each.early = false;
    memset(st->each.ahead, 0, sizeof st->each.ahead);
    st->each.replaced = st->each.skipped = st->each.lost = 0;
    st->each.steps = st->each.together = st->each.unkept = st->each.unchanged = 0;
    st->each.from = from;
    st->each.to = to;
    run_light(ui, st->each.find, from, to);
    calls_section(ui, "replacing");
    post(ui, false);
}

static void begin(struct ui *ui)
{
    uint64_t from = session_start(&ui->s), to = UINT64_MAX;
    if (ui->s.selecting)
        session_selection(&ui->s, &from, &to);
    inspect_replace(ui, from, to, false);
}

static void allowed(struct ui *ui, const char *text, void *ctx)
{
    (void)text;
    (void)ctx;
    inspect_edit_on(ui, NULL);
    begin(ui);
}

static void new_given(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    (void)snprintf(ui->inspect->each.by, sizeof ui->inspect->each.by, "%s", text);
    if (session_editing(&ui->s)) {
        begin(ui);
        return;
    }
    prompt_confirm(&ui->host, ui_read_only, allowed, NULL);
    (void)snprintf(ui->prompt.note, sizeof ui->prompt.note,
                   "replace writes, and asks about each match before it does");
    ui->prompt.drop = ui_not_edited;
}

static bool new_right(struct ui *ui, const char *text, char why[160])
{
    uint8_t bytes[REPLACE_MOST];
    size_t n = text[0] != '\0' ? new_bytes(text, bytes, why) : 0;
    size_t want = old_length(ui->inspect->each.find, why);
    if (text[0] == '\0')
        (void)snprintf(why, 160, "NEW: nothing is typed; bytes are replaced, not removed");
    else if (n > 0 && want > 0 && n != want)
        (void)snprintf(why, 160, "NEW has %zu byte%s, OLD has %zu: bytes are not moved", n,
                       plural_s(n), want);
    return n > 0 && (want == 0 || n == want);
}

static void old_given(struct ui *ui, const char *text, void *ctx)
{
    struct inspect_state *st = ui->inspect;
    char label[160], old[SHOWN], bytes[48] = "", why[160];
    (void)ctx;
    (void)snprintf(st->each.find, sizeof st->each.find, "%s", text);
    size_t n = old_length(text, why);
    if (n > 0)
        (void)snprintf(bytes, sizeof bytes, ", %zu byte%s", n, plural_s(n));
    (void)snprintf(label, sizeof label, "replace %.50s by: ", shown(text, old));
    prompt_ask(&ui->host, label, "", &ui->history[HISTORY_SEARCH], new_given, NULL);
    (void)snprintf(ui->prompt.note, sizeof ui->prompt.note, "NEW%s: text, x:de ad, u32:9, u16:hi",
                   bytes);
    ui->prompt.right = new_right;
}

static bool old_right(struct ui *ui, const char *text, char why[160])
{
    (void)ui;
    why[0] = '\0';
    if (text[0] == '\0')
        (void)snprintf(why, 160, "OLD: type what is to be replaced, or Esc");
    else
        (void)old_length(text, why);
    return why[0] == '\0';
}

void act_replace(struct ui *ui, const char *arg)
{
    char label[160], where[64] = "";
    uint64_t from = 0, to = 0;
    (void)arg;
    if (!inspect_attached(ui) || inspect_stands(ui) || inspect_hidden(ui, "replace", "replace"))
        return;
    edit_mode_drop(ui);
    session_selection(&ui->s, &from, &to);
    if (ui->s.selecting)
        (void)snprintf(where, sizeof where, " in the %" PRIu64 " selected bytes", to - from);
    (void)snprintf(label, sizeof label, "replace%s: ", where);
    prompt_ask(&ui->host, label, ui->inspect->pattern, &ui->history[HISTORY_SEARCH], old_given,
               NULL);
    (void)snprintf(ui->prompt.note, sizeof ui->prompt.note,
                   "OLD: text, i:text, x:de ?? ef, u32:9, u16:hi, r:regex");
    ui->prompt.right = old_right;
    ui->prompt.last = true;
}
