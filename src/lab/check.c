#include "lab/check.h"

#include <stdio.h>
#include <string.h>

#include "core/locator.h"
#include "core/number.h"
#include "core/type/condition.h"
#include "core/type/parse.h"
#include "core/type/path.h"
#include "core/type/place.h"

enum { MOMENT_TRIES = 16, SHOWN = 4 * LOCATOR_MAX };
#define COUNT_EVERY INT64_C(300000000) /* ns */

void lab_seen_did(struct lab_seen *s, const char *line)
{
    line += strspn(line, " ");
    (void)snprintf(s->did[s->dids++ % SEEN_LINES], SEEN_LINE, "%s", line);
}

bool checker_init(struct checker *c, struct backend *be, const struct lesson *l,
                  struct peers *peers, char why[CHECKER_WHY])
{
    char wrong[TYPE_WHY_MAX];
    *c = (struct checker){.be = be, .lesson = l, .peers = peers};
    why[0] = '\0';
    if (l->types == NULL)
        return true;
    c->types = types_new(type_abi_machine(), false);
    bool good =
        c->types != NULL && types_parse(c->types, "types", l->types, strlen(l->types), wrong);
    if (!good)
        (void)snprintf(why, CHECKER_WHY, "%s", c->types == NULL ? "out of memory" : wrong);
    return good;
}

void checker_free(struct checker *c)
{
    types_free(c->types);
    c->types = NULL;
}

/* ---- segments ---- */

static const char *locator_of(const struct checker *c, const struct lesson_check *check)
{
    return check->locator != NULL ? check->locator : c->lesson->open;
}

/* Opens what the check is about; NULL: it is not there, or cannot be looked at. */
static struct seg *open_it(const struct checker *c, const char *typed, enum seg_access access,
                           struct oserr *e)
{
    char raw[LOCATOR_MAX];
    struct seg *s = NULL;
    *e = (struct oserr){"open", SEG_E_NAME};
    if (typed == NULL || locator_typed(typed, raw) != NULL)
        return NULL;
    *e = seg_open(c->be, raw, access, &s);
    return oserr_is(*e) ? NULL : s;
}

static bool was_there(const struct checker *c, int line)
{
    for (int i = 0; i < CHECKER_THERE; i++)
        if (c->there[i] == line)
            return true;
    return false;
}

static void remember(struct checker *c, int line)
{
    if (!was_there(c, line))
        c->there[c->theres++ % CHECKER_THERE] = line;
}

static bool exists(struct checker *c, const struct lesson_check *check, bool wanted)
{
    struct oserr e;
    struct seg *s = open_it(c, locator_of(c, check), SEG_STAT, &e);
    seg_close(s);
    bool there = s != NULL || oserr_kind(e) == OSERR_K_DENIED;
    bool missing = s == NULL && oserr_kind(e) == OSERR_K_MISSING;
    bool own = check->locator == NULL ||
               (c->lesson->open != NULL && strcmp(check->locator, c->lesson->open) == 0);
    if (there)
        remember(c, check->line);
    /* gone is only what has been there */
    return wanted ? there : missing && (own ? c->open.dev != 0 : was_there(c, check->line));
}

static bool size_is(const struct checker *c, const struct lesson_check *check)
{
    struct oserr e;
    struct seg *s = open_it(c, locator_of(c, check), SEG_STAT, &e);
    uint64_t size = s != NULL ? seg_last(s)->size : 0, n = check->number;
    seg_close(s);
    if (s == NULL)
        return false;
    switch (check->op) {
    case OP_EQUAL:
        return size == n;
    case OP_NOT:
        return size != n;
    case OP_BELOW:
        return size < n;
    case OP_AT_MOST:
        return size <= n;
    case OP_ABOVE:
        return size > n;
    case OP_AT_LEAST:
        return size >= n;
    }
    return false;
}

