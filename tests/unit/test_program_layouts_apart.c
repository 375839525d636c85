/* Layouts on what servers keep in memory that have one name or key on a machine. Each runs in
 * namespaces of its own, where no other is disturbed: nothing is mounted, nothing is received from
 * outside, and the segments end with the test. */
#include <inttypes.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>

#include "support/live_peer.h"

static void tear_down(void)
{
    peer_over();
}

static bool writes(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return good;
}

/* From now on this process and those that it starts have System V segments, a /dev/shm and a
 * network of their own. False: that is not allowed here. */
static bool apart(void)
{
    char uid[64], gid[64];
    uid_t user = getuid();
    (void)snprintf(uid, sizeof uid, "0 %u 1", (unsigned)user);
    (void)snprintf(gid, sizeof gid, "0 %u 1", (unsigned)getgid());
    if (unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET | (user != 0 ? CLONE_NEWUSER : 0)) != 0)
        return false;
    if (user != 0 && (!writes("/proc/self/setgroups", "deny") ||
                      !writes("/proc/self/uid_map", uid) || !writes("/proc/self/gid_map", gid)))
        return false;
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", "/dev/shm", "tmpfs", 0, NULL) == 0;
}

/* A /dev of its own as well, with nothing in it but what programs cannot be without. */
static bool own_devices(void)
{
    char given[64];
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void)snprintf(given, sizeof given, "/proc/self/fd/%d", fd);
    bool good = fd >= 0 && mount("none", "/dev", "tmpfs", 0, NULL) == 0 &&
                writes("/dev/null", "") && mount(given, "/dev/null", NULL, MS_BIND, NULL) == 0 &&
                mkdir("/dev/shm", 0700) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

#define APART()                                                    \
    do {                                                           \
        if (!apart())                                              \
            SKIP("there can be no namespaces of our own in here"); \
    } while (0)

/* Is there such a segment within PATIENCE? False: the program has ended. */
static bool shares(const char *locator)
{
    int64_t deadline = os_now() + PATIENCE * INT64_C(1000000000);
    while (RUN("peek", locator, "--type", "auto")->status != 0) {
        if (waitpid(other, NULL, WNOHANG) == other) {
            other = 0;
            return false;
        }
        ck_assert_msg(os_now() < deadline, "%s did not come", locator);
        (void)os_sleep_until(os_now() + 10000000);
    }
    return true;
}

/* Makes a program of a C or C++ source. False: the compiler or the library is not there. */
static bool builds(const char *compiler, const char *text, const char *libraries, char program[512])
{
    char line[4096], source[600];
    const char *folder = unpacked_libraries();
    (void)snprintf(program, 512, "%s", run_path("program"));
    (void)snprintf(source, sizeof source, "%s.source", program);
    if (!writes(source, text))
        return false;
    (void)snprintf(line, sizeof line,
                   "%s -o %s %s -x none -I" SHMLENS_PROGRAMS "/usr/include -L%s -L" SHMLENS_PROGRAMS
                   "/usr/lib %s >/dev/null 2>&1",
                   compiler, program, source, folder[0] != '\0' ? folder : "/usr/lib", libraries);
    return system(line) == 0;
}

/* ---- reference clocks ---- */

static void poke_clock(const char *field, int64_t value)
{
    char number[32];
    (void)snprintf(number, sizeof number, "%" PRId64, value);
    const struct ran *r = RUN("poke", "sysv:key=0x4e545030", field, number, "--type", "auto");
    ck_assert_msg(r->status == 0, "%s: %s", field, r->err);
}

static bool file_has(const char *path, const char *text)
{
    char all[4096];
    FILE *f = fopen(path, "re");
    size_t n = f == NULL ? 0 : fread(all, 1, sizeof all - 1, f);
    all[n] = '\0';
    if (f != NULL)
        fclose(f);
    return strstr(all, text) != NULL;
}

