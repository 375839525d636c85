/* The log of OS calls as a C program. */
#include <stdlib.h>
#include <string.h>

#include "backend/sys.h"
#include "support/suite.h"
#include "ui/frame/calls.h"

static struct calls_program program;
static struct out out;

static void set_up(void)
{
    out_text(&out, 65536);
    calls_program_begin(&program, &out);
    out.length = 0;
}

static void tear_down(void)
{
    out_free(&out);
}

/* What the newest call has added. */
static const char *added_times(const char *call, uint64_t times)
{
    out.length = 0;
    calls_program_call(&program, call, times);
    return out.buf;
}

static const char *added(const char *call)
{
    return added_times(call, 1);
}

static void expect_comment(const char *call)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "    /* %s */\n", call);
    ck_assert_str_eq(added(call), text);
}

/* In this order: each uses what those before have made. */
static const struct {
    const char *call, *statement;
} lines[] = {
    {"shm_open(\"/a, b\\\", c\", O_RDWR | O_CREAT, 0600) = 3",
     "    int fd3 = shm_open(\"/a, b\\\", c\", O_RDWR | O_CREAT, 0600);\n    if (fd3 < 0)\n        "
     "return failed(\"shm_open\");\n"},
    {"fchmod(3, 0640) = 0", "    if (fchmod(fd3, 0640) < 0)\n        return failed(\"fchmod\");\n"},
    {"ftruncate(3, 4096) = 0",
     "    if (ftruncate(fd3, 4096) < 0)\n        return failed(\"ftruncate\");\n"},
    {"fstat(3) = 0   st_size 4096  st_nlink 1",
     "    if (fstat(fd3, &st) < 0)\n        return failed(\"fstat\");\n"},
    {"fstat(4) = 0   st_size 4096", "    /* fstat(4) = 0   st_size 4096 */\n"},
    {"store 4 bytes at +0x8: 0 -> 7, done   at 0x7f08",
     "    /* store 4 bytes at +0x8: 0 -> 7, done   at 0x7f08 */\n"}, /* nothing is mapped yet */
    {"mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f00",
     "    char *p1 = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd3, 0);\n    if (p1 == "
     "MAP_FAILED)\n        return failed(\"mmap\");\n"},
    {"store 4 bytes at +0x8: 0 -> 7, done   at 0x7f08",
     "    /* store 4 bytes at +0x8: 0 -> 7, done   at 0x7f08 */\n"}, /* only to be read */
    {"mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 3, 4096) = 0x18f00",
     "    char *p2 = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd3, 4096);\n    if (p2 "
     "== MAP_FAILED)\n        return failed(\"mmap\");\n"},
    {"store 8 bytes at +0x1008: 0 -> 18446744073709551615, done   at 0x18f08",
     "    *(volatile uint64_t *)(p2 + 0x8) = 18446744073709551615u;\n"},
    {"compare-and-swap 2 bytes at +0x1010: 1 -> 2, done   at 0x18f10",
     "    uint16_t old0 = 1u;\n    __atomic_compare_exchange_n((uint16_t *)(p2 + 0x10), &old0, 2u, "
     "0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);\n"},
    {"compare-and-swap 2 bytes at +0x1010: 1 -> 2, lost to 5",
     "    /* compare-and-swap 2 bytes at +0x1010: 1 -> 2, lost to 5 */\n"},
    {"store 3 bytes at +0x1010: 1 -> 2, done   at 0x18f10",
     "    /* store 3 bytes at +0x1010: 1 -> 2, done   at 0x18f10 */\n"},
    {"store 4 bytes at +0x8: 0 -> 7, done   at 0x18efe", /* before the mapping */
     "    /* store 4 bytes at +0x8: 0 -> 7, done   at 0x18efe */\n"},
    {"store 4 bytes at +0x1ffc: 0 -> 7, done   at 0x19efc", /* its last bytes */
     "    *(volatile uint32_t *)(p2 + 0xffc) = 7u;\n"},
    {"store 4 bytes at +0x2000: 0 -> 7, done   at 0x19f00", /* behind them */
     "    /* store 4 bytes at +0x2000: 0 -> 7, done   at 0x19f00 */\n"},
    {"store 4 bytes at +0x8: 0 -> 7, done bytewise",
     "    /* store 4 bytes at +0x8: 0 -> 7, done bytewise */\n"},
    {"store 40 bytes at +0x1010, bytewise, done",
     "    /* store 40 bytes at +0x1010, bytewise, done */\n"},
    {"open(\"/proc/self/fd/3\", O_RDWR) = 9",
     "    char link1[32];\n    snprintf(link1, sizeof link1, \"/proc/self/fd/%d\", fd3);\n"
     "    int fd9 = open(link1, O_RDWR);\n    if (fd9 < 0)\n        return failed(\"open\");\n"},
    {"open(\"/proc/self/fd/8\", O_RDWR) = 9", "    /* open(\"/proc/self/fd/8\", O_RDWR) = 9 */\n"},
    {"munmap(0x7f00, 8192) = 0",
     "    if (munmap(p1, 8192) < 0)\n        return failed(\"munmap\");\n"},
    {"munmap(0x7f01, 8192) = 0", "    /* munmap(0x7f01, 8192) = 0 */\n"},
    {"close(3) = 0", "    if (close(fd3) < 0)\n        return failed(\"close\");\n"},
    {"shm_open(\"/x\", O_RDONLY, 0) = 3", "    fd3 = shm_open(\"/x\", O_RDONLY, 0);\n    if (fd3 < "
                                          "0)\n        return failed(\"shm_open\");\n"},
    {"shm_open(\"/x\", O_RDONLY, 0) = -1 ENOENT",
     "    /* shm_open(\"/x\", O_RDONLY, 0) = -1 ENOENT */\n"},
    {"shmget(0x1234, 4096, IPC_CREAT | 0600) = 12",
     "    int id12 = shmget(0x1234, 4096, IPC_CREAT | 0600);\n    if (id12 < 0)\n        return "
     "failed(\"shmget\");\n"},
    {"shmat(12, NULL, 0) = 0xff00", "    char *p3 = shmat(id12, NULL, 0);\n    if (p3 == (void "
                                    "*)-1)\n        return failed(\"shmat\");\n"},
    {"store 1 byte at +0x10: 0 -> 65, done   at 0xff10",
     "    *(volatile uint8_t *)(p3 + 0x10) = 65u;\n"},
    {"shmctl(12, IPC_STAT) = 0   shm_segsz 4096",
     "    if (shmctl(id12, IPC_STAT, &ds) < 0)\n        return failed(\"shmctl\");\n"},
    {"shmctl(12, IPC_RMID) = 0",
     "    if (shmctl(id12, IPC_RMID, NULL) < 0)\n        return failed(\"shmctl\");\n"},
    {"shmctl(12, IPC_SET, mode 0600) = 0", "    /* shmctl(12, IPC_SET, mode 0600) = 0 */\n"},
    {"shmdt(0xff00) = 0", "    if (shmdt(p3) < 0)\n        return failed(\"shmdt\");\n"},
    {"renameat2(AT_FDCWD, \"/dev/shm/a\", AT_FDCWD, \"/dev/shm/.b\", RENAME_NOREPLACE) = 0",
     "    if (renameat2(AT_FDCWD, \"/dev/shm/a\", AT_FDCWD, \"/dev/shm/.b\", RENAME_NOREPLACE) < "
     "0)\n        return failed(\"renameat2\");\n"},
    {"renameat2(AT_FDCWD, \"/a\", AT_FDCWD, \"/b\", RENAME_NOREPLACE) = 0   lease broken, taken "
     "back",
     "    /* renameat2(AT_FDCWD, \"/a\", AT_FDCWD, \"/b\", RENAME_NOREPLACE) = 0   lease broken, "
     "taken back */\n"},
    {"rename(\"/dev/shm/a\", \"/dev/shm/.b\") = 0",
     "    if (rename(\"/dev/shm/a\", \"/dev/shm/.b\") < 0)\n        return failed(\"rename\");\n"},
    {"unlink(\"/dev/shm/.b\") = 0",
     "    if (unlink(\"/dev/shm/.b\") < 0)\n        return failed(\"unlink\");\n"},
    {"poll(/* */ 3) = 0", "    /* poll(/ * * / 3) = 0 */\n"}, /* does not end the comment */
    {"a **/ b", "    /* a ** / b */\n"},
    {"***/ /*/ b *", "    /* *** / / * / b * */\n"},
    {"a\nb *\n/", "    /* a b * / */\n"},
    {"shm_open(", "    /* shm_open( */\n"},
    {"", "    /*  */\n"},
};

