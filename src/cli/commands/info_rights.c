#include "cli/commands/info_rights.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"

static const struct {
    uint32_t bit;
    const char *name, *words;
} rights[] = {{SEG_RIGHT_QUERY, "SECTION_QUERY", "ask its size"},
              {SEG_RIGHT_READ, "SECTION_MAP_READ", "read"},
              {SEG_RIGHT_WRITE, "SECTION_MAP_WRITE", "write"},
              {SEG_RIGHT_CONTROL, "READ_CONTROL", "see its rights"},
              {SEG_RIGHT_WRITE_DAC, "WRITE_DAC", "change its rights"},
              {SEG_RIGHT_WRITE_OWNER, "WRITE_OWNER", "take it over"}};

enum { RIGHTS = sizeof rights / sizeof rights[0] };

static void print_may(struct out *o, uint32_t may)
{
    const char *gap = "you may:   ";
    for (size_t i = 0; i < RIGHTS; i++) {
        if ((may & rights[i].bit) != 0) {
            out_print(o, "%s%s", gap, rights[i].words);
            gap = ", ";
        }
    }
    out_str(o, may == 0 ? "you may:   nothing" : "");
    gap = "; your token lacks ";
    for (size_t i = 0; i < RIGHTS; i++) {
        if ((may & rights[i].bit) == 0) {
            out_print(o, "%s%s (to %s)", gap, rights[i].name, rights[i].words);
            gap = ", ";
        }
    }
    out_str(o, "\n");
}

void info_rights_text(struct out *o, struct seg *s)
{
    struct seg_rights r;
    if (oserr_is(seg_rights(s, &r)))
        return;
    if (r.account != NULL) {
        out_str(o, "owner:     ");
        if (r.domain != NULL && r.domain[0] != '\0') {
            out_escaped(o, r.domain);
            out_str(o, "\\");
        }
        out_escaped(o, r.account);
        out_print(o, " (%s)\n", r.sid == NULL ? "" : r.sid);
    } else if (r.sid != NULL) {
        out_print(o, "owner:     %s\n", r.sid);
    }
    if (r.sddl != NULL) {
        out_str(o, "rights:    ");
        out_escaped(o, r.sddl);
        out_str(o, "\n");
    }
    print_may(o, r.may);
    seg_rights_free(&r);
}

static void add_names(json_t *o, const char *key, uint32_t bits)
{
    json_t *names = json_array();
    for (size_t i = 0; i < RIGHTS; i++)
        if ((bits & rights[i].bit) != 0)
            json_array_append_new(names, json_string(rights[i].name));
    json_object_set_new(o, key, names);
}

/* `DOMAIN\account`; NULL: not known. */
static json_t *owner_json(const struct seg_rights *r)
{
    char text[1200];
    char *domain = text_escaped(r->domain == NULL ? "" : r->domain);
    char *account = text_escaped(r->account);
    (void)snprintf(text, sizeof text, "%s%s%s", domain == NULL ? "" : domain,
                   domain == NULL || domain[0] == '\0' ? "" : "\\", account == NULL ? "" : account);
    free(domain);
    free(account);
    return json_string(text);
}

void info_rights_json(json_t *o, struct seg *s)
{
    struct seg_rights r;
    if (oserr_is(seg_rights(s, &r)))
        return;
    if (r.account != NULL)
        json_object_set_new(o, "owner", owner_json(&r));
    if (r.sid != NULL)
        json_object_set_new(o, "sid", json_string(r.sid));
    if (r.sddl != NULL)
        json_object_set_new(o, "sddl", json_string(r.sddl));
    add_names(o, "may", r.may);
    add_names(o, "lacks", ~r.may);
    seg_rights_free(&r);
}
