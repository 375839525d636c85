#include "lab/course.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/trap.h"
#include "core/locator.h"
#include "worker.h"

#define LOOK_EVERY INT64_C(100000000) /* ns */
#define APPEARS_IN (5 * INT64_C(1000000000))
#define PASSES_IN  (15 * INT64_C(1000000000)) /* ns, when no process has died */
#define HAPPENS_IN (60 * INT64_C(1000000000)) /* what needs processors, if it does at all */

struct course {
    struct worker *worker;
    struct backend *be; /* of its own: its calls are not the learner's */
    struct os_wake *wake;
    const struct lesson *lesson;
    const char *folder;
    const struct shelf *shelf;

    struct os_monitor *lock; /* guards these: */
    struct lab_seen told;
    struct course_state state;
    bool fresh, skip, past, again, end, sees; /* sees: what the screen shows is known */

    /* The thread's. */
    struct lab_seen seen;
    struct course_state now;
    struct peers peers;
    struct checker checker;
    bool types_read, began, bare;
    unsigned failed;      /* bits: checks of the step that did not hold at some time */
    bool owns;            /* nobody had the lesson's names when it began */
    struct seg_id before; /* what had the name of `open` when it began: not ours; dev 0: nothing */
    int64_t since;        /* the step began, os_now's clock */
    int64_t died;         /* a process ended last */
};

/* ---- names ---- */

/* Removes the lesson's names that nobody uses. Of one that is in use *used becomes the locator.
 * `ended`: our processes had them, so that what cannot be read of others proves nothing. */
static void sweep(struct course *c, bool ended, char used[LOCATOR_MAX])
{
    struct seg_survey survey;
    used[0] = '\0';
    if (oserr_is(seg_survey(c->be, 1u << SEG_POSIX, 0, &survey)))
        return;
    for (size_t i = 0; i < survey.count; i++) {
        const struct seg_info *info = &survey.segs[i];
        if (!shelf_owns(c->shelf, c->lesson, info->locator))
            continue;
        if (info->stat.uid != os_uid()) { /* another user plays it */
            (void)snprintf(used, LOCATOR_MAX, "%s", info->locator);
            continue;
        }
        struct seg_removal removal = {.locator = info->locator, .seen = &info->stat};
        struct oserr e = seg_remove(c->be, &removal, NULL);
        removal.flags = SEG_RM_FORCE;
        if (e.code == SEG_E_UNPROVED && ended)
            e = seg_remove(c->be, &removal, NULL);
        if (oserr_is(e) && oserr_kind(e) != OSERR_K_MISSING)
            (void)snprintf(used, LOCATOR_MAX, "%s", info->locator);
    }
    seg_survey_free(&survey);
}

/* ---- steps ---- */

/* Something to say of a process, through this step and the one that follows. */
static void add_news(struct course *c, const char *text)
{
    int i = (int)(c->now.newses++ % COURSE_NEWS);
    (void)snprintf(c->now.news[i].text, sizeof c->now.news[i].text, "%s", text);
    c->now.news[i].step = c->now.step;
}

static bool run_all(struct course *c, const struct lesson_run *run, int runs)
{
    char why[PEERS_WHY];
    for (int i = 0; i < runs; i++) {
        if (!peers_do(&c->peers, c->folder, &run[i], why)) {
            (void)snprintf(c->now.problem, sizeof c->now.problem, "%s", why);
            return false;
        }
        if (peers_stale(c->folder, &run[i], why))
            add_news(c, why);
    }
    return true;
}

static bool can_see_mappings(struct course *c)
{
    struct seg_survey survey;
    struct oserr e =
        seg_survey(c->be, 1u << SEG_POSIX, SEG_SURVEY_WHO | SEG_SURVEY_COUNTS, &survey);
    if (!oserr_is(e))
        seg_survey_free(&survey);
    return !oserr_is(e);
}

static bool can_read_holes(struct course *c)
{
    return !oserr_is(seg_spares_holes(c->be));
}

/* Tried on a word of ours. */
static bool can_see_stores(struct course *c)
{
    static uint64_t word;
    struct trap_place place = {
        .pid = os_pid(), .address = (uint64_t)(uintptr_t)&word, .length = sizeof word};
    struct trap *t = NULL;
    struct oserr e = trap_arm(c->be, &place, 1, &t);
    trap_disarm(t);
    return !oserr_is(e);
}

