#include "backend/sys.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/guard.h"

struct backend *backend_new(void)
{
    struct backend *be = calloc(1, sizeof *be);
    if (be == NULL)
        return NULL;
    be->ring = calloc(SYS_LOG_KEPT, sizeof *be->ring);
    be->lock = os_monitor_new();
    if (be->ring == NULL || be->lock == NULL) {
        backend_free(be);
        return NULL;
    }
    guard_install();
    return be;
}

void backend_free(struct backend *be)
{
    if (be == NULL)
        return;
    if (be->lock != NULL)
        os_monitor_free(be->lock);
    free(be->ring);
    free(be);
}

/* The code with which this call must fail, or 0; the lock is held. */
static uint32_t count_down(struct backend *be)
{
    return be->fail_in > 0 && --be->fail_in == 0 ? be->fail_code : 0;
}

uint32_t sys_enter(struct backend *be, const char *call)
{
    os_monitor_lock(be->lock);
    void (*before)(void *, const char *) = be->before;
    void *ctx = be->before_ctx;
    uint32_t code = before == NULL ? count_down(be) : 0;
    os_monitor_unlock(be->lock);
    if (before == NULL)
        return code;
    before(ctx, call); /* may make this very call fail */
    os_monitor_lock(be->lock);
    code = count_down(be);
    os_monitor_unlock(be->lock);
    return code;
}

/* FNV-1a. */
static uint64_t text_key(const char *text)
{
    uint64_t h = 0xcbf29ce484222325U;
    for (; *text != '\0'; text++)
        h = (h ^ (uint8_t)*text) * 0x100000001b3U;
    return h;
}

/* The entry an equal call folds into, or NULL; at most `most` entries back. */
static struct sys_entry *find_recent(struct backend *be, uint64_t key, uint64_t most)
{
    for (uint64_t back = 1; back <= most && back <= be->entries; back++) {
        struct sys_entry *e = &be->ring[(be->entries - back) % SYS_LOG_KEPT];
        if (e->key == key)
            return e;
    }
    return NULL;
}

/* Replaces the result by ` = -1 ENAME`. */
static void set_failure(char *text, size_t cap, uint32_t code)
{
    char tail[48];
    int n = snprintf(tail, sizeof tail, " = -1 %s", sys_error_name(code));
    size_t len = n < 0 ? 0 : (size_t)n;
    size_t at = strlen(text);
    for (size_t i = at; i > 2; i--)
        if (memcmp(text + i - 3, " = ", 3) == 0) {
            at = i - 3;
            break;
        }
    if (at + len >= cap)
        at = cap - len - 1;
    memcpy(text + at, tail, len + 1);
}

static void repeat(struct sys_entry *e, int64_t now)
{
    e->call.repeats++;
    e->call.last = now;
}

/* Folds a call into an equal one in the log; the lock is held. */
static bool fold(struct backend *be, uint64_t key)
{
    struct sys_entry *e =
        key != 0 && be->on_call == NULL ? find_recent(be, key, SYS_LOG_BACK) : NULL;
    if (e == NULL)
        return false;
    be->calls++;
    repeat(e, os_wall());
    return true;
}

/* Adds one call to the log; the lock is held. */
static void append(struct backend *be, uint32_t code, uint64_t key, const char *format, va_list ap)
{
    int64_t now = os_wall();
    be->calls++;
    struct oscall call = {.seq = be->calls, .repeats = 1, .first = now, .last = now};
    if (vsnprintf(call.text, sizeof call.text, format, ap) < 0)
        call.text[0] = '\0';
    if (code != 0)
        set_failure(call.text, sizeof call.text, code);
    for (char *p = call.text; *p != '\0'; p++)
        *p = (unsigned char)*p < ' ' ? ' ' : *p;
    uint64_t back = key == 0 ? 1 : SYS_LOG_BACK;
    if (key == 0)
        key = text_key(call.text);
    if (be->on_call != NULL)
        be->on_call(be->on_call_ctx, &call);
    struct sys_entry *e = find_recent(be, key, back);
    if (e != NULL) {
        repeat(e, now);
        return;
    }
    e = &be->ring[be->entries++ % SYS_LOG_KEPT];
    *e = (struct sys_entry){.call = call, .key = key};
}

/* A failed call is not equal to a successful one. */
static uint64_t key_of(uint64_t key, uint32_t code)
{
    return key == 0 ? 0 : key + (uint64_t)code * 0x9e3779b97f4a7c15U;
}