TEST(calls_become_statements)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        ck_assert_str_eq(added(lines[i].call), lines[i].statement);
}

/* A name never becomes more than a string; a name that was cut is a comment. */
TEST(hostile_names_are_strings)
{
    char call[OSCALL_TEXT_MAX], want[512], quoted[SYS_QUOTED];
    static const char *const names[] = {
        "/a\", O_RDWR, 0); system(\"id\"); shm_open(\"b",
        "/a\\\", 0); system(\"id\"); (\"",
        "/a\\",
        "/a\n\x01"
        "1",
        "/a?"
        "?/\", 0); system(\"id\"); //",
        "/a) = 4, \"b",
        "/a*/ system(\"id\"); /*",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *name = sys_quoted(names[i], quoted);
        (void)snprintf(call, sizeof call, "shm_unlink(%s) = 0", name);
        (void)snprintf(want, sizeof want,
                       "    if (shm_unlink(%s) < 0)\n        return failed(\"shm_unlink\");\n",
                       name);
        ck_assert_str_eq(added(call), want);
    }
    expect_comment("shm_unlink(\"/aaaa\"...) = 0");
    expect_comment("shm_unlink(\"/a\"b\") = 0"); /* not from sys_quoted */
    expect_comment("shm_unlink(\"/a\\xgg\") = 0");
    expect_comment("shm_unlink(\"/a\\\") = 0");
    expect_comment("shm_unlink(\"/a?"
                   "?/\") = 0");
    expect_comment("shm_open(\"/a\", O_RDWR, 0); system(\"id\"); shm_open(\"b\", 0, 0) = 3");
    expect_comment("shm_unlink(/a) = 0");
    expect_comment("shm_unlink(\"/cut by the log");
    /* a byte that is no text, then a hexadecimal digit */
    ck_assert_str_eq(
        added("shm_unlink(\"/\\xffa\\\\xff\") = 0"),
        "    if (shm_unlink(\"/\\377a\\\\xff\") < 0)\n        return failed(\"shm_unlink\");\n");
}

