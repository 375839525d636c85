/* lab: the lessons on the screen, and what the shell can ask about them. */
#include "cli/commands/lab.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/options.h"
#include "core/text.h"
#include "lab/score.h"

enum { NAME_WIDTH = 12 };

static void add_programs(const struct lesson_run *run, int runs, const char *program[LAB_PROGRAMS],
                         int *count)
{
    for (int i = 0; i < runs; i++) {
        int at = 0;
        while (run[i].program != NULL && at < *count && strcmp(program[at], run[i].program) != 0)
            at++;
        if (run[i].program != NULL && at == *count)
            program[(*count)++] = run[i].program;
    }
}

int lab_programs(const struct lesson *l, const char *program[LAB_PROGRAMS])
{
    int count = 0;
    add_programs(l->run, l->runs, program, &count);
    for (int i = 0; i < l->steps; i++)
        add_programs(l->step[i].run, l->step[i].runs, program, &count);
    return count;
}

/* ---- --list ---- */

static void list_json(struct out *o, const struct shelf *s, const struct score *score)
{
    int64_t last;
    const char *comma = "";
    out_str(o, "{\"format\":1,\"lessons\":[");
    for (int i = 0; i < s->count; i++) {
        const struct lesson *l = s->lesson[i];
        if (!shelf_shown(l))
            continue;
        out_print(o, "%s{\"name\":\"%s\",\"title\":", comma, l->name);
        out_json(o, l->title);
        out_print(o, ",\"steps\":%d,\"done\":%d,\"playable\":%s", l->steps,
                  score_done(score, l, &last), shelf_playable(l) ? "true" : "false");
        if (l->minutes > 0)
            out_print(o, ",\"minutes\":%u", l->minutes);
        out_str(o, "}");
        comma = ",";
    }
    out_str(o, "]}\n");
}

static void list(struct out *o, const struct shelf *s, const struct score *score)
{
    int64_t last;
    for (int i = 0; i < s->count; i++) {
        const struct lesson *l = s->lesson[i];
        if (!shelf_shown(l))
            continue;
        int done = score_done(score, l, &last);
        out_print(o, "%-*s %2d of %-2d %-4s %s", NAME_WIDTH, l->name, done, l->steps,
                  done == l->steps ? "done" : "", l->title);
        if (l->minutes > 0)
            out_print(o, " (%u min)", l->minutes);
        out_print(o, "%s\n", shelf_playable(l) ? "" : " (not on this system)");
    }
}

/* ---- --report ---- */

static void report_json(struct out *o, const struct shelf *s, const struct score *score)
{
    char user[33];
    const char *comma = "";
    char *shown = text_escaped(os_user_name(os_uid(), user));
    out_str(o, "{\"format\":1,\"user\":");
    out_json(o, shown != NULL ? shown : "");
    free(shown);
    out_str(o, ",\"lessons\":[");
    for (int i = 0; i < s->count; i++) {
        const struct lesson *l = s->lesson[i];
        if (!shelf_shown(l))
            continue;
        out_print(o, "%s{\"name\":\"%s\",\"steps\":[", comma, l->name);
        for (int k = 0; k < l->steps; k++) {
            const struct score_entry *e = score_find(score, l->name, k);
            out_print(o, "%s{\"title\":", k == 0 ? "" : ",");
            out_json(o, l->step[k].title);
            if (e != NULL)
                out_print(o, ",\"how\":\"%s\",\"time\":%" PRId64, score_how_name(e->how), e->when);
            out_str(o, "}");
        }
        out_str(o, "]}");
        comma = ",";
    }
    out_str(o, "]}\n");
}

/* `attach 3 of 4 done, 1 with the solution` */
static void report(struct out *o, const struct shelf *s, const struct score *score)
{
    for (int i = 0; i < s->count; i++) {
        const struct lesson *l = s->lesson[i];
        int how[SCORE_DONE + 1] = {0};
        if (!shelf_shown(l))
            continue;
        for (int k = 0; k < l->steps; k++) {
            const struct score_entry *e = score_find(score, l->name, k);
            how[e != NULL ? e->how : SCORE_NOT]++;
        }
        out_print(o, "%-*s %2d of %-2d steps", NAME_WIDTH, l->name, l->steps - how[SCORE_NOT],
                  l->steps);
        if (how[SCORE_SHOWN] > 0)
            out_print(o, ", %d with the solution shown", how[SCORE_SHOWN]);
        if (how[SCORE_SKIPPED] > 0)
            out_print(o, ", %d skipped", how[SCORE_SKIPPED]);
        out_str(o, "\n");
    }
}

