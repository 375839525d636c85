/* Memory that is not just pages: what is swapped out is never shown as a hole, and looking at huge
 * pages reserves none. Where the machine has no swap or no huge pages, root makes some for a
 * moment; another process takes them back however the test ends. */
#include <sched.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>

#include "support/backend_peer.h"
#include "support/suite.h"

enum { PAGE = 4096, PAGES = 64, SIZE = PAGES * PAGE, FULL = 40, SWAP_PAGES = 4096, TRIES = 200 };

static struct backend *be;
static char swap_path[] = "/tmp/shmlens-test-XXXXXX";
static long huge_before; /* huge pages that the machine had */
static char group[512];  /* folder of a control group of our own; empty: there is none */
static struct {
    int end; /* closed: what it made goes */
    pid_t pid;
} keepers[2]; /* pid 0: none */

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
}

/* Another process makes it, and undoes it when we have ended; false: it could not. */
static bool keep(bool (*make)(void), void (*undo)(void))
{
    int told[2], ends[2], k = keepers[0].pid != 0;
    char well = 0, none;
    ck_assert_int_eq(pipe2(told, O_CLOEXEC) | pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        setsid(); /* a test that fails is killed with its group */
        close(ends[1]);
        if (k > 0)
            close(keepers[0].end);
        well = (char)make();
        if (write(told[1], &well, 1) == 1)
            while (read(ends[0], &none, 1) > 0)
                continue;
        if (well)
            undo();
        _exit(0);
    }
    close(told[1]);
    close(ends[0]);
    keepers[k].pid = pid;
    keepers[k].end = ends[1];
    bool made = read(told[0], &well, 1) == 1 && well != 0;
    close(told[0]);
    return made;
}

static void tear_down(void)
{
    for (int k = 0; k < 2; k++)
        if (keepers[k].pid != 0)
            close(keepers[k].end);
    if (keepers[0].pid != 0) /* the second one waits for our end */
        (void)waitpid(keepers[0].pid, NULL, 0);
    backend_free(be);
}

/* ---- swap ---- */

/* A file that the system takes for swap: its first page says what it is. */
static bool swap_on(void)
{
    static unsigned char page[PAGE];
    const uint32_t version = 1, last = SWAP_PAGES - 1;
    int fd = mkstemp(swap_path);
    bool well = fd >= 0;
    memcpy(page + 1024, &version, sizeof version);
    memcpy(page + 1028, &last, sizeof last);
    memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
    for (int i = 0; i < SWAP_PAGES && well; i++) {
        well = write(fd, page, PAGE) == PAGE;
        memset(page, 0, sizeof page);
    }
    well = well && fsync(fd) == 0 && swapon(swap_path, 0) == 0;
    if (!well && fd >= 0)
        unlink(swap_path);
    close(fd);
    return well;
}

static void swap_off(void)
{
    (void)swapoff(swap_path);
    unlink(swap_path);
}

/* ---- a control group, so that only our pages are asked for ---- */

static bool put(const char *file, const char *text)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", group, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool well = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return well;
}

/* Below the one that we are in: of version 1 (its memory controller), or 2. */
static void name_group(void)
{
    char line[300];
    FILE *f = fopen("/proc/self/cgroup", "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        const char *v1 = strstr(line, ":memory:"), *v2 = strncmp(line, "0::", 3) == 0 ? line : NULL;
        line[strcspn(line, "\n")] = '\0';
        if (v1 != NULL || (v2 != NULL && group[0] == '\0'))
            snprintf(group, sizeof group, "/sys/fs/cgroup%s%s/shmlens-test-%d",
                     v1 != NULL ? "/memory" : "", v1 != NULL ? v1 + 8 : v2 + 3, (int)getpid());
    }
    if (f != NULL)
        fclose(f);
}

static bool group_on(void)
{
    return mkdir(group, 0755) == 0;
}

static void group_off(void)
{
    while (rmdir(group) != 0 && errno == EBUSY) /* until the test has ended */
        os_sleep_until(os_now() + 10000000);
}