bool checker_opened(struct checker *c)
{
    struct oserr e;
    struct seg *s = open_it(c, c->lesson->open, SEG_STAT, &e);
    bool sized = s != NULL && seg_last(s)->size > 0; /* it is made first, and then gets its size */
    bool own = s != NULL && ((seg_last(s)->known & SEG_HAS_OWNER) == 0 ||
                             seg_last(s)->uid == os_uid()); /* so are those of the peers */
    c->foreign = s != NULL && !own;
    if (sized && own)
        c->open = seg_id_of(seg_last(s));
    seg_close(s);
    return sized && own;
}

/* Processes other than ours that map it. False: not known. */
static bool count_users(struct checker *c, const struct lesson_check *check, uint64_t *processes)
{
    struct seg_who who = {.mappers = NULL};
    struct oserr e;
    const char *locator = locator_of(c, check);
    struct seg *s = open_it(c, locator, SEG_STAT, &e);
    bool unlinked = s == NULL && oserr_kind(e) == OSERR_K_MISSING && c->open.dev != 0 &&
                    (check->locator == NULL || c->lesson->open == NULL ||
                     strcmp(check->locator, c->lesson->open) == 0);
    if (s != NULL)
        e = seg_who(s, NULL, &who);
    else if (unlinked)
        e = seg_who_object(c->be, c->open, NULL, &who);
    seg_close(s);
    c->failed = s != NULL || unlinked ? e : OSERR_NONE;
    struct seg_users users = seg_who_users(&who);
    *processes = users.rw + users.ro;
    if (!oserr_is(e))
        seg_who_free(&who);
    return !oserr_is(e);
}

static bool mapped(struct checker *c, const struct lesson_check *check, int64_t now)
{
    int at = 0;
    while (at < CHECKER_COUNTS - 1 && c->count[at].line != check->line && c->count[at].line != 0)
        at++;
    if (c->count[at].line != check->line || now - c->count[at].when >= COUNT_EVERY) {
        c->count[at].line = check->line;
        c->count[at].when = now;
        c->count[at].known = count_users(c, check, &c->count[at].processes);
    }
    uint64_t processes = c->count[at].processes;
    return c->count[at].known &&
           (check->kind == CHECK_UNMAPPED ? processes == 0 : processes >= check->number);
}

/* ---- fields ---- */

static bool read_seg(void *ctx, uint64_t offset, void *p, size_t n)
{
    size_t got = 0;
    return !oserr_is(seg_read(ctx, offset, p, n, &got)) && got == n;
}

typedef bool ask_fn(const struct type_source *s, const struct type_node *root, const char *text,
                    const struct lab_seen *seen);

/* Asks of each type that the lesson places in the segment, until it is true of one. */
static bool ask_types(const struct checker *c, const struct lesson_check *check, ask_fn *ask,
                      const struct lab_seen *seen)
{
    const struct type_place *place;
    struct oserr e;
    struct seg *seg = c->types == NULL ? NULL : open_it(c, locator_of(c, check), SEG_READ, &e);
    char shown[SHOWN];
    bool yes = false;
    if (seg == NULL)
        return false;
    (void)locator_shown(seg_locator(seg), shown, sizeof shown);
    struct place_names names = {.name = {shown}, .count = 1};
    struct type_source s = {
        .t = c->types, .read = read_seg, .ctx = seg, .size = seg_last(seg)->size};
    for (uint32_t i = 0; !yes && (place = types_place(c->types, i)) != NULL; i++) {
        struct type_node root;
        yes = type_place_root(&s, place, &names, &root) && ask(&s, &root, check->text, seen);
    }
    seg_close(seg);
    return yes;
}

/* An array is asked about its first element. */
static void of_array(const struct type_source *s, struct type_node *root)
{
    struct type_node array = *root;
    if (array.kind == NODE_ARRAY && array.count > 0)
        type_element(s, &array, 0, root);
}

