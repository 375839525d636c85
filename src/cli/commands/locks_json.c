/* locks --json. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/locks.h"
#include "cli/commands/types.h"
#include "core/text.h"

static void json_text(struct out *o, const char *key, const char *raw)
{
    char *text = text_escaped(raw);
    out_print(o, "\"%s\":", key);
    out_json(o, text == NULL ? "" : text);
    free(text);
}

static void json_task(struct out *o, const struct locks *l, uint32_t task)
{
    const struct lock_task *t = &l->scene.task[task];
    out_print(o, "{\"pid\":%" PRIu32 ",\"tid\":%" PRIu32 ",", t->pid, t->tid);
    json_text(o, "name", locks_name(l, t->pid));
    out_str(o, "}");
}

static const char *state_of(const struct lock_object *at)
{
    static const char *const states[] = {
        [LOCK_FREE] = "free",
        [LOCK_HELD] = "held",
        [LOCK_READERS] = "read",
        [LOCK_DIED] = "held",
        [LOCK_LOST] = "not recoverable",
        [LOCK_DESTROYED] = "destroyed",
        [LOCK_COUNTS] = NULL,
    };
    return states[at->words.state];
}

static void json_attributes(struct out *o, const struct lock_words *w)
{
    char text[80];
    (void)lock_attributes(w, text, sizeof text);
    out_str(o, ",\"attributes\":[");
    for (const char *s = text; *s != '\0';) {
        size_t n = strcspn(s, ",");
        out_str(o, s == text ? "\"" : ",\"");
        out_json_part(o, s, n);
        out_str(o, "\"");
        s += n + (s[n] == ',' ? 1 : 0);
    }
    out_str(o, "]");
    if (w->shared_known)
        out_print(o, ",\"shared\":%s", w->shared ? "true" : "false");
}

static void json_words(struct out *o, const struct lock_object *at)
{
    const struct lock_words *w = &at->words;
    json_attributes(o, w);
    if (state_of(at) != NULL)
        out_print(o, ",\"state\":\"%s\"", state_of(at));
    if (w->counted)
        out_print(o, ",\"%s\":%" PRIu32,
                  w->state == LOCK_READERS   ? "readers"
                  : at->kind == LOCK_BARRIER ? "arrived"
                                             : "value",
                  w->value);
    if (w->of != 0)
        out_print(o, ",\"count\":%" PRIu32, w->of);
    if (w->depth != 0)
        out_print(o, ",\"depth\":%" PRIu32, w->depth);
    if (w->inconsistent)
        out_str(o, ",\"inconsistent\":true");
    if (w->owner != 0)
        out_print(o, ",\"number\":%" PRIu32, w->owner);
}

static void json_owner(struct out *o, const struct locks *l, const struct lock_object *at)
{
    static const char *const verdicts[] = {[OWNER_NONE] = NULL,
                                           [OWNER_SEEN] = "alive",
                                           [OWNER_DEAD] = "dead",
                                           [OWNER_UNSEEN] = "not seen",
                                           [OWNER_UNKEPT] = "not kept"};
    if (verdicts[at->owner] != NULL)
        out_print(o, ",\"owner\":\"%s\"", at->perhaps ? "perhaps" : verdicts[at->owner]);
    out_str(o, at->owners > 0 ? ",\"owners\":[" : "");
    for (uint32_t i = 0; i < at->owners; i++) {
        out_str(o, i == 0 ? "" : ",");
        json_task(o, l, at->owned_by[i]);
    }
    out_str(o, at->owners > 0 ? "]" : "");
}

static void json_lock(struct out *o, const struct locks *l, const struct lock_place *place,
                      const struct lock_object *at)
{
    out_print(o, "{\"offset\":%" PRIu64 ",\"size\":%" PRIu32 ",", at->offset, at->size);
    json_text(o, "path", place->path);
    out_print(o, ",\"kind\":\"%s\",\"decoded\":%s", lock_kind_name(at->kind),
              at->unread == NULL ? "true" : "false");
    if (at->unread == NULL) {
        json_words(o, at);
        json_owner(o, l, at);
    }
    if (at->apart)
        out_str(o, ",\"not_shared\":true");
    out_str(o, ",\"waiters\":[");
    for (size_t i = 0; i < at->waiters; i++) {
        out_str(o, i == 0 ? "" : ",");
        json_task(o, l, l->scene.waiter[at->first_waiter + i]);
    }
    out_print(o, "],\"waiters_known\":%s}", l->waiters_known ? "true" : "false");
}

int locks_json(struct command_run *r, const struct lock_places *p, const struct locks *l)
{
    struct out *o = r->env->out;
    types_json_begin(r, "locks");
    for (size_t i = 0; i < l->scene.objects; i++) {
        out_str(o, i == 0 ? "" : ",");
        json_lock(o, l, &p->at[i], &l->scene.object[i]);
    }
    out_str(o, "],\"deadlocks\":[");
    for (size_t i = 0; i < l->rings; i++) {
        out_str(o, i == 0 ? "[" : ",[");
        for (size_t k = 0; k < l->ring[i].n; k++) {
            const struct lock_step *step = &l->ring[i].step[k];
            const struct lock_task *t = &l->scene.task[step->task];
            out_print(o, "%s{\"pid\":%" PRIu32 ",\"tid\":%" PRIu32 ",\"waits\":%" PRIu64 "}",
                      k == 0 ? "" : ",", t->pid, t->tid, l->scene.object[step->object].offset);
        }
        out_str(o, "]");
    }
    out_str(o, "]");
    if (lock_libc_name(l->abi.libc) != NULL)
        out_print(o, ",\"libc\":\"%s\"", lock_libc_name(l->abi.libc));
    if (l->who.unreadable > 0)
        out_print(o, ",\"unreadable\":%zu", l->who.unreadable);
    out_str(o, "}\n");
    return EXIT_DONE;
}