/* A sample that we poke is three seconds ahead: chronyd logs that offset, and clears `valid`. */
TEST(a_reference_clock_of_chronyd)
{
    char folder[400], settings[4096], file[512], log[512];
    APART();
    (void)snprintf(folder, sizeof folder, "%s", run_path("chrony"));
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    (void)snprintf(file, sizeof file, "%s/chrony.conf", folder);
    (void)snprintf(log, sizeof log, "%s/refclocks.log", folder);
    (void)snprintf(settings, sizeof settings,
                   "refclock SHM 0 poll 0 dpoll 0 filter 1\nport 0\ncmdport 0\n"
                   "bindcmdaddress /\npidfile %s/pid\nlogdir %s\nlog refclocks\n",
                   folder, folder);
    ck_assert(writes(file, settings));
    start((const char *[]){"chronyd", "-U", "-x", "-d", "-u", "root", "-f", file, NULL});
    if (!shares("sysv:key=0x4e545030"))
        SKIP("there is no chronyd that runs here");
    int64_t now = (int64_t)time(NULL);
    poke_clock("mode", 1);
    poke_clock("count", 1);
    poke_clock("receive_sec", now);
    poke_clock("clock_sec", now + 3);
    poke_clock("precision", -10);
    poke_clock("valid", 1);
    comes_to_print("sysv:key=0x4e545030", "0x30 valid 0\n");
    int64_t deadline = os_now() + PATIENCE * INT64_C(1000000000);
    while (!file_has(log, "SHM0") && os_now() < deadline)
        (void)os_sleep_until(os_now() + 10000000);
    ck_assert(file_has(log, "SHM0    0 N 0  3.000000e+00"));
}

/* ---- places ---- */

/* A sentence of a receiver, with its checksum. */
static void send_sentence(int fd, const char *words)
{
    char line[128];
    unsigned sum = 0;
    for (const char *s = words; *s != '\0'; s++)
        sum ^= (unsigned char)*s;
    int n = snprintf(line, sizeof line, "$%s*%02X\r\n", words, sum);
    ck_assert_int_eq(write(fd, line, (size_t)n), n);
}

static void send_place(int fd, int second)
{
    char words[100];
    (void)snprintf(words, sizeof words,
                   "GPGGA,1200%02d.00,4807.0380,N,01131.0000,E,1,08,0.9,545.4,M,46.9,M,,",
                   second % 60);
    send_sentence(fd, words);
    (void)snprintf(words, sizeof words,
                   "GPRMC,1200%02d.00,A,4807.0380,N,01131.0000,E,022.4,084.4,230324,,,A",
                   second % 60);
    send_sentence(fd, words);
}

/* A receiver on a terminal of ours says where it is. */
TEST(a_report_of_gpsd)
{
    static const char key[] = "sysv:key=0x47505344";
    struct termios t;
    char name[64];
    APART();
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0 || ptsname_r(fd, name, sizeof name) != 0)
        SKIP("there are no terminals here");
    int end = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert(end >= 0 && tcgetattr(end, &t) == 0);
    cfmakeraw(&t);
    ck_assert_int_eq(tcsetattr(end, TCSANOW, &t), 0);
    start((const char *[]){"gpsd", "-N", "-n", "-b", "-S", "29471", name, NULL});
    if (!shares(key))
        SKIP("there is no gpsd that runs here");
    int64_t deadline = os_now() + PATIENCE * INT64_C(1000000000);
    bool known = strstr(RUN("peek", key, "--type", "auto")->out, " fix.latitude ") != NULL;
    for (int i = 0; known && !prints(key, " fix.latitude 48.1173\n"); i++) {
        send_place(fd, i);
        ck_assert(os_now() < deadline);
        (void)os_sleep_until(os_now() + 50000000);
    }
    if (known) {
        ck_assert(prints(key, "0x38 fix.mode GPSD_3D (3)\n"));
        ck_assert(prints(key, " fix.longitude 11.51666666666"));
        ck_assert(prints(key, " fix.altitude_sea 545.4\n"));
    } else {
        ck_assert(prints(key, "0x0 bookend ")); /* another version of its interface */
    }
    close(end);
    close(fd);
}

/* ---- logs, sound ---- */

TEST(a_log_of_busybox)
{
    static const char key[] = "sysv:key=0x414e4547";
    APART();
    if (!own_devices())
        SKIP("there can be no /dev of our own in here");
    start((const char *[]){"busybox", "syslogd", "-n", "-C16", "-O", "/dev/null", NULL});
    if (!shares(key))
        SKIP("there is no busybox with syslogd");
    ck_assert(prints(key, "0x0 size 16375\n")); /* 16 KiB without the head, less one */
    comes_to_print(key, "syslogd started: BusyBox");
    ck_assert(!prints(key, "0x4 tail 0\n"));
}

