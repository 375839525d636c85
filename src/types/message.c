#include "types/message.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

static bool room_for(struct message *m, size_t n)
{
    size_t room = m->room < 256 ? 256 : m->room;
    if (m->failed || n > SIZE_MAX / 4 || m->n > SIZE_MAX / 4)
        return false;
    while (room - m->n < n)
        room *= 2;
    if (room != m->room) {
        void *at = realloc(m->at, room);
        m->failed = at == NULL;
        if (at == NULL)
            return false;
        m->at = at;
        m->room = room;
    }
    return true;
}

void message_number(struct message *m, uint64_t v, size_t size)
{
    if (!room_for(m, size))
        return;
    bytes_put(m->at + m->n, size, false, v);
    m->n += size;
}

void message_bytes(struct message *m, const void *p, size_t n)
{
    message_number(m, n, 4);
    if (n == 0 || !room_for(m, n))
        return;
    memcpy(m->at + m->n, p, n);
    m->n += n;
}

void message_text(struct message *m, const char *s)
{
    message_bytes(m, s, strlen(s));
}

void message_set(struct message *m, size_t at, uint64_t v, size_t size)
{
    if (!m->failed && at + size <= m->n)
        bytes_put(m->at + at, size, false, v);
}

uint64_t message_take(struct message_in *m, size_t size)
{
    if (m->failed || size > m->n) {
        m->failed = true;
        return 0;
    }
    uint64_t v = bytes_get(m->at, size, false);
    m->at += size;
    m->n -= size;
    return v;
}

const uint8_t *message_take_bytes(struct message_in *m, size_t *n)
{
    uint64_t size = message_take(m, 4);
    const uint8_t *at = m->at;
    *n = 0;
    if (m->failed || size > m->n) {
        m->failed = true;
        return at;
    }
    *n = (size_t)size;
    m->at += size;
    m->n -= (size_t)size;
    return at;
}

char *message_take_text(struct message_in *m)
{
    size_t n;
    const uint8_t *at = message_take_bytes(m, &n);
    char *s = m->failed ? NULL : malloc(n + 1);
    if (s == NULL) {
        m->failed = true;
        return NULL;
    }
    if (n > 0)
        memcpy(s, at, n);
    s[n] = '\0';
    return s;
}

void message_take_into(struct message_in *m, char *out, size_t cap)
{
    size_t n;
    const uint8_t *at = message_take_bytes(m, &n);
    n = n < cap ? n : cap - 1;
    memcpy(out, at, n);
    out[n] = '\0';
}
