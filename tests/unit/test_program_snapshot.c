/* The whole segment as it was: finding, changes, the baseline and commands look at a moment of its
 * history, and what is not known of it is not made up. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "session/command_job.h"
#include "support/history.h"
#include "support/suite.h"

static bool finished;

static struct find_job looked;

static void look(enum find_kind kind, const char *pattern, uint64_t from, int64_t past)
{
    looked = (struct find_job){.kind = kind, .from = from, .past = past};
    (void)snprintf(looked.pattern, sizeof looked.pattern, "%s", pattern);
    RUN_JOB(job_find, &looked);
}

static char answer[4096], complaint[1024];
static int answer_status;

static void command_done(struct job *job, void *owner)
{
    struct command_job *j = (struct command_job *)job;
    (void)owner;
    (void)snprintf(answer, sizeof answer, "%s", j->out.buf != NULL ? j->out.buf : "");
    (void)snprintf(complaint, sizeof complaint, "%s", j->err.buf != NULL ? j->err.buf : "");
    answer_status = j->status;
    finished = true;
    command_job_free(j);
}

static const char *command(const char *line, int64_t past)
{
    struct command_job *j = command_job_new(be, sampler, line, command_done);
    ck_assert_ptr_nonnull(j);
    j->past = past;
    (void)snprintf(j->when, sizeof j->when, " as of -1.0s");
    finished = false;
    worker_post(sampler_worker(sampler), &j->job);
    AWAIT(finished);
    return answer;
}

/* The whole segment is known from now on: byte 0x9000 counts to 3, then stays. */
static int64_t know_all(void)
{
    ask_sweep(0, 100);
    AWAIT(sample.map.sweeps >= 2);
    int64_t at = 0;
    for (unsigned k = 1; k <= 3; k++) {
        poke(0x9000, (uint8_t)(0x40 + k));
        AWAIT(sample.map.hot == 0x9000 && sample.map.hot_time > at);
        at = sample.map.hot_time;
        if (k == 2)
            show(at);
    }
    return want.past.time; /* when it was 0x42 */
}

TEST(finding_looks_at_then)
{
    int64_t then = know_all();
    look(FIND_FORWARD, "x:42", 0, then);
    ck_assert(looked.found && looked.offset == 0x9000 && looked.unknown == 0);
    look(FIND_BACKWARD, "r:[\\x40-\\x4f]", SIZE, then);
    ck_assert(looked.found && looked.offset == 0x9000);
    look(FIND_FORWARD, "x:43", 0, then);
    ck_assert(!looked.found && !oserr_is(looked.error));
    look(FIND_FORWARD, "x:43", 0, 0);
    ck_assert(looked.found && looked.offset == 0x9000);
    look(FIND_FORWARD, "x:01", 0, when[1]); /* only the window was known so early */
    ck_assert(looked.found && looked.offset == 5);
    look(FIND_FORWARD, "x:42", 0, when[1]);
    ck_assert(!looked.found && looked.unknown >= SIZE - 4096);
    look(FIND_FORWARD, "x:00", 300, when[1]); /* what is not known is no zero */
    ck_assert(looked.found && looked.offset < 256 && looked.wrapped);
}

TEST(changes_are_those_by_then)
{
    int64_t then = know_all();
    poke(0x2000, 9);
    AWAIT(sample.map.hot == 0x2000);
    look(FIND_CHANGE_NEXT, "", 5, then);
    ck_assert(looked.found && looked.offset == 0x9000 && !looked.wrapped);
    look(FIND_CHANGE_NEXT, "", 0x9000, then);
    ck_assert(looked.found && looked.offset == 5 && looked.wrapped);
    look(FIND_CHANGE_PREV, "", 5, then);
    ck_assert(looked.found && looked.offset == 0x9000 && looked.wrapped);
    look(FIND_CHANGE_NEXT, "", 5, 0);
    ck_assert(looked.found && looked.offset == 0x2000);
    look(FIND_CHANGE_NEXT, "", 0, when[1] - 1);
    ck_assert(!looked.found);
}