/* What is ours can be asked for then, also by nobody. */
static void join_group(void)
{
    static const char *const files[] = {"memory.limit_in_bytes", "memory.reclaim"};
    char path[600], pid[16];
    name_group();
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    if (getuid() != 0 || !keep(group_on, group_off) || !put("cgroup.procs", pid))
        return;
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", group, files[i]);
        (void)chmod(path, 0666);
    }
}

/* Asks the system to keep nothing of ours in memory that is in swap. */
static void press(void)
{
    if (!put("memory.reclaim", "1M") && put("memory.limit_in_bytes", "64K"))
        (void)put("memory.limit_in_bytes", "-1");
}

static bool have_swap(void)
{
    struct sysinfo info;
    if (getenv("SHMLENS_MEMCHECK") != NULL)
        printf("skip: swap: not under valgrind\n");
    else if ((sysinfo(&info) == 0 && info.freeswap > (uint64_t)SIZE) ||
             (getuid() == 0 && keep(swap_on, swap_off))) {
        join_group();
        return true;
    } else {
        printf("skip: swap: there is none, and none can be made here\n");
    }
    return false;
}

static const struct seg_info *row_of(const struct seg_survey *sv, const char *locator)
{
    for (size_t i = 0; i < sv->count; i++)
        if (strcmp(sv->segs[i].locator, locator) == 0)
            return &sv->segs[i];
    return NULL;
}

/* Bytes of it that are swapped out, as the list says. */
static uint64_t swapped(const char *locator)
{
    struct seg_survey sv;
    must(seg_survey(be, 1U << SEG_SYSV, 0, &sv));
    const struct seg_info *row = row_of(&sv, locator);
    ck_assert_ptr_nonnull(row);
    uint64_t n = row->stat.swap;
    seg_survey_free(&sv);
    return n;
}

/* Notes the pages of p that are back in memory: the system brings back more than is asked for. */
static void note_those_back(void *p, unsigned char *absent)
{
    unsigned char there[PAGES];
    ck_assert_int_eq(mincore(p, SIZE, there), 0);
    for (int i = 0; i < FULL; i++)
        absent[i] = absent[i] && (there[i] & 1) == 0;
}

/* What was written is never a hole, wherever it is now: data, or where that cannot be told (a page
 * of p that is absent, without a descriptor) unknown. */
static void check_pages(struct seg *s, void *p, unsigned char *absent)
{
    unsigned char buf[PAGE];
    uint8_t state[PAGE];
    struct seg_stat st;
    uint64_t start, end;
    enum seg_extent_kind kind;
    for (uint64_t i = 0; i < FULL; i++) {
        must(seg_extent(s, i * PAGE, &start, &end, &kind));
        if (kind == SEG_EXT_DATA)
            note_those_back(p, absent);
        ck_assert_int_eq(kind, absent[i] ? SEG_EXT_UNKNOWN : SEG_EXT_DATA);
    }
    for (uint64_t i = 0; i < FULL; i++) {
        must(seg_sample(s, i * PAGE, buf, state, PAGE, &st));
        if (state[0] == SEG_BYTE_DATA)
            note_those_back(p, absent);
        ck_assert_int_eq(state[0], absent[i] ? SEG_BYTE_UNKNOWN : SEG_BYTE_DATA);
        ck_assert(absent[i] || buf[0] == i + 1);
    }
}

/* Fills some pages, has them swapped out, and looks. 0: as it should be, or it cannot be tried. */
static int swap_out_and_look(void *arg)
{
    const bool *can_tell = arg;
    unsigned char there[PAGES], absent[PAGES] = {0};
    int away = 0;
    char locator[64];
    struct seg *s;
    int id = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
    ck_assert_int_ge(id, 0);
    remover_sysv(id);
    unsigned char *p = shmat(id, NULL, 0);
    ck_assert((intptr_t)p != -1);
    for (int i = 0; i < FULL; i++)
        p[i * PAGE] = (unsigned char)(i + 1);
    snprintf(locator, sizeof locator, "sysv:%d", id);
    for (int i = 0; i < TRIES && away == 0; i++) {
        (void)madvise(p, SIZE, MADV_PAGEOUT);
        press();
        ck_assert_int_eq(mincore(p, SIZE, there), 0);
        for (int k = 0; k < FULL; k++)
            away += (there[k] & 1) == 0;
    }
    for (int i = 0; i < FULL; i++)
        absent[i] = !*can_tell && (there[i] & 1) == 0;
    if (swapped(locator) == 0 || away == 0) {
        printf("skip: swap: the system keeps all in memory, whatever it is asked\n");
    } else {
        must(seg_open(be, locator, SEG_READ, &s));
        ck_assert_uint_ne(seg_last(s)->known & SEG_HAS_SWAP, 0);
        check_pages(s, p, absent);
        seg_close(s);
    }
    shmdt(p);
    shmctl(id, IPC_RMID, NULL);
    return 0;
}

