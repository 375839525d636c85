/* Layouts on what programs that are here keep in memory at this moment. */
#include <fcntl.h>
#include <semaphore.h>
#include <sys/stat.h>

#include "support/live_peer.h"
#include "support/remover.h"

static void tear_down(void)
{
    peer_over();
}

TEST(a_semaphore_of_this_libc)
{
    static const char expected[] = "0x0 value 4\n0x4 waiters 0\n0x8 shared 128\n";
    char file[80];
    const char *name = run_name("sem");
    (void)snprintf(file, sizeof file, "/sem.%s", name + 1);
    remover_segment(file);
    sem_t *sem = sem_open(name, O_CREAT | O_EXCL, 0600, 3);
    ck_assert_ptr_ne(sem, SEM_FAILED);
    sem_post(sem);
    const struct ran *r = RUN("peek", file, "--type", "auto");
    sem_unlink(name);
    ck_assert_msg(strncmp(r->out, expected, strlen(expected)) == 0, "%s%s", r->out, r->err);
}

TEST(a_list_of_python)
{
    char locator[128];
    start((const char *[]){"python3", "-c",
                           "from multiprocessing.shared_memory import ShareableList\n"
                           "import sys\n"
                           "l = ShareableList([1, 2.5, 'hello', None])\n"
                           "print(l.shm.name, flush=True)\n"
                           "sys.stdin.read()\n"
                           "l.shm.close()\nl.shm.unlink()\n",
                           NULL});
    (void)snprintf(locator, sizeof locator, "/%.100s", first_line());
    if (locator[1] == '\0')
        SKIP("there is no python3 with shared memory");
    remover_segment(locator);
    ck_assert(prints(locator, "0x0 count 4\n0x8 offset[0] 0\n0x10 offset[1] 8\n0x18 offset[2] 16\n"
                              "0x20 offset[3] 24\n"));
}

TEST(an_index_of_sqlite)
{
    char locator[512], script[1024];
    (void)snprintf(script, sizeof script,
                   "import sqlite3, sys\n"
                   "c = sqlite3.connect('%s')\n"
                   "c.execute('pragma journal_mode=wal')\n"
                   "c.execute('create table t(x)')\n"
                   "c.execute('insert into t values(1)')\n"
                   "c.commit()\nprint('ready', flush=True)\nsys.stdin.read()\n",
                   run_path("test.db"));
    start((const char *[]){"python3", "-c", script, NULL});
    if (strcmp(first_line(), "ready") != 0)
        SKIP("there is no python3 with sqlite3");
    (void)snprintf(locator, sizeof locator, "file:%s", run_path("test.db-shm"));
    ck_assert(prints(locator, "0x0 head[0].version 3007000\n"));
    ck_assert(prints(locator, "0xc head[0].is_init 1\n"));
    ck_assert(prints(locator, "0x10 head[0].max_frame 3\n0x14 head[0].pages 2\n"));
    ck_assert(prints(locator, "0x3e head[1].page_size 4096\n"));
    ck_assert(prints(locator, "0x64 read_mark[0] 0\n"));
}

TEST(a_lock_of_lmdb)
{
    char locator[512], script[1024], expected[64];
    (void)snprintf(script, sizeof script,
                   "import lmdb, os, sys\n"
                   "e = lmdb.open('%s')\n"
                   "with e.begin(write=True) as t: t.put(b'a', b'b')\n"
                   "r = e.begin()\nr.get(b'a')\n"
                   "print('ready', flush=True)\nsys.stdin.read()\n",
                   run_path("lmdb"));
    /* packages of the system are known to its own python3, which may not be the first one */
    start((const char *[]){"sh", "-c",
                           "python3 -c 'import lmdb' 2>/dev/null && exec python3 -c \"$0\"\n"
                           "exec /usr/bin/python3 -c \"$0\"",
                           script, NULL});
    if (strcmp(first_line(), "ready") != 0)
        SKIP("there is no python3 with lmdb");
    (void)snprintf(locator, sizeof locator, "file:%s/lock.mdb", run_path("lmdb"));
    (void)snprintf(expected, sizeof expected,
                   "0x80 reader[0].transaction 1\n0x88 reader[0].pid %d (python3", (int)other);
    ck_assert(prints(locator, "0x30 last_transaction 1\n0x38 readers 1\n"));
    ck_assert(prints(locator, expected));
}