/* Does the condition hold at one moment: two readings of all its fields in a row are equal? */
static bool where(const struct type_source *s, const struct type_node *placed, const char *text,
                  const struct lab_seen *seen)
{
    (void)seen;
    char why[TYPE_WHY_MAX];
    struct type_node root = *placed;
    of_array(s, &root);
    struct type_condition *condition = type_condition_new(s, &root, text, why);
    uint64_t before = 0, sum = 0;
    bool yes = false;
    for (int i = 0; condition != NULL && i < MOMENT_TRIES; i++) {
        enum type_truth truth = type_condition_check(condition, s, &root, &sum);
        yes = i > 0 && sum == before && truth == TRUTH_YES;
        if (i > 0 && sum == before)
            break;
        before = sum;
    }
    type_condition_free(condition);
    return yes;
}

/* The field that a path leads to. *now (may be NULL): that depends on what is in the segment. */
static bool field_at(const struct type_source *s, const struct type_node *root, const char *text,
                     struct type_node *field, bool *now, char why[TYPE_WHY_MAX])
{
    char path[PATH_TEXT_MAX];
    struct type_path parsed;
    struct type_select select = {.now = false};
    bool found = false;
    if (type_path_parse(text, &parsed, why)) {
        type_select_start(&select, s, root, &parsed);
        found = type_select_next(&select, field, path, why) == SELECT_NODE;
    }
    if (now != NULL)
        *now = select.now;
    return found;
}

/* Is the cursor in the field that the path leads to? */
static bool in_field(const struct type_source *s, const struct type_node *root, const char *text,
                     const struct lab_seen *seen)
{
    char why[TYPE_WHY_MAX];
    struct type_node node;
    return field_at(s, root, text, &node, NULL, why) && seen->cursor - node.offset < node.size;
}

static bool cursor_is(const struct checker *c, const struct lesson_check *check,
                      const struct lab_seen *seen)
{
    uint64_t offset = 0;
    if (number_u64(check->text, UINT64_MAX, &offset) == NUM_OK)
        return seen->cursor == offset;
    return ask_types(c, check, in_field, seen);
}

/* ---- what the learner did ---- */