TEST(what_is_gone_has_no_variable)
{
    static const char mapped[] =
        "mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 3, 0) = 0x1000";
    static const char stored[] = "store 4 bytes at +0x0: 0 -> 7, done   at 0x1000";
    (void)added("shm_open(\"/x\", O_RDWR, 0) = 3");
    (void)added(mapped);
    ck_assert_str_eq(added(stored), "    *(volatile uint32_t *)(p1 + 0x0) = 7u;\n");
    (void)added("munmap(0x1000, 4096) = 0");
    expect_comment(stored);
    (void)added(mapped);
    ck_assert_str_eq(added(stored), "    *(volatile uint32_t *)(p2 + 0x0) = 7u;\n");
    (void)added("mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0x1000"); /* another is there */
    expect_comment(stored);
    (void)added(mapped);
    calls_program_hidden(&program, "munmap(0x0, 8192) = 0");
    expect_comment(stored);
    (void)added("close(3) = 0");
    expect_comment("fstat(3) = 0");
    expect_comment(mapped);
    (void)added("shm_open(\"/x\", O_RDWR, 0) = 3");
    calls_program_hidden(&program, "openat(5, \"x\", O_PATH) = 3"); /* something else has it */
    expect_comment("fstat(3) = 0");
    expect_comment("mmap(NULL, 69632, 5) = 0x9000"); /* not its arguments */
}

