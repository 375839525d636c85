#include "cli/run.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "core/text.h"

/* ---- errors ---- */

struct out *run_error_begin(struct command_run *r, const char *raw)
{
    struct out *err = r->env->err;
    if (!r->env->ui) {
        out_push(r->env->out); /* keep the order of the two outputs */
        out_str(err, "shmlens: ");
    }
    if (r->command != NULL)
        out_print(err, "%s: ", r->command->name);
    if (raw != NULL && raw[0] != '\0') {
        out_locator(err, raw);
        out_str(err, ": ");
    }
    return err;
}

void run_error_end(struct command_run *r)
{
    out_str(r->env->err, "\n");
    out_push(r->env->err);
}

/* What a refusal of our own means to the user. NULL: the backend's own words must do. */
static const char *refusal(uint32_t code, const char *raw)
{
    const struct seg_words *w = seg_words(raw);
    switch (code) {
    case SEG_E_LOCATOR:
        return "not a locator that this system knows";
    case SEG_E_NAME:
        return w->name;
    case SEG_E_NOT_SEGMENT:
        return w->other != NULL ? w->other
                                : "not a segment: a folder, fifo, link, device or private memory";
    case SEG_E_UNKNOWN:
        return "part of it is swapped out or unwritten; only root can read it without changing "
               "that";
    case SEG_E_ID_GIVEN:
        return "the system chooses the id: create sysv:new or sysv:key=KEY";
    case SEG_E_TO_CREATE:
        return "only to create one: a memfd that exists is fd:PID/FD (see ls --kind memfd)";
    case SEG_E_SEALED:
        return "sealed against that for good (info names the seals)";
    case SEG_E_BEYOND:
        return "past the end of the segment; nothing was stored";
    case SEG_E_SHRANK:
        return "the segment shrank meanwhile: only a part was stored";
    case SEG_E_ALIGN:
        return "--expect needs an offset that is a multiple of the value's size";
    case SEG_E_READ_ONLY:
        return w->read_only != NULL ? w->read_only : "opened read-only";
    case SEG_E_UNSUPPORTED:
        return w->unsupported != NULL ? w->unsupported : "this kind of segment cannot do that";
    case SEG_E_IN_USE:
        return "in use";
    case SEG_E_REPLACED:
        return "the name refers to another segment now; nothing was done";
    case SEG_E_SIZE:
        return "not a size for a segment: it must be above 0 and fit the system";
    case SEG_E_NO_SPACE:
        return "no memory left for a page that was never written";
    case SEG_E_MEMORY:
        return "out of memory";
    case SEG_E_RESERVED:
        return "a page there is reserved only: the program that made it has to commit it first";
    case SEG_E_RECORDING:
        return "not a recording";
    case SEG_E_NEWER:
        return "a recording made by a newer version of shmlens";
    case SEG_E_DAMAGED:
        return "the recording is damaged";
    case SEG_E_PRIVILEGE:
        return "to create a name in Global\\ takes SeCreateGlobalPrivilege, which this process has "
               "not: run it as administrator, or create it in Local\\";
    case SEG_E_TOO_LARGE:
        return "the recording holds more data than there is free memory for";
    default:
        return NULL;
    }
}

const char *run_in_use(const char *raw)
{
    const char *irremovable = seg_words(raw)->irremovable;
    return irremovable != NULL ? irremovable : "--force removes it anyway";
}

void run_forms(struct out *err)
{
    const struct seg_words *w = NULL;
    const char *gap = " (";
    for (size_t i = 0; (w = seg_words_at(i)) != NULL; i++) {
        if (w->form != NULL) {
            out_print(err, "%s%s", gap, w->form);
            gap = ", ";
        }
    }
    out_str(err, ")");
}

static void print_meaning(struct out *err, const char *raw, const char *doing, struct oserr e)
{
    const struct seg_words *w = seg_words(raw);
    switch (oserr_kind(e)) {
    case OSERR_K_MISSING:
        out_str(err, w->absent);
        break;
    case OSERR_K_DENIED:
        out_print(err, "no permission to %s%s", doing, w->denied == NULL ? "" : w->denied);
        break;
    case OSERR_K_EXISTS:
        out_str(err, "exists already");
        break;
    case OSERR_K_FULL:
        out_print(err, "no space left to %s", doing);
        break;
    case OSERR_K_NONE:
    case OSERR_K_OTHER:
    default:
        out_print(err, "cannot %s", doing);
        break;
    }
}