/* What this machine has not, or does not let us use. */
static void lacks(struct course *c)
{
    const struct lesson_step *step = &c->lesson->step[c->now.step];
    const struct {
        bool needed;
        bool (*can)(struct course *c);
        const char *what;
    } needs[] = {
        {step->proc, can_see_mappings, "to see what other processes map"},
        {step->userfaultfd, can_read_holes, "userfaultfd, which this system refuses"},
        {step->perf, can_see_stores, "breakpoints of perf, which this system refuses"},
    };
    unsigned cores = os_cores();
    char *lacking = c->now.lacking;
    const size_t cap = sizeof c->now.lacking;
    lacking[0] = '\0';
    if (step->cores > cores)
        (void)snprintf(lacking, cap, "this step needs %u processors; there %s %u", step->cores,
                       cores == 1 ? "is" : "are", cores);
    for (size_t i = 0; lacking[0] == '\0' && i < sizeof needs / sizeof *needs; i++)
        if (needs[i].needed && !needs[i].can(c))
            (void)snprintf(lacking, cap, "this step needs %s", needs[i].what);
}

/* Has the process of the step found out that it lacks something? */
static void look_at_lacker(struct course *c)
{
    const struct lesson_step *step = &c->lesson->step[c->now.step];
    struct peer_end how;
    if (step->lacker != NULL && c->now.lacking[0] == '\0' &&
        peers_look(&c->peers, step->lacker, &how) == PEER_ENDED && how.status == LESSON_LACKS)
        (void)snprintf(c->now.lacking, sizeof c->now.lacking, "this step needs %s", step->lacks);
}

static void begin_step(struct course *c, int64_t now)
{
    c->since = now;
    c->failed = 0;
    c->now.holds = c->now.already = 0;
    c->now.lacking[0] = '\0';
    if (c->now.step == c->lesson->steps)
        return;
    lacks(c);
    (void)run_all(c, c->lesson->step[c->now.step].run, c->lesson->step[c->now.step].runs);
}

static void begin(struct course *c, int64_t now)
{
    char used[LOCATOR_MAX], shown[CHECKER_WHY / 2];
    c->began = true;
    c->types_read = true;
    if (!checker_init(&c->checker, c->be, c->lesson, &c->peers, c->now.problem))
        return;
    if (!c->bare) {
        sweep(c, false, used);
        if (used[0] != '\0') {
            (void)locator_shown(used, shown, sizeof shown);
            (void)snprintf(c->now.problem, sizeof c->now.problem,
                           "%s is in use: is the lesson open elsewhere, or by another user?",
                           shown);
            return;
        }
        c->owns = true;
        if (c->lesson->open != NULL && checker_opened(&c->checker))
            c->before = c->checker.open;
        c->checker.open = (struct seg_id){0};
        if (!run_all(c, c->lesson->run, c->lesson->runs))
            return;
    }
    begin_step(c, now);
}

static void next_step(struct course *c, int64_t now)
{
    c->now.step++;
    begin_step(c, now);
}

/* What the screen shows is the learner's doing only if it was not so in this step, or something was
 * done in it: the step before may have left it like that. */
static bool counts(const struct course *c, const struct lesson_check *check, int i)
{
    bool shown =
        check->kind == CHECK_CURSOR || check->kind == CHECK_VIEW || check->kind == CHECK_SCREEN;
    return !shown || c->seen.dids > 0 || (c->failed >> i & 1) != 0;
}

/* Do all checks of the step hold? */
static bool look(struct course *c, int64_t now)
{
    const struct lesson_step *step = &c->lesson->step[c->now.step];
    unsigned holds = 0, already = 0, all = (1u << step->checks) - 1;
    for (int i = 0; i < step->checks; i++)
        if (!checker_holds(&c->checker, &step->check[i], &c->seen, now))
            c->failed |= 1u << i;
        else if (counts(c, &step->check[i], i))
            holds |= 1u << i;
        else
            already |= 1u << i;
    c->now.holds = holds;
    c->now.already = already;
    return holds == all;
}

/* Before the segment is there: has one of the processes that the lesson begins with failed? What
 * another demo's writer writes is as good. */
static void look_at_failed(struct course *c)
{
    char why[PEERS_WHY];
    for (int i = 0; i < c->lesson->runs; i++) {
        const struct lesson_run *run = &c->lesson->run[i];
        if (run->program == NULL || !peers_failed(&c->peers, run, why))
            continue;
        if (strcmp(run->program, "demo") == 0 && strstr(why, DEMO_AT_WORK) != NULL)
            c->before = (struct seg_id){0};
        else
            (void)snprintf(c->now.problem, sizeof c->now.problem, "%s", why);
    }
}

