#include "core/type/condition.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/type/value.h"
#include "core/type/why.h"

enum node_op { OP_OR, OP_AND, OP_NOT, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_SET };

enum { WORD_MAX = 512 };

/* One side of a comparison. */
struct operand {
    bool is_path;
    struct type_path path;
    char text[WORD_MAX];
};

struct condition_node {
    enum node_op op;
    int left, right;       /* nodes, of OP_OR to OP_NOT */
    struct operand *a, *b; /* of the others */
};

struct type_condition {
    struct condition_node node[CONDITION_NODES];
    int count, root;
};

struct condition_reader {
    const struct type_source *s;
    const struct type_node *root;
    struct type_condition *c;
    const char *at;
    char *why;
    int depth;
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static int
wrong(struct condition_reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    type_why(r->why, TYPE_WHY_MAX, format, args);
    va_end(args);
    return -1;
}

/* ---- words ---- */

static void skip(struct condition_reader *r)
{
    r->at += strspn(r->at, " \t\n");
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c == '.' || c == '[' || c == ']' || c == '|' || c == '+' ||
           ((unsigned char)c & 0x80) != 0;
}

/* The length of the word at s: a path, a number, names joined by |. */
static size_t word_length(const char *s)
{
    size_t n = *s == '-' && s[1] != '>' ? 1 : 0;
    for (;;) {
        if (s[n] == '|' && s[n + 1] == '|')
            return n;
        if (s[n] == '-' && s[n + 1] == '>')
            n += 2;
        else if (is_word(s[n]))
            n++;
        else
            return n;
    }
}

static bool take(struct condition_reader *r, const char *sign, const char *word)
{
    skip(r);
    size_t n = strlen(sign), k = word == NULL ? 0 : strlen(word);
    if (strncmp(r->at, sign, n) == 0) {
        r->at += n;
        return true;
    }
    if (k == 0 || strncmp(r->at, word, k) != 0 || word_length(r->at) != k)
        return false;
    r->at += k;
    return true;
}

/* A text or a character between quotes, with its quotes; 0: it does not end. */
static size_t quoted_length(const char *s)
{
    size_t n = 1;
    while (s[n] != '\0' && s[n] != s[0])
        n += s[n] == '\\' && s[n + 1] != '\0' ? 2 : 1;
    return s[n] == '\0' ? 0 : n + 1;
}

/* Is the first name of the word a field? */
static bool names_field(struct condition_reader *r, const char *word)
{
    char name[WORD_MAX];
    uint64_t offset;
    size_t n = strcspn(word, ".[-");
    if (*word == '[')
        return r->root->kind == NODE_ARRAY;
    memcpy(name, word, n);
    name[n] = '\0';
    return types_member_find(r->s->t, r->root->real, name, &offset) != TYPE_NO_MEMBER;
}

static struct operand *read_operand(struct condition_reader *r)
{
    skip(r);
    bool quoted = *r->at == '"' || *r->at == '\'';
    size_t n = quoted ? quoted_length(r->at) : word_length(r->at);
    if (n == 0 || n >= WORD_MAX) {
        (void)wrong(r,
                    *r->at == '\0' ? "a field or a value is missing at its end"
                                   : "%s: a field or a value is expected here",
                    r->at);
        return NULL;
    }
    struct operand *o = calloc(1, sizeof *o);
    if (o == NULL) {
        (void)wrong(r, "out of memory");
        return NULL;
    }
    memcpy(o->text, r->at, n);
    o->text[n] = '\0';
    r->at += n;
    o->is_path = !quoted && names_field(r, o->text);
    if (o->is_path && !type_path_parse(o->text, &o->path, r->why)) {
        free(o);
        return NULL;
    }
    return o;
}

/* ---- the tree ---- */

static int new_node(struct condition_reader *r, enum node_op op, int left, int right)
{
    if (left < 0 || right < 0)
        return -1;
    if (r->c->count == CONDITION_NODES)
        return wrong(r, "more than %d conditions", (int)CONDITION_NODES);
    r->c->node[r->c->count] = (struct condition_node){.op = op, .left = left, .right = right};
    return r->c->count++;
}

/* The leaf that a path leads to; SELECT_WRONG: `why`. */
static enum type_selected leaf_of(const struct type_source *s, const struct type_node *root,
                                  const struct operand *o, struct type_node *leaf, bool *now,
                                  char why[TYPE_WHY_MAX])
{
    struct type_select sel;
    char path[PATH_TEXT_MAX];
    type_select_start(&sel, s, root, &o->path);
    enum type_selected got = type_select_next(&sel, leaf, path, why);
    *now = sel.now;
    return got;
}

/* Is the field there, one, with a value? Is the value one of its type? */
static bool check_operand(struct condition_reader *r, const struct operand *o,
                          const struct operand *value)
{
    struct type_node leaf;
    bool now;
    enum type_selected got = leaf_of(r->s, r->root, o, &leaf, &now, r->why);
    if (got == SELECT_WRONG && now)
        return true; /* a pointer that leads nowhere yet */
    if (got == SELECT_WRONG)
        return false;
    if (got == SELECT_END || o->path.ranges || leaf.kind != NODE_LEAF ||
        leaf.size > TYPE_TEXT_MAX) {
        (void)wrong(r, "%s: not one field with a value", o->text);
        return false;
    }
    if (value == NULL || value->is_path)
        return true;
    uint8_t *bytes = malloc((size_t)leaf.size * 2);
    bool good = bytes != NULL &&
                type_value_parse(r->s, &leaf, value->text, bytes, bytes + leaf.size, r->why);
    free(bytes);
    return good || (bytes == NULL && wrong(r, "out of memory") == 0);
}

static enum node_op comparison(struct condition_reader *r)
{
    static const struct {
        const char *sign;
        enum node_op op;
    } rows[] = {{"==", OP_EQ}, {"!=", OP_NE}, {"<=", OP_LE},
                {">=", OP_GE}, {"<", OP_LT},  {">", OP_GT}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (take(r, rows[i].sign, NULL))
            return rows[i].op;
    return OP_SET;
}

/* OPERAND [OP OPERAND] */
static int read_comparison(struct condition_reader *r)
{
    struct operand *a = read_operand(r), *b = NULL;
    if (a == NULL)
        return -1;
    enum node_op op = comparison(r);
    if (op != OP_SET)
        b = read_operand(r);
    bool good = op == OP_SET || b != NULL;
    if (good && !a->is_path && (b == NULL || !b->is_path))
        good = wrong(r, "%s: no such field", a->text) == 0;
    good = good && (!a->is_path || check_operand(r, a, b)) &&
           (b == NULL || !b->is_path || check_operand(r, b, a));
    int node = good ? new_node(r, op, 0, 0) : -1;
    if (node < 0) {
        free(a);
        free(b);
        return -1;
    }
    r->c->node[node].a = a;
    r->c->node[node].b = b;
    return node;
}

static int read_or(struct condition_reader *r);

static int read_not(struct condition_reader *r)
{
    int inner = -1;
    if (r->depth >= CONDITION_NODES)
        return wrong(r, "nested too deeply");
    r->depth++;
    skip(r);
    if (strncmp(r->at, "!=", 2) != 0 && take(r, "!", "not")) {
        inner = read_not(r);
        inner = new_node(r, OP_NOT, inner, inner);
    } else if (take(r, "(", NULL)) {
        inner = read_or(r);
        if (inner >= 0 && !take(r, ")", NULL))
            inner = wrong(r, "a ( without its )");
    } else {
        inner = read_comparison(r);
    }
    r->depth--;
    return inner;
}

static int read_and(struct condition_reader *r)
{
    int node = read_not(r);
    while (node >= 0 && take(r, "&&", "and"))
        node = new_node(r, OP_AND, node, read_not(r));
    return node;
}

static int read_or(struct condition_reader *r)
{
    int node = read_and(r);
    while (node >= 0 && take(r, "||", "or"))
        node = new_node(r, OP_OR, node, read_and(r));
    return node;
}

struct type_condition *type_condition_new(const struct type_source *s, const struct type_node *root,
                                          const char *text, char why[TYPE_WHY_MAX])
{
    struct type_condition *c = calloc(1, sizeof *c);
    struct condition_reader r = {.s = s, .root = root, .c = c, .at = text, .why = why};
    if (c == NULL) {
        (void)wrong(&r, "out of memory");
        return NULL;
    }
    c->root = read_or(&r);
    skip(&r);
    if (c->root >= 0 && *r.at != '\0')
        c->root = wrong(&r, "%s: not understood here (&& || ! == != < <= > >=)", r.at);
    if (c->root >= 0)
        return c;
    type_condition_free(c);
    return NULL;
}

void type_condition_free(struct type_condition *c)
{
    for (int i = 0; c != NULL && i < c->count; i++) {
        free(c->node[i].a);
        free(c->node[i].b);
    }
    free(c);
}

/* ---- checking ---- */

/* What one side is at the moment. */
struct side {
    struct type_node leaf;
    struct type_value value;
    uint8_t *bytes; /* of the leaf */
    bool known;
};

static void add_seen(uint64_t *seen, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *seen = (*seen ^ p[i]) * UINT64_C(1099511628211);
}

static void read_side(const struct type_source *s, const struct type_node *root,
                      const struct operand *o, struct side *side, uint64_t *seen)
{
    char why[TYPE_WHY_MAX];
    bool now;
    *side = (struct side){.known = false};
    if (o == NULL || !o->is_path || leaf_of(s, root, o, &side->leaf, &now, why) != SELECT_NODE ||
        side->leaf.kind != NODE_LEAF || side->leaf.size > TYPE_TEXT_MAX)
        return;
    size_t n = (size_t)side->leaf.size;
    side->bytes = malloc(n + 1);
    side->known = side->bytes != NULL && side->leaf.offset <= s->size &&
                  n <= s->size - side->leaf.offset &&
                  s->read(s->ctx, side->leaf.offset, side->bytes, n);
    if (!side->known)
        return;
    add_seen(seen, side->bytes, n);
    type_value_get(s, &side->leaf, side->bytes, &side->value);
}

/* A value in the terms of the field that it is compared with. */
static void parse_side(const struct type_source *s, const struct operand *o,
                       const struct side *field, struct side *side)
{
    char why[TYPE_WHY_MAX];
    size_t n = (size_t)field->leaf.size;
    free(side->bytes);
    *side = (struct side){.leaf = field->leaf};
    side->bytes = malloc(2 * n + 1);
    side->known = side->bytes != NULL &&
                  type_value_parse(s, &field->leaf, o->text, side->bytes, side->bytes + n, why);
    if (side->known)
        type_value_get(s, &field->leaf, side->bytes, &side->value);
}

static double number_of(const struct type_value *v)
{
    return v->kind == VALUE_FLOAT    ? v->real
           : v->kind == VALUE_SIGNED ? (double)(int64_t)v->bits
                                     : (double)v->bits;
}

/* <0, 0, >0, 2: they cannot be ordered. Numbers of different signs and kinds by their value. */
static int compare_values(const struct type_value *a, const struct type_value *b)
{
    if (a->kind == b->kind)
        return type_value_compare(a, b);
    if (a->kind == VALUE_FLOAT || b->kind == VALUE_FLOAT) {
        struct type_value x = {.kind = VALUE_FLOAT, .real = number_of(a)};
        struct type_value y = {.kind = VALUE_FLOAT, .real = number_of(b)};
        return type_value_compare(&x, &y);
    }
    bool low_a = a->kind == VALUE_SIGNED && a->bits >> 63 != 0;
    bool low_b = b->kind == VALUE_SIGNED && b->bits >> 63 != 0;
    if (low_a != low_b)
        return low_a ? -1 : 1;
    return a->bits < b->bits ? -1 : a->bits > b->bits;
}

/* Texts up to their NUL, or bytes. */
static int compare_bytes(const struct type_source *s, const struct side *a, const struct side *b)
{
    size_t n = (size_t)a->leaf.size;
    if (!a->leaf.text || !b->leaf.text)
        return n == b->leaf.size && memcmp(a->bytes, b->bytes, n) == 0 ? 0 : 2;
    size_t cap = 6 * (n > b->leaf.size ? n : (size_t)b->leaf.size) + 16;
    char *x = malloc(2 * cap);
    if (x == NULL)
        return 2;
    (void)type_value_text(type_value_encoding(s, &a->leaf), a->bytes, n, x, cap);
    (void)type_value_text(type_value_encoding(s, &b->leaf), b->bytes, (size_t)b->leaf.size, x + cap,
                          cap);
    int order = strcmp(x, x + cap);
    free(x);
    return order < 0 ? -1 : order > 0;
}

static enum type_truth holds(enum node_op op, int order)
{
    bool yes = order == 2    ? op == OP_NE
               : op == OP_EQ ? order == 0
               : op == OP_NE ? order != 0
               : op == OP_LT ? order < 0
               : op == OP_LE ? order <= 0
               : op == OP_GT ? order > 0
                             : order >= 0;
    return yes ? TRUTH_YES : TRUTH_NO;
}

static enum type_truth compare(const struct type_source *s, const struct type_node *root,
                               const struct condition_node *n, uint64_t *seen)
{
    struct side a, b;
    enum type_truth truth = TRUTH_UNKNOWN;
    read_side(s, root, n->a, &a, seen);
    read_side(s, root, n->b, &b, seen);
    if (n->b != NULL && !n->b->is_path && a.known)
        parse_side(s, n->b, &a, &b);
    if (!n->a->is_path && b.known)
        parse_side(s, n->a, &b, &a);
    if (n->op == OP_SET && a.known) {
        bool set = a.value.kind == VALUE_FLOAT ? !(a.value.real >= 0 && a.value.real <= 0)
                                               : a.value.bits != 0;
        if (a.value.kind == VALUE_BYTES)
            set = a.leaf.size > 0 && a.bytes[0] != 0;
        truth = set ? TRUTH_YES : TRUTH_NO;
    } else if (a.known && b.known) {
        bool bytes = a.value.kind == VALUE_BYTES || b.value.kind == VALUE_BYTES;
        truth = holds(n->op, bytes ? compare_bytes(s, &a, &b) : compare_values(&a.value, &b.value));
    }
    free(a.bytes);
    free(b.bytes);
    return truth;
}

static enum type_truth check(const struct type_condition *c, int i, const struct type_source *s,
                             const struct type_node *root, uint64_t *seen)
{
    const struct condition_node *n = &c->node[i];
    if (n->op > OP_NOT)
        return compare(s, root, n, seen);
    enum type_truth a = check(c, n->left, s, root, seen);
    if (n->op == OP_NOT)
        return a == TRUTH_UNKNOWN ? a : a == TRUTH_NO ? TRUTH_YES : TRUTH_NO;
    enum type_truth b = check(c, n->right, s, root, seen);
    enum type_truth decides = n->op == OP_OR ? TRUTH_YES : TRUTH_NO;
    if (a == decides || b == decides)
        return decides;
    return a == TRUTH_UNKNOWN || b == TRUTH_UNKNOWN ? TRUTH_UNKNOWN : a;
}

enum type_truth type_condition_check(const struct type_condition *c, const struct type_source *s,
                                     const struct type_node *root, uint64_t *seen)
{
    *seen = UINT64_C(14695981039346656037);
    return check(c, c->root, s, root, seen);
}
