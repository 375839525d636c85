/* screenshots FOLDER: drives the real program through the scenes of the README and writes what it
 * shows as SVG. */
#include "harness.h"
#include "shot.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

static const char *folder;

static void save(struct shot_film *film, const char *name, const char *title)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.svg", folder, name);
    if (film->count == 0 || !shot_write(film, path, title))
        e2e_fail("cannot write %s", path);
    printf("%s: %d frame%s\n", path, film->count, film->count == 1 ? "" : "s");
    shot_film_free(film);
}

/* The screen as it is, as a picture. */
static void picture(struct e2e *t, const char *name, const char *title)
{
    static struct shot_film film;
    shot_add(&film, t, 100);
    save(&film, name, title);
}

/* Adds `frames` frames, one every `every_ms`. */
static void roll(struct shot_film *film, struct e2e *t, int frames, int every_ms)
{
    for (int i = 0; i < frames; i++) {
        int64_t until = e2e_now() + (int64_t)every_ms * 1000000;
        while (e2e_now() < until)
            e2e_pump(t, 5);
        shot_add(film, t, every_ms / 10);
    }
}

/* Types slowly, filming. */
static void type(struct shot_film *film, struct e2e *t, const char *keys)
{
    while (*keys != '\0') {
        char one[16];
        size_t n = *keys == '<' ? strcspn(keys, ">") + 1 : 1;
        snprintf(one, sizeof one, "%.*s", (int)n, keys);
        e2e_keys(t, one);
        roll(film, t, 1, 200);
        keys += n;
    }
}

/* The demo without its tour. */
static struct e2e *demo(int rows, int cols)
{
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, "demo"), .rows = rows, .cols = cols});
    e2e_wait_text(t, "LIVE", 0);
    e2e_wait_text(t, "1 of 8", 0);
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "1 of 8", 0);
    return t;
}

static void leave(struct e2e *t)
{
    e2e_settle(t, 50, 300);
    e2e_keys(t, "Q");
    e2e_exit(t, 0);
    e2e_end(t);
}

/* The tour of the README in short: it moves, it is text, and the writer picks up what is poked. */
static void scene_demo(void)
{
    static struct shot_film film;
    struct e2e *t = demo(24, 80);
    roll(&film, t, 14, 150);
    type(&film, t, "g0x60<Enter>");
    type(&film, t, "p");
    e2e_wait_text(t, "[y/N]", 0);
    roll(&film, t, 5, 150);
    type(&film, t, "y");
    type(&film, t, "u32le 1<Enter>");
    roll(&film, t, 10, 150); /* the heartbeat stops */
    type(&film, t, "u");
    roll(&film, t, 8, 150);
    save(&film, "demo",
         "bytes that another process writes, live; a poked value stops it, undo lets it go on");
    leave(t);
}

static void scene_wide(void)
{
    struct e2e *t = demo(36, 132);
    e2e_settle(t, 50, 1000);
    picture(t, "inspect-wide", "UTF-8 and UTF-16 side by side, and the inspector");
    leave(t);
}

static void scene_edit(void)
{
    struct e2e *t = demo(24, 80);
    e2e_keys(t, "g0x40<Enter>i");
    e2e_wait_text(t, "EDIT", 0);
    e2e_settle(t, 50, 500);
    picture(t, "edit", "edit mode: a typed value goes live at once");
    leave(t);
}

/* Some of each kind: System V, a sealed memfd, an unlinked object, and what a program left. */
struct kinds {
    int sysv, memfd, unlinked;
    void *memory[3]; /* mapped or attached, of SIZE bytes */
};
enum { SIZE = 8 << 20, KEY = 0x0052e2c1 };