bool sys_fold_repeat(struct backend *be, uint32_t code, uint64_t key)
{
    os_monitor_lock(be->lock);
    bool folded = fold(be, key_of(key, code));
    os_monitor_unlock(be->lock);
    return folded;
}

struct oserr sys_leave(struct backend *be, const char *call, uint32_t code, uint64_t key,
                       const char *format, ...)
{
    va_list ap;
    key = key_of(key, code);
    va_start(ap, format);
    os_monitor_lock(be->lock);
    if (!fold(be, key))
        append(be, code, key, format, ap);
    os_monitor_unlock(be->lock);
    va_end(ap);
    return code == 0 ? OSERR_NONE : (struct oserr){call, code};
}

void sys_note(struct backend *be, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    os_monitor_lock(be->lock);
    append(be, 0, 0, format, ap);
    os_monitor_unlock(be->lock);
    va_end(ap);
}

/* How a string in C writes the character; two question marks might begin a trigraph. */
static size_t in_string(unsigned char c, unsigned char before, char out[5])
{
    if (c == '"' || c == '\\' || (c == '?' && before == '?'))
        return (size_t)snprintf(out, 5, "\\%c", c);
    return (size_t)snprintf(out, 5, c < ' ' || c == 0x7f ? "\\%03o" : "%c", c);
}

const char *sys_quoted(const char *name, char buf[SYS_QUOTED])
{
    static const char cut[] = "\"...";
    char one[5];
    size_t n = 1;
    unsigned char before = 0;
    buf[0] = '"';
    for (; *name != '\0'; before = (unsigned char)*name++) {
        size_t more = in_string((unsigned char)*name, before, one);
        if (n + more + sizeof cut > SYS_QUOTED)
            break;
        memcpy(buf + n, one, more);
        n += more;
    }
    (void)snprintf(buf + n, SYS_QUOTED - n, "%s", *name != '\0' ? cut : "\"");
    return buf;
}

struct oserr sys_alloc(struct backend *be, size_t n, void **out)
{
    *out = sys_enter(be, "malloc") != 0 ? NULL : calloc(1, n == 0 ? 1 : n);
    return *out != NULL ? OSERR_NONE : (struct oserr){"malloc", SEG_E_MEMORY};
}

struct oserr sys_grow(struct backend *be, void **items, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return OSERR_NONE;
    size_t more = *cap < 8 ? 16 : *cap * 2;
    if (more < need)
        more = need;
    void *p = NULL;
    if (sys_enter(be, "malloc") == 0 && more <= SIZE_MAX / size)
        p = realloc(*items, more * size);
    if (p == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    *items = p;
    *cap = more;
    return OSERR_NONE;
}

struct oserr sys_copy(struct backend *be, const char *s, char **out)
{
    void *p;
    size_t n = strlen(s) + 1;
    struct oserr e = sys_alloc(be, n, &p);
    *out = p;
    if (!oserr_is(e))
        memcpy(p, s, n);
    return e;
}

bool backend_call(struct backend *be, uint64_t *seq, struct oscall *out)
{
    bool found = false;
    os_monitor_lock(be->lock);
    uint64_t i = be->entries < SYS_LOG_KEPT ? 0 : be->entries - SYS_LOG_KEPT;
    uint64_t end = be->entries;
    while (i < end) { /* entries ascend by seq: binary search */
        uint64_t mid = i + (end - i) / 2;
        if (be->ring[mid % SYS_LOG_KEPT].call.seq < *seq)
            i = mid + 1;
        else
            end = mid;
    }
    if (i < be->entries) {
        *out = be->ring[i % SYS_LOG_KEPT].call;
        *seq = out->seq + 1;
        found = true;
    }
    os_monitor_unlock(be->lock);
    return found;
}

uint64_t backend_call_count(const struct backend *be)
{
    os_monitor_lock(be->lock);
    uint64_t n = be->calls;
    os_monitor_unlock(be->lock);
    return n;
}

void backend_on_call(struct backend *be, void (*fn)(void *ctx, const struct oscall *call),
                     void *ctx)
{
    os_monitor_lock(be->lock);
    be->on_call = fn;
    be->on_call_ctx = ctx;
    os_monitor_unlock(be->lock);
}

void backend_fail_at(struct backend *be, uint64_t nth, uint32_t code)
{
    os_monitor_lock(be->lock);
    be->fail_in = nth;
    be->fail_code = code;
    os_monitor_unlock(be->lock);
}

void backend_before_call(struct backend *be, void (*fn)(void *ctx, const char *call), void *ctx)
{
    os_monitor_lock(be->lock);
    be->before = fn;
    be->before_ctx = ctx;
    os_monitor_unlock(be->lock);
}