TEST(a_registry_of_jack)
{
    char expected[128];
    APART();
    start((const char *[]){"jackd", "-n", "shmlens", "-r", "-p", "128", "-d", "dummy", NULL});
    if (!shares("/jack-shm-registry"))
        SKIP("there is no jackd that runs here");
    (void)snprintf(expected, sizeof expected, "0x18 server[0].pid %d (jackd)\n", (int)other);
    comes_to_print("/jack-shm-registry", expected);
    ck_assert(prints("/jack-shm-registry", "0x0 magic 0x4a41434b\n"));
    ck_assert(prints("/jack-shm-registry", "0x8 kind JACK_SHM_POSIX (1)\n0xc size 70744\n"
                                           "0x10 head_size 2136\n0x14 entry_size 268\n"));
    (void)snprintf(expected, sizeof expected, "segment[0].allocator %d (jackd)\n", (int)other);
    comes_to_print("/jack-shm-registry", expected);
}

/* The library makes the same memory for a client as the server does. */
TEST(a_pool_of_pulseaudio)
{
    char locator[128], expected[64];
    APART();
    start((const char *[]){
        "python3", "-c",
        "import ctypes, glob, os, sys\n"
        "f = glob.glob('/usr/lib/*/pulseaudio/libpulsecommon-*.so')\n"
        "new = ctypes.CDLL(f[0]).pa_mempool_new\n"
        "new.restype = ctypes.c_void_p\n"
        "new.argtypes = [ctypes.c_int, ctypes.c_size_t, ctypes.c_bool]\n"
        "new(0, 65536, True)\n"
        "print([n for n in os.listdir('/dev/shm') if 'pulse' in n][0], flush=True)\n"
        "sys.stdin.read()\n",
        NULL});
    (void)snprintf(locator, sizeof locator, "/%.100s", first_line());
    if (locator[1] == '\0')
        SKIP("there is no python3 with the library of PulseAudio");
    (void)snprintf(expected, sizeof expected, " pid %d (python3)\n", (int)other);
    ck_assert(prints(locator, " marker 0xbeefcafe\n"));
    ck_assert(prints(locator, expected));
}

/* ---- libraries ---- */

TEST(a_ring_of_libqb)
{
    static const char text[] =
        "#include <qb/qbrb.h>\n#include <stdio.h>\n#include <unistd.h>\n"
        "int main(void)\n{\n"
        "    qb_ringbuffer_t *r = qb_rb_open(\"shmlens\", 4096, QB_RB_FLAG_CREATE |\n"
        "                                    QB_RB_FLAG_SHARED_PROCESS, 16);\n"
        "    if (r == 0 || qb_rb_chunk_write(r, \"hello\", 5) != 5) return 1;\n"
        "    puts(\"ready\");\n    fflush(stdout);\n    pause();\n}\n";
    char program[512];
    if (!builds("cc -x c", text, "-lqb", program))
        SKIP("there is no libqb to compile with");
    APART();
    start((const char *[]){program, NULL});
    ck_assert_str_eq(first_line(), "ready");
    ck_assert(prints("/qb-shmlens-header", "0x0 write_point 4\n0x4 read_point 0\n0x8 words "));
    ck_assert(prints("/qb-shmlens-header", "head_path \"/dev/shm/qb-shmlens-header\"\n"));
    ck_assert(prints("/qb-shmlens-header", "references 1\n"));
    ck_assert(prints("/qb-shmlens-header", "messages.value 1\n"));
}

TEST(values_of_a_program_for_pcp)
{
    static const char text[] =
        "#include <pcp/pmapi.h>\n#include <pcp/mmv_stats.h>\n#include <stdio.h>\n"
        "#include <unistd.h>\nint main(void)\n{\n"
        "    mmv_metric_t m[] = {{.name = \"answer\", .item = 7, .type = MMV_TYPE_U32,\n"
        "                         .semantics = MMV_SEM_INSTANT}};\n"
        "    if (mmv_stats_init(\"shmlens\", 321, MMV_FLAG_PROCESS, m, 1, 0, 0) == 0) return 1;\n"
        "    puts(\"ready\");\n    fflush(stdout);\n    pause();\n}\n";
    char program[512], folder[400], locator[600], expected[128];
    if (!builds("cc -x c", text, "-lpcp_mmv -lpcp", program))
        SKIP("there are no libraries of PCP to compile with");
    (void)snprintf(folder, sizeof folder, "%s", run_path("pcp"));
    (void)snprintf(locator, sizeof locator, "%s/mmv", folder);
    ck_assert(mkdir(folder, 0700) == 0 && mkdir(locator, 0700) == 0);
    (void)setenv("PCP_TMP_DIR", folder, 1);
    start((const char *[]){program, NULL});
    ck_assert_str_eq(first_line(), "ready");
    (void)snprintf(locator, sizeof locator, "file:%s/mmv/shmlens", folder);
    (void)snprintf(expected, sizeof expected, "0x20 process %d (program)\n0x24 cluster 321\n",
                   (int)other);
    ck_assert(prints(locator, "0x0 magic \"MMV\"\n0x4 version "));
    ck_assert(prints(locator, "0x1c flags PCP_MMV_PROCESS\n"));
    ck_assert(prints(locator, expected));
    ck_assert(prints(locator, "0x28 section[0].kind PCP_METRICS (3)\n0x2c section[0].count 1\n"));
}