int run_fail(struct command_run *r, const char *raw, const char *doing, struct oserr e)
{
    char text[200];
    const char *where = raw == NULL ? r->raw : raw;
    if (e.code == SEG_E_STOPPED) {
        r->stopped = true;
        return EXIT_STOPPED;
    }
    struct out *err = run_error_begin(r, where);
    if (e.code == SEG_E_UNKNOWN && r->env->when != NULL) {
        out_print(err, "not all of it is known%s", r->env->when);
    } else if ((e.code & OSERR_OWN) != 0) {
        const char *words = refusal(e.code, where);
        out_str(err, words != NULL ? words : oserr_text(e, text, sizeof text));
        if (e.code == SEG_E_LOCATOR)
            run_forms(err);
        else if (e.code == SEG_E_IN_USE)
            out_print(err, "; %s", run_in_use(where));
    } else {
        print_meaning(err, where, doing, e);
        out_print(err, " (%s: %s)", e.call, oserr_text(e, text, sizeof text));
    }
    run_error_end(r);
    return EXIT_ERROR;
}

struct oserr run_partly(struct oserr e, uint64_t stored)
{
    if (stored > 0 && e.code == SEG_E_BEYOND)
        e.code = SEG_E_SHRANK;
    return e;
}

int run_fail_partly(struct command_run *r, struct oserr e, uint64_t stored)
{
    (void)run_fail(r, NULL, "store into it", run_partly(e, stored));
    if (stored > 0)
        run_note(r, "%" PRIu64 " byte%s stored before that", stored,
                 stored == 1 ? " was" : "s were");
    return EXIT_ERROR;
}

static void say(struct command_run *r, const char *raw, const char *format, va_list args)
{
    char text[1024];
    (void)vsnprintf(text, sizeof text, format, args);
    out_str(run_error_begin(r, raw), text);
    run_error_end(r);
}

int run_error(struct command_run *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(r, r->raw, format, args);
    va_end(args);
    return EXIT_ERROR;
}

void run_note(struct command_run *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(r, r->raw, format, args);
    va_end(args);
}

int run_usage(struct command_run *r, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct out *err = run_error_begin(r, r->raw);
    out_str(err, text);
    if (!r->env->ui)
        out_print(err, "; see shmlens %s --help", r->command->name);
    run_error_end(r);
    return EXIT_ERROR;
}

int run_file_failed(struct command_run *r, const char *path, const char *cannot, struct oserr e)
{
    char text[160];
    char shown[RUN_SHOWN];
    if (!r->env->ui && os_stop_asked())
        return EXIT_STOPPED; /* a stop is not a failure */
    return run_error(r, "%s: %s (%s: %s)", run_shown(path, shown), cannot, e.call,
                     oserr_text(e, text, sizeof text));
}

int run_bad_word(struct command_run *r, const char *what, const char *word, const char *why)
{
    char shown[RUN_SHOWN], taken[RUN_TAKEN];
    return run_error(r, "%s: %s: %s%s", what, run_shown(word, shown), why,
                     run_taken(r, r->word, r->words, taken));
}

const char *run_taken(const struct command_run *r, const char *const *word, int words,
                      char buf[RUN_TAKEN])
{
    char old[RUN_SHOWN], new[RUN_SHOWN];
    buf[0] = '\0';
    if (words < 1 || r->command == NULL || strcmp(r->command->name, "replace") != 0)
        return buf;
    const char *is = run_shown(word[0], old);
    const char *by = words > 1 ? run_shown(word[1], new) : "missing";
    (void)snprintf(buf, RUN_TAKEN, "; OLD is \"%.*s\", NEW is %s%.*s%s%s", text_fit(is, 80), is,
                   words > 1 ? "\"" : "", text_fit(by, 80), by, words > 1 ? "\"" : "",
                   words > 2 ? ": quote a text with blanks" : "");
    return buf;
}

