#include "session/looks.h"

#include <stdio.h>
#include <string.h>

#include "session/settings.h"

/* Options that are looks; the other looks are switches of the session, off unless set. The view
 * comes before the byte order, which it may change. */
static const char *const options[] = {"view", "order", "encoding", "inspector", "strip"};

static const struct {
    const char *name;
    size_t at; /* of the bool in struct session */
} switches[] = {
    {"phase", offsetof(struct session, phase)},
    {"heat", offsetof(struct session, heat)},
    {"fields", offsetof(struct session, in_fields)},
};

enum {
    OPTIONS = sizeof options / sizeof options[0],
    SWITCHES = sizeof switches / sizeof switches[0]
};

_Static_assert((int)OPTIONS + (int)SWITCHES <= (int)LOOKS_MAX, "all looks fit");

static void add(struct looks *l, const char *name, const char *value)
{
    struct own_look look;
    size_t n = strlen(value);
    if (n >= sizeof look.value)
        return; /* it is no look: those are short words */
    (void)snprintf(look.name, sizeof look.name, "%s", name);
    memcpy(look.value, value, n + 1);
    looks_set(l, &look);
}

/* The options that are looks, as bits. */
static uint32_t looks_bits(void)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < OPTIONS; i++)
        bits |= UINT32_C(1) << setting_find(options[i]);
    return bits;
}

uint32_t looks_own(void)
{
    return looks_bits() | UINT32_C(1) << setting_find("hz");
}

void looks_get(const struct session *s, struct looks *out)
{
    char value[SETTINGS_VALUE], preferred[SETTINGS_VALUE];
    out->count = 0;
    for (size_t i = 0; i < OPTIONS; i++) {
        size_t row = setting_find(options[i]);
        settings_value(&s->set, row, value, sizeof value);
        settings_value(&s->prefer, row, preferred, sizeof preferred);
        if (strcmp(value, preferred) != 0)
            add(out, options[i], value);
    }
    for (size_t i = 0; i < SWITCHES; i++) {
        bool on = false;
        memcpy(&on, (const char *)s + switches[i].at, sizeof on);
        if (on)
            add(out, switches[i].name, "on");
    }
}

void looks_apply(struct session *s, const struct looks *looks)
{
    char why[SETTINGS_WHY];
    settings_take(&s->set, &s->prefer, looks_bits());
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct own_look *look = looks_find(looks, options[i]);
        if (look != NULL) /* one that is not understood changes nothing */
            (void)settings_set(&s->set, options[i], look->value, why);
    }
    for (size_t i = 0; i < SWITCHES; i++) {
        const struct own_look *look = looks_find(looks, switches[i].name);
        bool on = look != NULL && strcmp(look->value, "on") == 0;
        memcpy((char *)s + switches[i].at, &on, sizeof on);
    }
}

const struct own_look *looks_find(const struct looks *l, const char *name)
{
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->at[i].name, name) == 0)
            return &l->at[i];
    return NULL;
}

void looks_set(struct looks *l, const struct own_look *look)
{
    looks_delete(l, look->name);
    if (l->count < LOOKS_MAX)
        l->at[l->count++] = *look;
}

void looks_delete(struct looks *l, const char *name)
{
    const struct own_look *there = looks_find(l, name);
    if (there == NULL)
        return;
    size_t i = (size_t)(there - l->at);
    l->count--;
    memmove(&l->at[i], &l->at[i + 1], (l->count - i) * sizeof *there);
}