/* Root reads it through a descriptor, which knows what is data. */
TEST(test_swapped_out)
{
    bool can_tell = getuid() == 0;
    if (have_swap())
        ck_assert_int_eq(swap_out_and_look(&can_tell), 0);
}

/* Another user has none: then it is unknown, not a hole. */
TEST(test_swapped_out_as_nobody)
{
    bool can_tell = false;
    if (getuid() != 0)
        printf("skip: swap: only root can become another user\n");
    else if (have_swap())
        as_nobody(swap_out_and_look, &can_tell);
}

/* ---- huge pages ---- */

static long huge(const char *what)
{
    char line[128];
    long n = -1;
    FILE *f = fopen("/proc/meminfo", "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, what, strlen(what)) == 0)
            n = strtol(line + strlen(what), NULL, 10);
    if (f != NULL)
        fclose(f);
    return n;
}

static bool set_huge(long n)
{
    FILE *f = fopen("/proc/sys/vm/nr_hugepages", "we");
    bool well = f != NULL && fprintf(f, "%ld", n) > 0;
    return f != NULL && fclose(f) == 0 && well;
}

static bool huge_on(void)
{
    huge_before = huge("HugePages_Total:");
    if (huge_before < 0 || !set_huge(huge_before + 4) || huge("HugePages_Free:") < 4) {
        if (huge_before >= 0)
            (void)set_huge(huge_before);
        return false;
    }
    return true;
}

static void huge_off(void)
{
    (void)set_huge(huge_before);
}

static bool have_huge(void)
{
    if (getenv("SHMLENS_MEMCHECK") != NULL)
        printf("skip: huge pages: not under valgrind\n");
    else if (huge("HugePages_Free:") >= 4 || (getuid() == 0 && keep(huge_on, huge_off)))
        return true;
    else
        printf("skip: huge pages: there are none, and none can be reserved here\n");
    return false;
}

/* Looks at all of it in every way. */
static void look(const char *locator, uint64_t size)
{
    static unsigned char buf[3 * PAGE];
    static uint8_t state[3 * PAGE];
    struct seg *s;
    struct seg_stat st;
    struct seg_who who;
    uint64_t start, end;
    enum seg_extent_kind kind;
    size_t got;
    must(seg_open(be, locator, SEG_READ, &s));
    ck_assert_uint_eq(seg_last(s)->size, size);
    for (uint64_t off = 0; off < size; off += size / 16) {
        must(seg_read(s, off, buf, sizeof buf, &got));
        must(seg_extent(s, off, &start, &end, &kind));
        must(seg_sample(s, off, buf, state, sizeof buf, &st));
    }
    must(seg_refresh(s, &st));
    must(seg_who(s, NULL, &who));
    ck_assert_uint_ne(seg_last(s)->state & SEG_ST_HUGETLB, 0);
    seg_who_free(&who);
    seg_close(s);
}

static void look_at_huge(const char *locator, uint64_t size)
{
    struct seg_survey sv;
    long before = huge("HugePages_Free:"), reserved = huge("HugePages_Rsvd:");
    must(seg_survey(be, ~0U, SEG_SURVEY_WHO, &sv));
    seg_survey_free(&sv);
    look(locator, size);
    ck_assert_int_eq(huge("HugePages_Free:"), before);
    ck_assert_int_eq(huge("HugePages_Rsvd:"), reserved);
}

TEST(test_huge_pages)
{
    char locator[64];
    const uint64_t size = 2 * (uint64_t)huge("Hugepagesize:") * 1024;
    if (!have_huge())
        return;
    int fd = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB);
    ck_assert_msg(fd >= 0 && ftruncate(fd, (off_t)size) == 0, "%s", strerror(errno));
    snprintf(locator, sizeof locator, "fd:%d/%d", (int)getpid(), fd);
    look_at_huge(locator, size);
    unsigned char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    p[0] = 1; /* one of its pages is there, the other reserved */
    look_at_huge(locator, size);
    munmap(p, size);
    close(fd);
    int id = shmget(IPC_PRIVATE, size, IPC_CREAT | SHM_HUGETLB | 0600);
    ck_assert_msg(id >= 0, "shmget: %s", strerror(errno));
    remover_sysv(id);
    snprintf(locator, sizeof locator, "sysv:%d", id);
    look_at_huge(locator, size);
    shmctl(id, IPC_RMID, NULL);
}