/* ---- the rest ---- */

static int sources(struct command_run *r, const struct shelf *s, const struct lesson *l)
{
    const char *program[LAB_PROGRAMS];
    int count = lab_programs(l, program);
    for (int i = 0; i < count; i++) {
        char *text = shelf_source(s, program[i]);
        if (text == NULL && strcmp(program[i], "demo") != 0)
            return run_error(r, "%s.c is not there", program[i]);
        if (text == NULL)
            continue;
        out_print(r->env->out, "%s/* ---- %s.c ---- */\n", i == 0 ? "" : "\n", program[i]);
        size_t n = strlen(text), cap = 4 * n + 1;
        char *shown = malloc(cap); /* of a folder it may hold anything */
        if (shown != NULL)
            (void)text_escape_content(shown, cap, text, n);
        out_str(r->env->out, shown != NULL ? shown : "");
        free(shown);
        free(text);
    }
    return EXIT_DONE;
}

static int open_ui(struct command_run *r, const char *name, const char *folder)
{
    struct ui_options o = {.lab = name, .lesson_dir = folder};
    if (!os_is_terminal(0) || !os_is_terminal(1))
        return run_usage(r, "the terminal UI needs a terminal (or --list, --source, ...)");
    if (r->env->ui_main == NULL)
        return run_usage(r, "this build has no terminal UI: --list, --source, ...");
    return r->env->ui_main(r->env->be, &o);
}

static int unknown(struct command_run *r, const struct shelf *s, const char *name)
{
    struct out *o = run_error_begin(r, NULL);
    char shown[RUN_SHOWN];
    out_print(o, "%s: no such lesson; there are:", run_shown(name, shown));
    for (int i = 0; i < s->count; i++)
        if (shelf_shown(s->lesson[i]))
            out_print(o, " %s", s->lesson[i]->name);
    run_error_end(r);
    return EXIT_ERROR;
}

static int answer(struct command_run *r, const struct shelf *s)
{
    static struct score score; /* large */
    const char *name = r->words > 0 ? r->word[0] : NULL, *to = run_option(r, "export");
    bool json = run_option(r, "json") != NULL, lists = run_option(r, "list") != NULL;
    const struct lesson *l = name != NULL ? shelf_find(s, name) : NULL;
    if (s->why[0] != '\0')
        run_note(r, "%s", s->why);
    if (name != NULL && l == NULL)
        return unknown(r, s, name);
    if (to != NULL)
        return lab_export(r, s, to);
    if (run_option(r, "source") != NULL)
        return l != NULL ? sources(r, s, l) : run_usage(r, "--source needs a LESSON");
    if (!lists && run_option(r, "report") == NULL)
        return json ? run_usage(r, "--json needs --list or --report")
                    : open_ui(r, name != NULL ? name : "", s->folder);
    struct oserr e = score_load(score_folder(s->folder), &score);
    if (oserr_is(e))
        return run_fail(r, NULL, "read what was done", e);
    if (lists && json)
        list_json(r->env->out, s, &score);
    else if (lists)
        list(r->env->out, s, &score);
    else if (json)
        report_json(r->env->out, s, &score);
    else
        report(r->env->out, s, &score);
    return EXIT_DONE;
}

int cmd_lab(struct command_run *r)
{
    static const char *const one_of[] = {"list", "source", "export", "report", "check"};
    struct shelf s;
    int given = 0;
    for (size_t i = 0; i < sizeof one_of / sizeof *one_of; i++)
        given += run_option(r, one_of[i]) != NULL;
    if (given > 1)
        return run_usage(r, "only one of --list, --source, --export, --report, --check");
    if (run_option(r, "check") != NULL)
        return lab_lint(r, run_option(r, "check"));
    const char *folder = run_option(r, "lesson-dir");
    struct oserr e = shelf_open(&s, folder);
    int status =
        oserr_is(e) ? run_file_failed(r, folder, "cannot read the lessons", e) : answer(r, &s);
    shelf_close(&s);
    return status;
}