static void *map_filled(int fd)
{
    if (fd < 0 || posix_fallocate(fd, 0, SIZE) != 0)
        e2e_fail("no memory for a scene");
    return mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

static void kinds_start(struct kinds *k)
{
    k->sysv = shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | 0600);
    k->memory[0] = k->sysv < 0 ? NULL : shmat(k->sysv, NULL, 0);
    if (k->memory[0] == NULL || k->memory[0] == (void *)-1)
        e2e_fail("no System V segment for a scene");
    memset(k->memory[0], 1, SIZE / 4);
    k->memfd = memfd_create("wl_shm", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    k->memory[1] = map_filled(k->memfd);
    if (fcntl(k->memfd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0)
        e2e_fail("no seals");
    k->unlinked = shm_open("/frames", O_CREAT | O_EXCL | O_RDWR, 0600);
    k->memory[2] = map_filled(k->unlinked);
    shm_unlink("/frames");
    int left = shm_open("/psm_5b3f2a1c", O_CREAT | O_EXCL | O_RDWR, 0600);
    munmap(map_filled(left), SIZE);
    close(left);
}

static void kinds_end(struct kinds *k)
{
    shmdt(k->memory[0]);
    shmctl(k->sysv, IPC_RMID, NULL);
    munmap(k->memory[1], SIZE);
    munmap(k->memory[2], SIZE);
    close(k->memfd);
    close(k->unlinked);
    shm_unlink("/psm_5b3f2a1c");
}

static void scene_list(void)
{
    struct kinds kinds;
    struct e2e_peer *hammer = e2e_peer("hammer", "/hammer", "65536", "64");
    struct e2e_peer *counter = e2e_peer("counter", "/ring", "1048576", "16", "1000");
    struct e2e_peer *reader = e2e_peer("holder", "r", "/ring");
    kinds_start(&kinds);
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens), .cols = 100});
    e2e_wait_text(t, "posix:/ring", 0);
    e2e_wait_text(t, "unlinked", 0);
    e2e_keys(t, "/ring<Enter>");
    e2e_settle(t, 100, 500);
    e2e_keys(t, "<Esc>");
    e2e_settle(t, 100, 500);
    e2e_keys(t, "o");
    e2e_settle(t, 100, 4000); /* what is new is marked no longer */
    picture(t, "segments", "every segment of the machine, and who has it");
    e2e_keys(t, "Q");
    e2e_exit(t, 0);
    e2e_end(t);
    kinds_end(&kinds);
    e2e_peer_end(reader);
    e2e_peer_end(counter);
    e2e_peer_end(hammer);
}

static void scene_calls(void)
{
    struct e2e *t = demo(24, 100);
    e2e_keys(t, "@");
    e2e_wait_text(t, "shm_open", 0);
    e2e_settle(t, 100, 1000);
    picture(t, "calls", "the system calls that the program made");
    leave(t);
}

static void scene_fields(void)
{
    struct e2e *t = demo(24, 80);
    e2e_keys(t, "S");
    e2e_wait_text(t, "counter64", 0);
    e2e_settle(t, 50, 1000);
    picture(t, "fields", "the structs of the programs in place of bytes");
    leave(t);
}

static void scene_lab(void)
{
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, "lab", "attach"), .rows = 30, .cols = 132});
    e2e_wait_text(t, "LIVE", 0);
    e2e_keys(t, "?");
    e2e_settle(t, 50, 1500);
    picture(t, "lab", "a lesson beside the memory of its own processes");
    leave(t);
}

/* The classic sample on a console of Windows, where tools/screenshots has built for it. */
static void scene_windows(void)
{
    const char *show = getenv("SHOW_SAMPLE");
    char command[1024];
    if (show == NULL) {
        puts("windows: left out, not built for");
        return;
    }
    snprintf(command, sizeof command, "wine '%s' | cat", show);
    struct e2e *t = e2e_start(
        &(struct e2e_options){.argv = E2E_ARGV("/bin/sh", "-c", command), .rows = 40, .cols = 130});
    e2e_wait_text(t, "6f 00 74 00 68 00  65 00 72 00", 60000); /* other */
    e2e_settle(t, 300, 2000);
    picture(t, "windows", "the classic sample of Windows: UTF-16 text in a named file mapping");
    e2e_exit(t, 60000);
    e2e_end(t);
}

static const struct {
    const char *name;
    void (*run)(void);
} scenes[] = {
    {"demo", scene_demo},     {"inspect-wide", scene_wide}, {"edit", scene_edit},
    {"segments", scene_list}, {"calls", scene_calls},       {"fields", scene_fields},
    {"lab", scene_lab},       {"windows", scene_windows},
};

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: screenshots FOLDER [SCENE]\n");
        return 2;
    }
    folder = argv[1];
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
        if (argc < 3 || strcmp(argv[2], scenes[i].name) == 0)
            scenes[i].run();
    return 0;
}