/* halcmd keeps signals there, as every program of LinuxCNC does; the newest comes first. */
TEST(a_layer_of_linuxcnc)
{
    static const char *const locator = "sysv:key=0x48414c32";
    static const char commands[] = "newsig speed float\nsets speed 2.5\n";
    char expected[64];
    APART();
    start((const char *[]){"halcmd", "-k", "-f", NULL});
    if (write(to, commands, sizeof commands - 1) != sizeof commands - 1 || !shares(locator))
        SKIP("LinuxCNC is not here, or does not run");
    int64_t deadline = os_now() + PATIENCE * INT64_C(1000000000);
    const struct ran *r;
    do
        r = RUN("peek", locator, "signals->data->real", "--type", "auto");
    while (strstr(r->out, "real 2.5\n") == NULL && os_now() < deadline);
    ck_assert_msg(strstr(r->out, "signals->data->real 2.5\n") != NULL, "%s%s", r->out, r->err);
    r = RUN("peek", locator, "signals->name", "--type", "auto");
    ck_assert_msg(strstr(r->out, "signals->name \"speed\"\n") != NULL, "%s", r->out);
    (void)snprintf(expected, sizeof expected, "components->pid %d (halcmd)\n", (int)other);
    r = RUN("peek", locator, "components->pid", "--type", "auto");
    ck_assert_msg(strstr(r->out, expected) != NULL, "%s", r->out);
}

TEST(a_segment_of_boost)
{
    static const char text[] =
        "#include <boost/interprocess/managed_shared_memory.hpp>\n#include <cstdio>\n"
        "#include <unistd.h>\nusing namespace boost::interprocess;\nint main()\n{\n"
        "    managed_shared_memory s(create_only, \"shmlens\", 65536);\n"
        "    std::puts(\"ready\");\n    std::fflush(stdout);\n    pause();\n}\n";
    char program[512];
    if (!builds("c++ -x c++", text, "-lrt", program))
        SKIP("there is no Boost to compile with");
    APART();
    start((const char *[]){program, NULL});
    ck_assert_str_eq(first_line(), "ready");
    RUN_PRINTS(0, "0x0 state BOOST_INITIALIZED (2)\n", "peek", "/shmlens", "--type",
               "boost_managed");
}

/* One process has one as well, when it is told to. */
TEST(a_segment_of_open_mpi)
{
    static const char text[] =
        "#include <mpi.h>\n#include <stdio.h>\n#include <unistd.h>\n"
        "int main(int argc, char **argv)\n{\n    int rank;\n"
        "    MPI_Init(&argc, &argv);\n    MPI_Comm_rank(MPI_COMM_WORLD, &rank);\n"
        "    MPI_Barrier(MPI_COMM_WORLD);\n"
        "    if (rank == 0) printf(\"%d\\n\", (int)getpid());\n"
        "    fflush(stdout);\n    pause();\n}\n";
    char program[512], expected[128];
    if (!builds("mpicc -x c", text, "", program))
        SKIP("there is no Open MPI to compile with");
    APART();
    (void)setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    (void)setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    start((const char *[]){"mpirun", "--oversubscribe", "--mca", "plm", "isolated", "--mca", "btl",
                           "vader,self", "-n", "2", program, NULL});
    int pid = (int)strtol(first_line(), NULL, 10);
    if (pid == 0)
        SKIP("Open MPI does not run here");
    const char *locator = awaited("/dev/shm/*_segment.*.0");
    (void)snprintf(expected, sizeof expected, "0x4 creator %d (program)\n", pid);
    ck_assert(locator != NULL && prints(locator, expected));
}

SUITE(test_program_layouts_apart, .tear_down = tear_down, .timeout = 120,
      TESTS(a_reference_clock_of_chronyd, a_report_of_gpsd, a_log_of_busybox, a_registry_of_jack,
            a_pool_of_pulseaudio, a_ring_of_libqb, values_of_a_program_for_pcp, a_layer_of_linuxcnc,
            a_segment_of_boost, a_segment_of_open_mpi));
