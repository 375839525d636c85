/* layouts: the layout files that are known, and which segments they are about. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"
#include "core/text.h"
#include "layouts/layouts.h"

enum { NAME_WIDTH = 20, PLACE_TEXT = 1024 };

/* `sysv:key=0x4e545030 0x0: struct shm_time size 96 when mode == 1`: the line as it is understood.
 */
static void print_place(struct out *o, const struct types *t, const struct type_place *p)
{
    char offset[PLACE_OFFSET_TEXT], type[PLACE_TEXT];
    type_place_offset(p, offset);
    (void)types_spell(t, p->type, type, sizeof type);
    out_escaped(o, types_name(t, p->glob));
    out_print(o, " %s: %s", offset, type);
    if (p->sized)
        out_print(o, " size %" PRIu64, p->size);
    if (p->when != 0) {
        out_str(o, " when ");
        out_escaped(o, types_name(t, p->when));
    }
}

static void print_row(struct out *o, const struct layout_file *row)
{
    const struct type_place *p;
    char name[256];
    (void)text_escape(name, sizeof name, row->name, strlen(row->name));
    for (uint32_t i = 0; row->t != NULL && (p = types_place(row->t, i)) != NULL; i++) {
        out_print(o, "%-*s %-8s ", NAME_WIDTH, i == 0 ? name : "",
                  i == 0 ? layout_origin_name(row->origin) : "");
        print_place(o, row->t, p);
        out_str(o, "\n");
    }
    if (row->t == NULL || types_place(row->t, 0) == NULL)
        out_print(o, "%-*s %-8s %s\n", NAME_WIDTH, name, layout_origin_name(row->origin),
                  row->t == NULL ? "not used, it has an error" : "-");
}

/* ---- JSON ---- */

static void json_escaped(struct out *o, const char *raw)
{
    char *text = text_escaped(raw);
    out_json(o, text == NULL ? "" : text);
    free(text);
}

static void json_place(struct out *o, const struct types *t, const struct type_place *p)
{
    char offset[PLACE_OFFSET_TEXT], type[PLACE_TEXT];
    type_place_offset(p, offset);
    (void)types_spell(t, p->type, type, sizeof type);
    out_str(o, "{\"glob\":");
    json_escaped(o, types_name(t, p->glob));
    out_print(o, ",\"offset\":\"%s\",\"type\":", offset);
    out_json(o, type);
    if (p->sized)
        out_print(o, ",\"size\":%" PRIu64, p->size);
    if (p->when != 0) {
        out_str(o, ",\"when\":");
        json_escaped(o, types_name(t, p->when));
    }
    out_str(o, "}");
}

static void json_row(struct out *o, const struct layout_file *row)
{
    const struct type_place *p;
    out_str(o, "{\"name\":");
    json_escaped(o, row->name);
    out_print(o, ",\"origin\":\"%s\",\"file\":", layout_origin_name(row->origin));
    json_escaped(o, row->path);
    if (row->t == NULL) {
        out_str(o, ",\"error\":");
        out_json(o, row->why);
    }
    out_str(o, ",\"fits\":[");
    for (uint32_t i = 0; row->t != NULL && (p = types_place(row->t, i)) != NULL; i++) {
        out_str(o, i == 0 ? "" : ",");
        json_place(o, row->t, p);
    }
    out_str(o, "]}");
}

static void print_json(struct out *o, const struct layouts *l)
{
    out_str(o, "{\"format\":1,\"layouts\":[");
    for (size_t i = 0; i < l->count; i++) {
        out_str(o, i == 0 ? "" : ",");
        json_row(o, &l->row[i]);
    }
    out_str(o, "]}\n");
}

int cmd_layouts(struct command_run *r)
{
    struct layouts *l = NULL;
    struct out *o = r->env->out;
    struct oserr e = layouts_load(&l);
    if (oserr_is(e))
        return run_fail(r, NULL, "read the layouts", e);
    if (run_option(r, "json") != NULL)
        print_json(o, l);
    else
        out_print(o, "%-*s %-8s %s\n", NAME_WIDTH, "NAME", "ORIGIN", "FITS");
    for (size_t i = 0; i < l->count; i++) {
        if (run_option(r, "json") == NULL)
            print_row(o, &l->row[i]);
        if (l->row[i].why != NULL) {
            out_str(run_error_begin(r, NULL), l->row[i].why);
            run_error_end(r);
        }
    }
    layouts_free(l);
    return EXIT_DONE;
}