TEST(ids_that_others_made)
{
    ck_assert_str_eq(added("shmctl(163845, IPC_STAT) = 0   shm_segsz 64  shm_nattch 1"),
                     "    int id163845 = 163845;\n    if (shmctl(id163845, IPC_STAT, &ds) < 0)\n   "
                     "     return failed(\"shmctl\");\n");
    ck_assert_str_eq(added("shmat(163845, NULL, 0) = 0x1000"),
                     "    char *p1 = shmat(id163845, NULL, 0);\n    if (p1 == (void *)-1)\n        "
                     "return failed(\"shmat\");\n");
    ck_assert_str_eq(added("store 8 bytes at +0x38: 0 -> 7, done   at 0x1038"),
                     "    *(volatile uint64_t *)(p1 + 0x38) = 7u;\n");
    expect_comment("store 8 bytes at +0x40: 0 -> 7, done   at 0x1040");
    ck_assert_str_eq(added("shmat(7, NULL, 0) = 0x2000"),
                     "    int id7 = 7;\n    char *p2 = shmat(id7, NULL, 0);\n    if (p2 == (void "
                     "*)-1)\n        return failed(\"shmat\");\n");
    expect_comment("store 1 bytes at +0x0: 0 -> 7, done   at 0x2000"); /* how large is it? */
    (void)added("shmctl(7, IPC_STAT) = 0   shm_segsz 8  shm_nattch 1");
    ck_assert_str_eq(added("store 1 bytes at +0x0: 0 -> 7, done   at 0x2000"),
                     "    *(volatile uint8_t *)(p2 + 0x0) = 7u;\n");
    (void)added("shmdt(0x2000) = 0");
    expect_comment("store 1 bytes at +0x0: 0 -> 7, done   at 0x2000");
    ck_assert_str_eq(
        added("shmget(0x1, 0, 0) = 7"),
        "    id7 = shmget(0x1, 0, 0);\n    if (id7 < 0)\n        return failed(\"shmget\");\n");
}

TEST(what_was_made_more_than_once)
{
    (void)added("shm_open(\"/x\", O_RDWR, 0) = 3");
    ck_assert_str_eq(added_times("fstat(3) = 0", 3),
                     "    if (fstat(fd3, &st) < 0) /* and 2 more like it */\n        return "
                     "failed(\"fstat\");\n");
    ck_assert_str_eq(added_times("poll() = 0", 2),
                     "    /* poll() = 0 */ /* and 1 more like it */\n");
}

/* Only what the program uses is in it, and every call is checked. */
TEST(the_program_has_what_it_uses)
{
    static const char want[] = "/* What shmlens asked of the system. */\n#define _GNU_SOURCE\n"
                               "#include <stdio.h>\n#include <sys/mman.h>\n\n"
                               "static int failed(const char *call)\n{\n    perror(call);\n"
                               "    return 1;\n}\n\nint main(void)\n{\n"
                               "    if (shm_unlink(\"/x\") < 0)\n"
                               "        return failed(\"shm_unlink\");\n    return 0;\n}\n";
    (void)added("shm_unlink(\"/x\") = 0");
    calls_program_end(&program);
    ck_assert_str_eq(out.buf, want);
    tear_down();
    set_up();
    (void)added("poll() = 0");
    calls_program_end(&program);
    ck_assert_str_eq(out.buf, "/* What shmlens asked of the system. */\n#define _GNU_SOURCE\n\n"
                              "int main(void)\n{\n    /* poll() = 0 */\n    return 0;\n}\n");
    tear_down();
    set_up();
    (void)added("shmctl(12, IPC_STAT) = 0   shm_segsz 4096");
    calls_program_end(&program);
    ck_assert_ptr_nonnull(strstr(out.buf, "<stdio.h>\n#include <sys/shm.h>\n\n"));
    ck_assert_ptr_nonnull(strstr(out.buf, "{\n    struct shmid_ds ds;\n    int id12 = 12;\n"));
}

/* With only the marked calls shown: which of the others have to be there. */
static void expect_needed(const char *const *calls, size_t count, const char *shown,
                          const char *needed)
{
    static struct calls_needs needs;
    char found[32] = "";
    memset(&needs, 0, sizeof needs);
    for (size_t i = count; i-- > 0;)
        found[i] = calls_needs(&needs, calls[i], shown[i] == 'x') ? 'x' : '.';
    ck_assert_str_eq(found, needed);
}

/* A program for Windows, of the calls of one that looked at the sample, turned edit mode on and
 * stored. In this order: each uses what those before have made. */