static void look_at_opened(struct course *c, int64_t now)
{
    if (c->lesson->open == NULL)
        return;
    if (!c->now.opened)
        look_at_failed(c);
    c->now.opened = c->now.problem[0] == '\0' && checker_opened(&c->checker) &&
                    !seg_id_equal(c->checker.open, c->before);
    if (!c->now.opened && c->now.problem[0] == '\0' && c->checker.foreign)
        (void)snprintf(c->now.problem, sizeof c->now.problem, "%s is another user's",
                       c->lesson->open);
    if (!c->now.opened && c->now.problem[0] == '\0' && c->checker.open.dev == 0 &&
        now - c->since > APPEARS_IN && c->lesson->runs > 0)
        (void)snprintf(c->now.problem, sizeof c->now.problem, "%s did not appear: it is made by %s",
                       c->lesson->open, c->lesson->run[0].program);
}

/* ---- processes that end ---- */

/* Does a step, up to that number, ask for this end of a process? */
static bool is_wished(const struct course *c, int steps, const char *peer,
                      const struct peer_end *how)
{
    for (int s = 0; s < steps; s++) {
        const struct lesson_step *step = &c->lesson->step[s];
        if (how->status == LESSON_LACKS && step->lacker != NULL && strcmp(step->lacker, peer) == 0)
            return true;
        for (int i = 0; i < step->checks; i++) {
            const struct lesson_check *check = &step->check[i];
            bool asks = (check->kind == CHECK_ENDED && how->status == 0 && how->signal == 0) ||
                        (check->kind == CHECK_KILLED && how->signal == (int)check->number) ||
                        (check->kind == CHECK_CRASHED && peers_crashed(how));
            if (asks && strcmp(check->text, peer) == 0)
                return true;
        }
    }
    return false;
}

/* A plain exit that the lesson asks for is explained by its text. */
static void look_at_ends(struct course *c, int64_t now)
{
    char text[PEERS_WHY];
    struct peer_end how;
    for (int i = 0; i < c->peers.count; i++) {
        if (!peers_news(&c->peers, i, &how, text))
            continue;
        c->died = now;
        if (how.signal != 0 || peers_crashed(&how) ||
            !is_wished(c, c->lesson->steps, c->peers.peer[i].name, &how))
            add_news(c, text);
    }
}

static bool is_run(const struct lesson_step *step, const char *peer)
{
    for (int i = 0; i < step->runs; i++)
        if (step->run[i].program != NULL && strcmp(step->run[i].peer, peer) == 0)
            return true;
    return false;
}

/* The first step, from the current one on, that cannot pass because a process has ended like that;
 * the count of steps: none. A process that a step starts again is not missed after it. */
static int step_without(const struct course *c, const char *peer, const struct peer_end *how)
{
    int s = c->now.step;
    for (; s < c->lesson->steps; s++) {
        const struct lesson_step *step = &c->lesson->step[s];
        if (s > c->now.step && is_run(step, peer))
            return c->lesson->steps;
        for (int i = 0; i < step->checks; i++) {
            const struct lesson_check *check = &step->check[i];
            bool fails = check->kind == CHECK_RUNS ||
                         (check->kind == CHECK_KILLED && how->signal != (int)check->number) ||
                         (check->kind == CHECK_CRASHED && !peers_crashed(how));
            if (fails && strcmp(check->text, peer) == 0)
                return s;
        }
    }
    return s;
}

/* Does the end of a process keep the lesson from going on, certainly or perhaps? */
static void look_at_stuck(struct course *c, int64_t now)
{
    const int steps = c->lesson->steps;
    c->now.stuck[0] = '\0';
    if (c->now.step >= steps || c->now.lacking[0] != '\0')
        return;
    for (int i = 0; i < c->peers.count && c->now.stuck[0] == '\0'; i++) {
        const struct peer *peer = &c->peers.peer[i];
        struct peer_end how;
        if (peer->process == NULL || peers_look(&c->peers, peer->name, &how) != PEER_ENDED)
            continue;
        int s = step_without(c, peer->name, &how);
        if (s < steps)
            (void)snprintf(c->now.stuck, sizeof c->now.stuck, "%s has ended, and step %d needs it",
                           peer->program, s + 1);
        else if (now - c->since > PASSES_IN && now - c->died > PASSES_IN &&
                 !is_wished(c, c->now.step + 1, peer->name, &how))
            (void)snprintf(c->now.stuck, sizeof c->now.stuck,
                           "%s has ended, and the step may need it", peer->program);
    }
}

static void list_peers(struct course *c)
{
    c->now.peers = c->peers.count;
    for (int i = 0; i < c->peers.count; i++) {
        memcpy(c->now.peer[i].name, c->peers.peer[i].name, LESSON_NAME);
        c->now.peer[i].pid = peers_pid(&c->peers, c->peers.peer[i].name);
    }
}

static void end_all(struct course *c)
{
    char used[LOCATOR_MAX];
    peers_end(&c->peers);
    if (c->owns)
        sweep(c, true, used);
    c->now.ended = true;
    c->now.opened = false;
}