const char *run_shown(const char *raw, char buf[RUN_SHOWN])
{
    size_t n = text_escape(buf, RUN_SHOWN - 3, raw, strlen(raw));
    if (n >= RUN_SHOWN - 3) {
        size_t kept = strlen(buf);
        memcpy(buf + kept, "...", RUN_SHOWN - kept < 4 ? 0 : 4);
    }
    return buf;
}

/* ---- opening ---- */

/* Is there a segment of this name, which lacks its slash? */
static bool is_segment(struct command_run *r, const char *name)
{
    char typed[LOCATOR_MAX];
    char raw[LOCATOR_MAX];
    struct seg *seg = NULL;
    int n = snprintf(typed, sizeof typed, "/%s", name);
    bool found = n > 0 && (size_t)n < sizeof typed && locator_typed(typed, raw) == NULL &&
                 !oserr_is(seg_open(r->env->be, raw, SEG_STAT, &seg));
    if (found)
        seg_close(seg);
    return found;
}

/* As locator_typed; a bare name is one where the system has such names. */
static const char *read_typed(const char *typed, char raw[LOCATOR_MAX])
{
    char whole[LOCATOR_MAX];
    const char *space = seg_bare_space();
    if (space == NULL || typed[0] == '\0' || strpbrk(typed, ":/\\") != NULL)
        return locator_typed(typed, raw);
    int n = snprintf(whole, sizeof whole, "%s%s", space, typed);
    return n < 0 || (size_t)n >= sizeof whole ? "not a segment name: too long"
                                              : locator_typed(whole, raw);
}

bool run_locator(struct command_run *r, const char *typed, char raw[LOCATOR_MAX])
{
    char first[LOCATOR_MAX];
    const char *why = read_typed(typed, first);
    if (why != NULL) {
        char shown[RUN_SHOWN];
        struct out *err = run_error_begin(r, NULL);
        out_print(err, "%s: %s", run_shown(typed, shown), why);
        bool bare = typed[0] != '\0' && strpbrk(typed, ":/\\") == NULL;
        bool made = bare && strcmp(r->command->name, "create") == 0;
        if (made || is_segment(r, typed))
            out_print(err, " (did you mean /%s?)", shown);
        else
            run_forms(err);
        run_error_end(r);
        return false;
    }
    struct oserr e = seg_canonical(first, raw, LOCATOR_MAX);
    if (oserr_is(e)) {
        (void)run_fail(r, first, "understand it", e);
        return false;
    }
    return true;
}

struct seg_progress run_progress(const struct command_run *r)
{
    return (struct seg_progress){.yield = r->env->progress->yield, .ctx = r->env->progress->ctx};
}

bool run_open(struct command_run *r, const char *typed, enum seg_access access, struct seg **seg,
              char raw[LOCATOR_MAX])
{
    if (!run_locator(r, typed, raw))
        return false;
    const struct seg_progress progress = run_progress(r);
    struct oserr e = seg_open_with_progress(r->env->be, raw, access, &progress, seg);
    if (oserr_is(e)) {
        (void)run_fail(r, raw,
                       access == SEG_WRITE  ? "write to it"
                       : access == SEG_READ ? "read it"
                                            : "look at it",
                       e);
        *seg = NULL;
        return false;
    }
    return true;
}

bool run_flush(struct command_run *r)
{
    return out_flush(r->env->out);
}

int run_report_kinds(struct command_run *r, const struct seg_survey *survey, unsigned kinds)
{
    int status = EXIT_DONE;
    for (unsigned k = 0; k < SEG_KINDS; k++) {
        struct oserr e = survey->error[k];
        if (oserr_is(e) && (kinds & (1U << k)) != 0 && e.code != SEG_E_UNSUPPORTED) {
            char text[160];
            struct out *err = run_error_begin(r, NULL);
            out_print(err, "cannot list kind %s (%s: %s)", seg_kind_name((enum seg_kind)k), e.call,
                      oserr_text(e, text, sizeof text));
            run_error_end(r);
            status = EXIT_ERROR;
        }
    }
    return status;
}