static bool did(const struct lab_seen *seen, const char *what)
{
    size_t n = strlen(what);
    unsigned kept = seen->dids < SEEN_LINES ? seen->dids : SEEN_LINES;
    for (unsigned i = 0; i < kept; i++)
        if (strncmp(seen->did[i], what, n) == 0 &&
            (seen->did[i][n] == '\0' || seen->did[i][n] == ' '))
            return true;
    return false;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* A whole number as people write it, with commas between thousands, too. */
static bool number_of(const char *s, size_t n, struct number *out)
{
    char digits[SEEN_ANSWER];
    size_t at = 0, group = 0;
    bool commas = false, good = n < sizeof digits;
    for (size_t i = 0; good && i < n; i++) {
        if (s[i] != ',') {
            digits[at++] = s[i];
            group++;
            continue;
        }
        good = commas ? group == 3 : group > 0 && group <= 3;
        commas = true;
        group = 0;
    }
    digits[good ? at : 0] = '\0';
    return good && (!commas || group == 3) && number_parse(digits, out) == NUM_OK;
}

static bool same_word(const char *a, size_t n, const char *b, size_t m)
{
    struct number x, y;
    size_t i = 0;
    while (i < n && i < m && lower(a[i]) == lower(b[i]))
        i++;
    return (i == n && i == m) || (number_of(a, n, &x) && number_of(b, m, &y) &&
                                  x.magnitude == y.magnitude && x.negative == y.negative);
}

bool lab_answered(const char *answer, const char *words)
{
    size_t n = strlen(answer);
    while (n > 0 && *words != '\0') {
        words += strspn(words, " ");
        size_t word = strcspn(words, "|"), end = word;
        while (end > 0 && words[end - 1] == ' ')
            end--;
        if (same_word(words, end, answer, n))
            return true;
        words += word + (words[word] == '|');
    }
    return false;
}

bool checker_holds(struct checker *c, const struct lesson_check *check, const struct lab_seen *seen,
                   int64_t now)
{
    struct peer_end how;
    switch (check->kind) {
    case CHECK_WHERE:
        return ask_types(c, check, where, seen);
    case CHECK_EXISTS:
    case CHECK_GONE:
        return exists(c, check, check->kind == CHECK_EXISTS);
    case CHECK_MAPPED:
    case CHECK_UNMAPPED:
        return mapped(c, check, now);
    case CHECK_SIZE:
        return size_is(c, check);
    case CHECK_RUNS:
        return peers_look(c->peers, check->text, &how) == PEER_RUNS;
    case CHECK_ENDED:
        return peers_look(c->peers, check->text, &how) == PEER_ENDED;
    case CHECK_KILLED:
        return peers_look(c->peers, check->text, &how) == PEER_ENDED &&
               how.signal == (int)check->number;
    case CHECK_CRASHED:
        return peers_look(c->peers, check->text, &how) == PEER_ENDED && peers_crashed(&how);
    case CHECK_CURSOR:
        return cursor_is(c, check, seen);
    case CHECK_VIEW:
        return seen->view != NULL && strcmp(seen->view, check->text) == 0;
    case CHECK_SCREEN:
        return (seen->screens >> check->number & 1) != 0;
    case CHECK_DID:
        return did(seen, check->text);
    case CHECK_ANSWER:
        return lab_answered(seen->answer, check->text);
    case CHECK_KINDS:
        break;
    }
    return false;
}

/* ---- the lint ---- */

/* A segment in which every table has elements and every link leads somewhere. */
static bool read_plenty(void *ctx, uint64_t offset, void *p, size_t n)
{
    (void)ctx, (void)offset;
    memset(p, 0x7f, n);
    return true;
}

typedef bool possible_fn(const struct type_source *s, struct type_node *root, const char *text,
                         char why[TYPE_WHY_MAX]);

static bool can_hold(const struct type_source *s, struct type_node *root, const char *text,
                     char why[TYPE_WHY_MAX])
{
    of_array(s, root);
    struct type_condition *condition = type_condition_new(s, root, text, why);
    type_condition_free(condition);
    return condition != NULL;
}

/* Does the path lead to a field, as far as that does not depend on what is in the segment? */
static bool leads(const struct type_source *s, struct type_node *root, const char *text,
                  char why[TYPE_WHY_MAX])
{
    struct type_node node;
    bool now = false;
    return field_at(s, root, text, &node, &now, why) || now;
}

bool checker_possible(struct checker *c, const struct lesson_check *check, char why[CHECKER_WHY])
{
    const struct type_place *place;
    struct type_source s = {.t = c->types, .read = read_plenty, .size = UINT64_MAX};
    char wrong[TYPE_WHY_MAX] = "no line `at` of the lesson's types is about it", raw[LOCATOR_MAX],
         shown[SHOWN];
    const char *locator = locator_of(c, check);
    possible_fn *ask = check->kind == CHECK_CURSOR ? leads : can_hold;
    uint64_t offset;
    bool possible = false;
    if (check->kind == CHECK_CURSOR && number_u64(check->text, UINT64_MAX, &offset) == NUM_OK)
        return true;
    if (locator == NULL || locator_typed(locator, raw) != NULL) {
        (void)snprintf(why, CHECKER_WHY, "of which LOCATOR? The lesson opens none");
        return false;
    }
    (void)locator_shown(raw, shown, sizeof shown);
    struct place_names names = {.name = {shown}, .count = 1};
    for (uint32_t i = 0;
         c->types != NULL && !possible && (place = types_place(c->types, i)) != NULL; i++) {
        if (!type_place_named(types_name(c->types, place->glob), &names))
            continue;
        struct type_node root;
        type_root(&s, place->type, 0, 0, &root);
        possible = ask(&s, &root, check->text, wrong);
    }
    (void)snprintf(why, CHECKER_WHY, "%s", wrong);
    return possible;
}