/* The row of a survey that knows of names only. */
static void check_huge_row(unsigned kinds, const char *locator, unsigned state, uint64_t resident)
{
    struct seg_survey sv;
    must(seg_survey(be, kinds, 0, &sv));
    const struct seg_info *row = seg_survey_find(&sv, locator);
    ck_assert_ptr_nonnull(row);
    ck_assert_uint_eq(row->stat.state & state, state);
    ck_assert_uint_ne(row->stat.known & SEG_HAS_RESIDENT, 0);
    ck_assert_uint_eq(row->stat.resident, resident);
    seg_survey_free(&sv);
}

/* Makes a file of one page on a hugetlbfs that only this process sees. */
static bool make_huge_file(uint64_t size, char path[64])
{
    char folder[] = "/tmp/shmlens-test-huge-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    remover_path(folder);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", folder, "hugetlbfs", 0, NULL) != 0)
        return false;
    snprintf(path, 64, "%s/map 0", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ck_assert(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    unsigned char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    p[0] = 1;
    munmap(p, size);
    close(fd);
    return true;
}

/* It has no user any more, but its memory. */
TEST(test_a_file_on_hugetlbfs)
{
    char path[64], locator[80];
    const uint64_t size = (uint64_t)huge("Hugepagesize:") * 1024;
    if (getuid() != 0)
        SKIP("only root mounts hugetlbfs");
    if (!have_huge())
        return;
    if (!make_huge_file(size, path)) {
        printf("skip: hugetlbfs: it cannot be mounted here\n");
        return;
    }
    snprintf(locator, sizeof locator, "file:%s", path);
    check_huge_row(1U << SEG_FILE, locator, SEG_ST_HUGETLB | SEG_ST_LASTS, size);
    check_huge_row(1U << SEG_POSIX, locator, SEG_ST_HUGETLB | SEG_ST_LASTS, size);
    look_at_huge(locator, size);
    ck_assert_int_eq(unlink(path), 0);
}

TEST(test_huge_system_v_is_counted_once)
{
    char locator[64];
    const uint64_t page = (uint64_t)huge("Hugepagesize:") * 1024;
    if (!have_huge())
        return;
    int id = shmget(IPC_PRIVATE, 2 * page, IPC_CREAT | SHM_HUGETLB | 0600);
    ck_assert_msg(id >= 0, "shmget: %s", strerror(errno));
    remover_sysv(id);
    unsigned char *p = shmat(id, NULL, 0);
    ck_assert((intptr_t)p != -1);
    p[0] = 1;
    snprintf(locator, sizeof locator, "sysv:%d", id);
    check_huge_row(1U << SEG_SYSV, locator, 0, page);
    p[page] = 1;
    check_huge_row(1U << SEG_SYSV, locator, 0, 2 * page);
    shmdt(p);
    check_huge_row(1U << SEG_SYSV, locator, 0, 2 * page);
    shmctl(id, IPC_RMID, NULL);
}

SUITE(test_backend_memory, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_swapped_out, test_swapped_out_as_nobody, test_huge_pages, test_a_file_on_hugetlbfs,
            test_huge_system_v_is_counted_once));