TEST(what_valgrind_shares_with_its_debugger)
{
    char prefix[512], pattern[600];
    (void)snprintf(prefix, sizeof prefix, "--vgdb-prefix=%s", run_path("vgdb-pipe"));
    (void)snprintf(pattern, sizeof pattern, "%s-shared-mem-vgdb-*", run_path("vgdb-pipe"));
    start((const char *[]){"valgrind", "-q", prefix, "cat", NULL});
    const char *locator = awaited(pattern);
    if (locator == NULL)
        SKIP("there is no valgrind");
    comes_to_print(locator, "0x20 offset_status 4\n");
    ck_assert(prints(locator, "0x0 written_by_vgdb 0\n0x4 seen_by_valgrind 0\n"));
    ck_assert(prints(locator, "0x28 vgdb 0\n"));
}

TEST(counters_of_java)
{
    char keys[512], pattern[64];
    (void)snprintf(keys, sizeof keys, "%s", run_path("keys"));
    start((const char *[]){"keytool", "-J-XX:+UsePerfData", "-genkeypair", "-keyalg", "EC",
                           "-alias", "x", "-storepass", "changeit", "-keystore", keys, NULL});
    (void)snprintf(pattern, sizeof pattern, "/tmp/hsperfdata_*/%d", (int)other);
    const char *locator = awaited(pattern);
    if (locator == NULL)
        SKIP("there is no Java");
    comes_to_print(locator, "0x7 accessible 1\n");
    ck_assert(prints(locator, "0x0 magic 0xcafec0c0\n0x4 byte_order 1\n"));
    ck_assert(prints(locator, "0x18 entry_offset 32 -> +0x20\n"));
    const struct ran *r = RUN("peek", locator, "entry_offset->name_offset->text", "--type", "auto");
    ck_assert_msg(r->status == 0 && strstr(r->out, " \"sun.rt.") != NULL, "%s%s", r->out, r->err);
    r = RUN("peek", locator, "entry_offset->entry_length->data_type", "--type", "auto");
    ck_assert_msg(strstr(r->out, "'J'") != NULL || strstr(r->out, "'B'") != NULL, "%s", r->out);
}

/* A screen of 64 by 48 pixels, stored with the most significant byte first. */
TEST(a_screen_of_xvfb)
{
    char folder[512], pattern[600];
    (void)snprintf(folder, sizeof folder, "%s", run_path("screen"));
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    (void)snprintf(pattern, sizeof pattern, "%s/Xvfb_screen0", folder);
    start((const char *[]){"Xvfb", "-displayfd", "1", "-fbdir", folder, "-screen", "0", "64x48x24",
                           "-nolisten", "tcp", NULL});
    if (awaited(pattern) == NULL)
        SKIP("there is no Xvfb");
    (void)first_line(); /* its number: now the screen is made */
    const char *locator = awaited(pattern);
    comes_to_print(locator, "0xc pixmap_depth 24\n0x10 pixmap_width 64\n0x14 pixmap_height 48\n");
    ck_assert(prints(locator, "0x4 file_version 7\n"));
    ck_assert(prints(locator, "window_width 64\n"));
}

/* musl's semaphore is not glibc's: the type is named. */
TEST(a_semaphore_of_musl)
{
    static const char text[] =
        "#include <fcntl.h>\n#include <semaphore.h>\n#include <stdio.h>\n#include <sys/mman.h>\n"
        "#include <unistd.h>\nint main(int argc, char **argv)\n{\n"
        "    int fd = shm_open(argv[argc - 1], O_RDWR | O_CREAT, 0600);\n"
        "    if (ftruncate(fd, 32) != 0) return 1;\n"
        "    sem_t *s = mmap(0, 32, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);\n"
        "    if (sem_init(s, 1, 3) != 0 || sem_wait(s) != 0) return 1;\n"
        "    puts(\"ready\");\n    fflush(stdout);\n    pause();\n}\n";
    char source[512], program[512], line[2048];
    const char *name = run_name("musl");
    (void)snprintf(source, sizeof source, "%s", run_path("sem.c"));
    (void)snprintf(program, sizeof program, "%s", run_path("sem"));
    FILE *f = fopen(source, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    (void)snprintf(line, sizeof line, "musl-gcc -o %s %s >/dev/null 2>&1", program, source);
    if (system(line) != 0)
        SKIP("there is no musl-gcc");
    remover_segment(name);
    start((const char *[]){program, name, NULL});
    ck_assert_str_eq(first_line(), "ready");
    const struct ran *r = RUN("peek", name, "--type", "musl_sem");
    ck_assert_msg(strncmp(r->out, "0x0 value 2\n0x4 waiters 0\n", 26) == 0, "%s%s", r->out, r->err);
}

SUITE(test_program_layouts_live, .tear_down = tear_down,
      TESTS(a_semaphore_of_this_libc, a_list_of_python, an_index_of_sqlite, a_lock_of_lmdb,
            what_valgrind_shares_with_its_debugger, counters_of_java, a_screen_of_xvfb,
            a_semaphore_of_musl));
