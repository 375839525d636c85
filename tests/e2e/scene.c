#include "scene.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

uint8_t *scene_segment(const char *name, size_t size)
{
    int fd = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    ck_assert_msg(fd >= 0, "cannot make %s", name);
    ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
    uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert(memory != MAP_FAILED);
    close(fd);
    return memory;
}

/* Bytes, or the fields that are shown in their place before anybody has looked. */
static bool shows_something(struct e2e *t, void *ctx)
{
    (void)ctx;
    return e2e_find(t, "00000000  ", NULL, NULL) || e2e_find(t, "OFFSET  ", NULL, NULL);
}

struct e2e *scene_attach(const char *name, const char *const *more)
{
    const char *argv[E2E_ARGS_MAX] = {e2e_shmlens};
    size_t n = 1;
    for (size_t i = 0; more[i] != NULL && n + 2 < E2E_ARGS_MAX; i++)
        argv[n++] = more[i];
    argv[n] = name;
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = argv});
    e2e_wait_text(t, "LIVE", 0);
    e2e_wait(t, shows_something, NULL, "bytes or fields", 0);
    e2e_wait_text(t, "F10Quit", 0); /* the last row: the frame is whole */
    return t;
}

void scene_at(struct e2e *t, uint64_t offset)
{
    char text[64];
    snprintf(text, sizeof text, "── 0x%" PRIx64 " ", offset);
    e2e_wait_text(t, text, 0);
}

struct wanted {
    const uint8_t *memory;
    const void *bytes;
    size_t n;
};

static bool is_there(struct e2e *t, void *ctx)
{
    const struct wanted *w = ctx;
    (void)t;
    return memcmp(w->memory, w->bytes, w->n) == 0;
}

void scene_memory(struct e2e *t, const uint8_t *memory, const void *bytes, size_t n)
{
    e2e_wait(t, is_there, &(struct wanted){memory, bytes, n}, "the bytes in memory", 0);
}

void scene_press(struct e2e *t, const char *keys, const char *then)
{
    e2e_keys(t, keys);
    e2e_wait_text(t, then, 0);
}

void scene_quit(struct e2e *t)
{
    e2e_keys(t, "Q");
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    const char *what = e2e_not_restored(t);
    ck_assert_msg(what == NULL, "%s", what);
    e2e_end(t);
}