TEST(a_baseline_of_then)
{
    int64_t then = know_all();
    struct baseline_job b = {.change = BASELINE_SET, .past = when[3]}; /* not all is known */
    RUN_JOB(job_baseline, &b);
    ck_assert(!b.done && b.error.code == SEG_E_UNKNOWN);
    b = (struct baseline_job){.change = BASELINE_SET, .past = then};
    RUN_JOB(job_baseline, &b);
    ck_assert(b.done && !oserr_is(b.error));
    show(0);
    look(FIND_CHANGE_NEXT, "", 0, 0);
    ck_assert(looked.found && looked.offset == 0x9000);
    look(FIND_CHANGE_NEXT, "", 0, then);
    ck_assert(!looked.found);
}

TEST(commands_read_then)
{
    char line[200];
    int64_t then = know_all();
    ck_assert_str_eq(command("peek 0x9000 --as u8", then), "0x9000 66\n");
    ck_assert_str_eq(command("peek 0x9000 --as u8", 0), "0x9000 67\n");
    ck_assert_str_eq(command("find x:42", then), "0x9000\n");
    ck_assert_str_eq(complaint, "");
    ck_assert_str_eq(command("find x:42", when[2]), "");
    ck_assert(answer_status == 1 && strstr(complaint, "are not known as of -1.0s") != NULL);
    ck_assert_str_eq(command("peek 0x9000 2 --as u8", when[2]), "0x9000 ?\n0x9001 ?\n");
    ck_assert_ptr_nonnull(strstr(complaint, "2 bytes are not known as of -1.0s"));
    ck_assert_ptr_nonnull(strstr(command("peek 0 512", when[2]), "00000000  00 00 00 00 00 02 00"));
    ck_assert_ptr_nonnull(strstr(answer, "\n00000100  ?? ?? ?? ?? ?? ?? ?? ??  ?? "));
    ck_assert_ptr_nonnull(strstr(answer, "|????????????????|\n"));
    (void)snprintf(line, sizeof line, "diff %s", locator);
    ck_assert_str_eq(command(line, then), "0x9000 42 43\n");
    ck_assert_int_eq(answer_status, 1);
    ck_assert_str_eq(command(line, when[2]), "0x5 02 1e\n");
    ck_assert_ptr_nonnull(strstr(complaint, "were not compared"));
    static const char *const refused[] = {"watch", "wait 0 --as u8 --changes", "record /nowhere"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        (void)command(refused[i], then);
        ck_assert(answer_status == 2 && strstr(complaint, "`:live` returns to live") != NULL);
    }
}

TEST(saving_then_is_exact_or_refused)
{
    char path[64], line[100];
    uint8_t byte = 0;
    int64_t then = know_all();
    poke(0x5000, 1); /* a hole then */
    AWAIT(sample.map.hot == 0x5000);
    int fd = shm_open(strchr(locator, '/'), O_RDWR, 0);
    ck_assert_int_ge(fd, 0); /* and one that was none then */
    int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    ck_assert_int_eq(fallocate(fd, mode, 0x9000, 4096), 0);
    close(fd);
    AWAIT(sample.map.hot == 0x9000);
    (void)snprintf(path, sizeof path, "/tmp/shmlens-rewind-%u.save", os_pid());
    (void)snprintf(line, sizeof line, "save %s", path);
    (void)command(line, when[4]);
    ck_assert(answer_status == 2 && strstr(complaint, "not all of it is known as of") != NULL);
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_null(f);
    (void)command(line, then);
    ck_assert_msg(answer_status == 0, "%s", complaint);
    f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    ck_assert(fseek(f, 0x9000, SEEK_SET) == 0 && fread(&byte, 1, 1, f) == 1 && byte == 0x42);
    ck_assert(fseek(f, 0, SEEK_END) == 0 && ftell(f) == SIZE);
    for (off_t page = 0; page < SIZE; page += 4096) /* holes of then are holes */
        ck_assert_int_eq(lseek(fileno(f), page, SEEK_DATA) == page, page == 0 || page == 0x9000);
    (void)fclose(f);
    (void)remove(path);
}

SUITE(test_program_snapshot, .set_up = set_up, .tear_down = tear_down,
      TESTS(finding_looks_at_then, changes_are_those_by_then, a_baseline_of_then,
            commands_read_then, saving_then_is_exact_or_refused));
