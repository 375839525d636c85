/* A UI on one segment with everything behind it: threads, the system, the log of calls. One suite
 * includes it, and has one of each. */
#ifndef SHMLENS_TESTS_SUPPORT_LIVE_UI_H
#define SHMLENS_TESTS_SUPPORT_LIVE_UI_H

#include <poll.h>
#include <string.h>

#include "backend/os.h"
#include "support/remover.h"
#include "support/suite.h"
#include "ui/inspect/inspect.h"

enum { LIVE_WAIT_MS = 20000 };

static struct backend *be;
static struct ui ui;
static char name[64];    /* `/shmlens-test-PID-` and what the suite calls it; not made yet */
static char locator[80]; /* `posix:` and the name */
static const char *wanted = "";

static inline void live_set_up(const char *called)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    (void)snprintf(name, sizeof name, "/shmlens-test-%u-%s", (unsigned)os_pid(), called);
    (void)snprintf(locator, sizeof locator, "posix:%s", name);
    remover_segment(name);
    memset(&ui, 0, sizeof ui);
    struct oserr e = ui_init(&ui, be, NULL, 24, 80);
    ck_assert(!oserr_is(e));
    ui.now = os_now();
}

static inline void take_away(void)
{
    struct oserr e =
        seg_remove(be, &(struct seg_removal){.locator = locator, .flags = SEG_RM_FORCE}, NULL);
    (void)e; /* it may be gone already */
}

static inline void tear_down(void)
{
    ui_free(&ui);
    take_away();
    backend_free(be);
}

/* What the loop does until `ready` says so. */
static inline void await(bool (*ready)(void))
{
    int64_t end = os_now() + (int64_t)LIVE_WAIT_MS * 1000000;
    while (true) {
        (void)session_take(&ui.s);
        ui.now = os_now();
        ui_draw(&ui);
        session_request_sample(&ui.s);
        if (ready())
            return;
        ck_assert_msg(ui.now < end, "nothing came of it: %s; %s", wanted, ui.status);
        struct pollfd fd = {.fd = os_wake_fd(ui.s.wake), .events = POLLIN};
        (void)poll(&fd, 1, 50);
    }
}

static inline bool said(void)
{
    return strstr(ui.status, wanted) != NULL;
}

static inline void await_said(const char *text)
{
    wanted = text;
    await(said);
}

static inline bool editing(void)
{
    return ui.s.edit;
}

static inline void press(const char *key)
{
    struct event ev = {.kind = EVENT_KEY};
    ck_assert(key_parse(key, &ev.key));
    ui_event(&ui, &ev);
}

/* `VERB NAME` and the rest. */
static inline void run_named(const char *verb, const char *rest)
{
    char line[256];
    (void)snprintf(line, sizeof line, "%s %s%s", verb, name, rest);
    ui_run(&ui, line);
}

#endif