TEST(calls_of_windows_become_a_program_for_it)
{
    static const char want[] =
        "/* What shmlens asked of the system. */\n#include <stdint.h>\n#include <stdio.h>\n"
        "#include <windows.h>\n\n"
        "static int failed(const char *call)\n{\n"
        "    fprintf(stderr, \"%s: error %lu\\n\", call, GetLastError());\n    return 1;\n}\n\n"
        "int main(void)\n{\n"
        "    HANDLE h60 = OpenFileMappingW(SECTION_QUERY | SECTION_MAP_READ, FALSE, "
        "L\"Local\\\\Map\");\n"
        "    if (h60 == NULL)\n        return failed(\"OpenFileMappingW\");\n"
        "    /* NtQueryObject(0000000000000060, ObjectBasicInformation) = 0   handles 2 */\n"
        "    char *p1 = MapViewOfFile(h60, FILE_MAP_READ, 0, 0, 65536);\n"
        "    if (p1 == NULL)\n        return failed(\"MapViewOfFile\");\n"
        "    HANDLE h68 = NULL;\n"
        "    if (!DuplicateHandle(GetCurrentProcess(), h60, GetCurrentProcess(), &h68, 0x7, FALSE, "
        "0))\n        return failed(\"DuplicateHandle\");\n"
        "    if (!UnmapViewOfFile(p1))\n        return failed(\"UnmapViewOfFile\");\n"
        "    if (!CloseHandle(h60))\n        return failed(\"CloseHandle\");\n"
        "    char *p2 = MapViewOfFile(h68, FILE_MAP_READ | FILE_MAP_WRITE, 1, 4096, 65536);\n"
        "    if (p2 == NULL)\n        return failed(\"MapViewOfFile\");\n"
        "    *(volatile uint16_t *)(p2 + 0x2) = 75u;\n"
        "    return 0;\n}\n";
    static const char *const calls[] = {
        "OpenFileMappingW(SECTION_QUERY | SECTION_MAP_READ, FALSE, \"Local\\\\Map\") = "
        "0000000000000060",
        "NtQueryObject(0000000000000060, ObjectBasicInformation) = 0   handles 2",
        "MapViewOfFile(0000000000000060, FILE_MAP_READ, 0, 65536) = 00000000015e0000",
        "DuplicateHandle(ffffffffffffffff, 0x60, 0x7) = 0000000000000068",
        "UnmapViewOfFile(00000000015e0000) = 1",
        "CloseHandle(0000000000000060) = 1",
        "MapViewOfFile(0000000000000068, FILE_MAP_READ | FILE_MAP_WRITE, 4294971392, 65536) = "
        "00000000016f0000",
        "store 2 bytes at +0x2: 77 -> 75, done   at 0x16f0002",
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        calls_program_call(&program, calls[i], 1);
    calls_program_end(&program);
    ck_assert_str_eq(out.buf, want);
    expect_needed(calls, 8, ".......x", "x..x..xx");
}

/* A name that is not UTF-8 has no wide string, a closed handle no variable. */
TEST(calls_of_windows_that_cannot_be_written)
{
    expect_comment("CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 1, "
                   "\"Local\\\\\\355\\240\\200\") = 0000000000000010");
    expect_comment("OpenFileMappingW(SECTION_MAP_READ, FALSE, \"x\") = -1 ERROR_FILE_NOT_FOUND");
    ck_assert_str_eq(added("CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, "
                           "8589934592, \"Local\\\\\xc3\xa4\") = 0000000000000010"),
                     "    HANDLE h10 = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, "
                     "PAGE_READWRITE, 2, 0, L\"Local\\\\\xc3\xa4\");\n    if (h10 == NULL)\n"
                     "        return failed(\"CreateFileMappingW\");\n");
    expect_comment("DuplicateHandle(0000000000000200, 0x10, 0x7) = 0000000000000020");
    expect_comment("DuplicateHandle(ffffffffffffffff, 0x10, 0) = 0000000000000020");
    ck_assert_ptr_nonnull(strstr(added("CloseHandle(0000000000000010) = 1"), "CloseHandle(h10)"));
    expect_comment("CloseHandle(0000000000000010) = 1");
    expect_comment("MapViewOfFile(0000000000000010, FILE_MAP_READ, 0, 1) = 0000000000001000");
}

TEST(more_than_there_are_variables_for)
{
    ck_assert_str_eq(added("shm_open(\"/x\", O_RDONLY, 0) = 2000"),
                     "    /* shm_open(\"/x\", O_RDONLY, 0) = 2000 */\n");
    (void)added("shm_open(\"/x\", O_RDONLY, 0) = 3");
    for (int i = 0; i < PROGRAM_MAPPINGS; i++)
        ck_assert_ptr_nonnull(strstr(added("mmap(NULL, 1, PROT_READ, 0, 3, 0) = 0x10"), "char *p"));
    for (int i = 0; i <= PROGRAM_IDS; i++) {
        char call[64];
        (void)snprintf(call, sizeof call, "shmctl(%d, IPC_RMID) = 0", i);
        ck_assert_int_eq(strstr(added(call), "int id") != NULL, i < PROGRAM_IDS);
    }
    expect_comment("shmctl(2147483648, IPC_RMID) = 0");
    ck_assert_ptr_null(strstr(added("mmap(NULL, 1, PROT_READ, 0, 3, 0) = 0x10"), "char *p"));
}

TEST(what_shown_calls_need_comes_with_them)
{
    static const char *const posix[] = {
        "shm_open(\"/old\", O_RDWR, 0) = 3",
        "close(3) = 0",
        "shm_open(\"/x\", O_RDWR | O_CREAT, 0600) = 3",
        "ftruncate(3, 4096) = 0",
        "fstat(3) = 0   st_size 4096",
        "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0x9000",
        "mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 3, 0) = 0x1000",
        "store 4 bytes at +0x8: 0 -> 7, done   at 0x1008",
        "munmap(0x1000, 4096) = 0",
        "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0x1000",
    };
    expect_needed(posix, 10, ".......x..", "..xx..xx..");
    expect_needed(posix, 10, "....x.....", "..xxx.....");
    expect_needed(posix, 10, ".........x", "..xx.....x");
    expect_needed(posix, 10, "........x.", "..xx..x.x.");
    expect_needed(posix, 10, ".x........", "xx........");
    expect_needed(posix, 10, "..........", "..........");
    static const char *const others[] = {
        "shmget(0x1, 4096, IPC_CREAT | 0600) = 7",
        "shmat(7, NULL, 0) = 0x2000",
        "memfd_create(\"m\", 0) = 5",
        "open(\"/proc/self/fd/5\", O_RDWR) = 6",
        "shm_open(\"/gone\", O_RDONLY, 0) = -1 ENOENT",
        "openat(4, \"x\", O_PATH) = 8",
        "store 4 bytes at +0x8: 0 -> 7, done   at 0x2008",
        "fstat(6) = 0",
        "fstat(8) = 0",
    };
    expect_needed(others, 9, "......x..", "xx....x..");
    expect_needed(others, 9, ".......x.", "..xx...x.");
    expect_needed(others, 9, "....x...x", "....x...x"); /* nothing of C makes them */
}

/* Shown: as many stores as the log keeps calls, at as many addresses or all at one, and a look at
 * another object, which is older. */
TEST_LOOP(many_stores_leave_no_object_out, 2)
{
    static struct calls_needs needs;
    memset(&needs, 0, sizeof needs);
    for (int i = 0; i < (_i == 0 ? CALLS_KEPT - 1 : 2 * CALLS_KEPT); i++) {
        char call[96];
        (void)snprintf(call, sizeof call, "store 1 byte at +0x%x: 0 -> 7, done   at 0x%x",
                       _i == 0 ? i : 0, 0x10000 + (_i == 0 ? i : 0));
        ck_assert(calls_needs(&needs, call, true));
    }
    ck_assert(calls_needs(&needs, "fstat(5) = 0   st_size 1", true));
    ck_assert(calls_needs(&needs, "shm_open(\"/y\", O_RDWR, 0) = 5", false));
    ck_assert(calls_needs(
        &needs, "mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 3, 0) = 0x10000", false));
    ck_assert(calls_needs(&needs, "shm_open(\"/x\", O_RDWR, 0) = 3", false));
    ck_assert_uint_eq(needs.count, 0);
}

TEST(what_is_not_obvious_is_explained)
{
    const char *why =
        calls_why("mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, 3, 0) = 0x1");
    ck_assert_ptr_nonnull(why);
    ck_assert_ptr_nonnull(strstr(why, "what others store is seen"));
    ck_assert_ptr_null(
        calls_why("mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, 3, 0) = 0x1"));
    ck_assert_ptr_nonnull(calls_why("userfaultfd(UFFD_USER_MODE_ONLY) = 4"));
    ck_assert_ptr_null(calls_why("fstat(3) = 0"));
    ck_assert_ptr_null(calls_why(""));
}

SUITE(test_ui_calls, .set_up = set_up, .tear_down = tear_down,
      TESTS(calls_become_statements, hostile_names_are_strings, what_is_gone_has_no_variable,
            ids_that_others_made, what_was_made_more_than_once, the_program_has_what_it_uses,
            calls_of_windows_become_a_program_for_it, calls_of_windows_that_cannot_be_written,
            more_than_there_are_variables_for, what_shown_calls_need_comes_with_them,
            many_stores_leave_no_object_out, what_is_not_obvious_is_explained));
