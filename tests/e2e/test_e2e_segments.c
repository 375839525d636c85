/* The list of segments as people clean up with it: who has what, which part, what vanished, what a
 * process that comes meanwhile saves. */
#include "scene.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/remover.h"
#include "support/suite.h"

enum { SIZE = 65536, PART = 8192, PAGES = 4096, TOP = 2 };

static char word[64]; /* what the names have in common */

static const char *make(const char *what)
{
    char base[96];
    snprintf(word, sizeof word, "segs%d", (int)getpid());
    snprintf(base, sizeof base, "%s-%s", word, what);
    const char *name = e2e_name(base);
    munmap(scene_segment(name, SIZE), SIZE);
    return name;
}

/* The list with only ours in it, the first at the cursor. */
static struct e2e *open_list(const char *last)
{
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens), .cols = 120});
    e2e_wait_text(t, "LOCATOR", 0);
    e2e_keys(t, "/");
    scene_press(t, word, "filter:");
    e2e_wait_text(t, last, 0);
    e2e_keys(t, "<Enter><Home>");
    e2e_wait_no_text(t, "filter:", 0);
    return t;
}

static bool exists(const char *name)
{
    int fd = shm_open(name, O_RDONLY, 0);
    close(fd);
    return fd >= 0;
}

/* We map a part of it ourselves: the panel says so, and Enter goes there. */
TEST(the_panel_leads_to_the_part)
{
    char line[96];
    const char *name = make("part");
    int fd = shm_open(name, O_RDWR, 0);
    uint8_t *part = mmap(NULL, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PART);
    ck_assert_ptr_ne(part, MAP_FAILED);
    close(fd);
    memcpy(part, "this part", 9);
    struct e2e *t = open_list(name);
    e2e_wait_row(t, TOP, "e2e rw", 0);
    scene_press(t, "o<Tab>", "0x2000      4 KiB");
    scene_press(t, "<Enter>", "this part");
    snprintf(line, sizeof line, "process %d maps 0x2000 to 0x3000", (int)getpid());
    e2e_wait_text(t, line, 0);
    e2e_keys(t, "<Esc><Home><C-Home>"); /* the selection goes */
    e2e_wait_text(t, "00000000", 0);
    e2e_keys(t, "<Tab>"); /* into the panel at once */
    scene_press(t, "<Enter>", line);
    e2e_wait_text(t, "00002000", 0);
    scene_press(t, "o", "00002000");
    e2e_wait_no_text(t, "used by", 0);
    munmap(part, PAGES);
    scene_quit(t);
}

TEST(rows_come_and_go_marked)
{
    const char *name = make("stays");
    struct e2e *t = open_list(name);
    const char *other = make("comes");
    e2e_wait_row(t, TOP, other, 0);
    e2e_wait_row(t, TOP, "+ posix:", 0);
    e2e_wait_row(t, TOP + 1, "> posix:", 0); /* the cursor stays on its segment */
    shm_unlink(other);
    e2e_wait_row(t, TOP + 1, "- posix:", 0); /* below the others */
    e2e_wait_row(t, TOP + 1, "gone", 0);
    e2e_wait_no_text(t, other, 0);
    e2e_wait_row(t, TOP, name, 0);
    scene_quit(t);
}

/* A process that takes a segment after the question was asked saves it. */
TEST(attaching_saves_a_tagged_segment)
{
    const char *dead = make("dead"), *saved = make("saved");
    struct e2e *t = open_list(saved);
    e2e_wait_row(t, TOP + 1, saved, 0);
    e2e_keys(t, "<Space><Space>");
    e2e_wait_row(t, TOP + 1, "* posix:", 0);
    scene_press(t, "d", "removing 2 of 2 tagged segments frees");
    struct e2e_peer *peer = e2e_peer("holder", "map", saved);
    scene_press(t, "yes<Enter>", "1 of 2 segments removed");
    e2e_wait_text(t, "still mapped by", 0);
    e2e_wait_text(t, "peer_holder", 0);
    ck_assert(!exists(dead) && exists(saved));
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "Esc closes", 0);
    e2e_peer_end(peer);
    scene_quit(t);
}

/* What was tagged is an object: another one of its name is not removed. */
TEST(a_new_segment_of_the_name_is_not_what_was_tagged)
{
    const char *name = make("again");
    struct e2e *t = open_list(name);
    e2e_keys(t, "<Space>");
    e2e_wait_row(t, TOP, "* posix:", 0);
    int keep = shm_open(name, O_RDONLY, 0); /* so that its number is not given again */
    shm_unlink(name);
    munmap(scene_segment(name, 4096), 4096);
    e2e_wait_row(t, TOP, " 4 KiB", 0); /* the list has seen it */
    scene_press(t, "d", "replaced by another segment");
    e2e_wait_text(t, "none of the tagged segments can be removed", 0); /* so nothing is asked */
    ck_assert(exists(name));
    close(keep);
    scene_quit(t);
}

TEST(cleaning_from_the_prompt)
{
    char line[160];
    const char *dead = make("dead"), *used = make("used");
    struct e2e_peer *peer = e2e_peer("holder", "fd", used);
    struct e2e *t = open_list(used);
    e2e_wait_row(t, TOP + 1, "peer_holder fd", 0);
    snprintf(line, sizeof line, ":clean '%s*' --older-than 0s<Enter>", word);
    scene_press(t, line, "can be removed");
    ck_assert(exists(dead));
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "can be removed", 0);
    snprintf(line, sizeof line, ":clean '%s*' --older-than 0s --yes<Enter>", word);
    scene_press(t, line, "1 orphan removed");
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, dead, 0);
    ck_assert(!exists(dead) && exists(used));
    e2e_peer_end(peer);
    scene_quit(t);
}

/* System V: in the list with its key, dest while somebody has it attached, gone at the last. */
TEST(system_v_in_the_list)
{
    char key[80];
    snprintf(word, sizeof word, "0x%08x", 0x5e000000u + (unsigned)getpid());
    snprintf(key, sizeof key, " %s", word); /* as the row has it */
    int id = shmget((key_t)(0x5e000000 + getpid()), SIZE, IPC_CREAT | IPC_EXCL | 0600);
    ck_assert_int_ge(id, 0);
    remover_sysv(id);
    struct e2e *t = open_list(key);
    e2e_wait_row(t, TOP, "orphan", 0); /* the kind's own count proves it */
    void *p = shmat(id, NULL, 0);
    e2e_wait_row(t, TOP, "e2e rw", 0);
    ck_assert_int_eq(shmctl(id, IPC_RMID, NULL), 0);
    e2e_keys(t, "<Esc>"); /* a removed one has lost its key */
    e2e_wait_text(t, "dest", 0);
    shmdt(p);
    e2e_wait_no_text(t, "dest", 0);
    scene_quit(t);
}

TEST(columns_are_kept)
{
    struct e2e *t =
        e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens), .keep_home = true});
    char home[4096];
    snprintf(home, sizeof home, "%s", e2e_home(t));
    e2e_wait_text(t, "OWNER", 0);
    scene_press(t, ":columns kind,size,locator<Enter>", "KIND");
    scene_quit(t);
    t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens), .home = home});
    e2e_wait_row(t, 1, "KIND", 0);
    e2e_wait_no_text(t, "OWNER", 0);
    scene_quit(t);
}

SUITE(test_e2e_segments, .timeout = 120,
      TESTS(the_panel_leads_to_the_part, rows_come_and_go_marked, attaching_saves_a_tagged_segment,
            a_new_segment_of_the_name_is_not_what_was_tagged, cleaning_from_the_prompt,
            system_v_in_the_list, columns_are_kept));