/* ---- the thread ---- */

static bool same_state(const struct course_state *a, const struct course_state *b)
{
    bool same = a->step == b->step && a->opened == b->opened && a->holds == b->holds &&
                a->already == b->already && a->ended == b->ended && a->peers == b->peers &&
                a->newses == b->newses && strcmp(a->stuck, b->stuck) == 0 &&
                strcmp(a->problem, b->problem) == 0 && strcmp(a->lacking, b->lacking) == 0;
    for (int i = 0; same && i < a->peers; i++)
        same = a->peer[i].pid == b->peer[i].pid;
    return same;
}

static void publish(struct course *c)
{
    list_peers(c);
    os_monitor_lock(c->lock);
    bool differs = !same_state(&c->state, &c->now);
    c->state = c->now;
    c->fresh = c->fresh || differs;
    os_monitor_unlock(c->lock);
    if (differs)
        os_wake_post(c->wake);
}

static int64_t tick(void *ctx, int64_t now, bool hurried)
{
    struct course *c = ctx;
    (void)hurried;
    os_monitor_lock(c->lock);
    c->seen = c->told;
    bool skip = c->skip, past = c->past, again = c->again, end = c->end, sees = c->sees;
    c->skip = c->past = c->again = false;
    os_monitor_unlock(c->lock);
    if (end) {
        if (!c->now.ended)
            end_all(c);
        publish(c);
        return INT64_MAX;
    }
    if (!c->began)
        begin(c, now);
    else if (again) {
        c->now.step = 0;
        c->now.newses = 0;
        begin_step(c, now);
    }
    if (c->now.problem[0] == '\0') {
        look_at_ends(c, now);
        look_at_opened(c, now);
        bool shown = sees && c->seen.step == c->now.step && c->now.step < c->lesson->steps;
        bool passed = shown && look(c, now);
        if (shown && !passed)
            look_at_lacker(c);
        if (shown && !passed && c->lesson->step[c->now.step].cores > 0 &&
            now - c->since > HAPPENS_IN && c->now.lacking[0] == '\0')
            (void)snprintf(c->now.lacking, sizeof c->now.lacking,
                           "it did not happen here within a minute");
        if (passed || (shown && (past || (skip && c->now.lacking[0] != '\0')))) {
            c->now.skipped = !passed;
            next_step(c, now);
        }
        look_at_stuck(c, now);
    }
    publish(c);
    return now + LOOK_EVERY;
}

struct course *course_start(const struct course_plan *plan, struct os_wake *wake,
                            struct oserr *error)
{
    struct course *c = calloc(1, sizeof *c);
    *error = (struct oserr){"malloc", SEG_E_MEMORY};
    if (c == NULL)
        return NULL;
    c->lesson = plan->lesson;
    c->folder = plan->folder;
    c->shelf = plan->shelf;
    c->bare = plan->bare;
    c->wake = wake;
    c->be = backend_new();
    c->lock = os_monitor_new();
    if (c->be != NULL && c->lock != NULL)
        c->worker = worker_start(tick, c, wake, error);
    if (c->worker != NULL)
        return c;
    if (c->lock != NULL)
        os_monitor_free(c->lock);
    backend_free(c->be);
    free(c);
    return NULL;
}

void course_see(struct course *c, const struct lab_seen *seen)
{
    os_monitor_lock(c->lock);
    c->told = *seen;
    c->sees = true;
    os_monitor_unlock(c->lock);
}

bool course_take(struct course *c, struct course_state *out)
{
    os_monitor_lock(c->lock);
    bool fresh = c->fresh;
    if (fresh)
        *out = c->state;
    c->fresh = false;
    os_monitor_unlock(c->lock);
    return fresh;
}

void course_skip(struct course *c)
{
    os_monitor_lock(c->lock);
    c->skip = true;
    os_monitor_unlock(c->lock);
    worker_wake(c->worker);
}

void course_past(struct course *c)
{
    os_monitor_lock(c->lock);
    c->past = true;
    os_monitor_unlock(c->lock);
    worker_wake(c->worker);
}

void course_again(struct course *c)
{
    os_monitor_lock(c->lock);
    c->again = true;
    os_monitor_unlock(c->lock);
    worker_wake(c->worker);
}

void course_end(struct course *c)
{
    os_monitor_lock(c->lock);
    c->end = true;
    os_monitor_unlock(c->lock);
    worker_wake(c->worker);
}

void course_free(struct course *c)
{
    if (c == NULL)
        return;
    worker_stop(c->worker, NULL);
    if (!c->now.ended)
        end_all(c);
    if (c->types_read)
        checker_free(&c->checker);
    os_monitor_free(c->lock);
    backend_free(c->be);
    free(c);
}
