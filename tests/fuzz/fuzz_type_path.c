/* A path, a condition and a value on a fixed struct whose bytes, counts, offsets and links among
 * them, are the input: nothing is read outside of it, every refusal is printable, and what a value
 * is shown as parses to the same bytes. The first byte is the length of the text. */
#include <stdio.h>

#include "core/type/condition.h"
#include "core/type/parse.h"
#include "core/type/spec.h"
#include "core/type/value.h"
#include "fuzz.h"
#include "fuzz_bytes.h"

static const char header[] =
    "enum kind { KIND_A, KIND_B = 3, KIND_C = -1 }; enum bit { ONE = 1, TWO = 2, EIGHT = 8 };\n"
    "struct node { uint32_t next; int32_t rel; struct node *p; uint16_t kind : 3, prio : 13; char "
    "name[6];\n"
    "  char16_t wide[3]; };\n"
    "struct head { uint32_t n, off, step; enum kind k; uint8_t fl; bool b; double d; time_t t; "
    "float f;\n"
    "  union { char a[4]; uint32_t b; } u; uint8_t raw[5]; struct node nodes[2]; struct node "
    "tail[]; };\n"
    "for head.nodes: count = n, at = off, stride = step\nfor node.next: link = head.nodes\n"
    "for node.rel: link = self+ node\nfor node.p: link = base+\nfor head.fl: flags bit\n"
    "for head.t: time\nfor head.u: discr k\nfor head.off: hex\nfor head.n: be\n";

static void printable(const char *why)
{
    HOLDS(why[0] != '\0');
    for (const uint8_t *p = (const uint8_t *)why; *p != '\0';) {
        struct text_char c = text_decode(TEXT_UTF8, p, strlen((const char *)p));
        HOLDS(c.valid && text_printable(c.cp));
        p += c.size;
    }
}

static void leaf(const struct type_source *s, const struct type_node *n, const char *text)
{
    char shown[512], why[TYPE_WHY_MAX];
    uint8_t value[64], mask[64];
    if (n->kind != NODE_LEAF || n->size == 0 || n->size > 32)
        return;
    if (type_value_parse(s, n, text, value, mask, why)) {
        struct type_store st;
        (void)type_value_store(n, value, mask, bytes.n, &st);
    } else {
        printable(why);
    }
    if (n->offset > bytes.n || n->size > bytes.n - n->offset)
        return;
    const uint8_t *p = bytes.at + n->offset;
    (void)type_value_format(s, n, p, shown, sizeof shown);
    if (n->text && type_value_parse(s, n, shown, value, mask, why))
        for (size_t i = 0; i < n->size && (p[i] != 0 || n->stride > 1); i++)
            HOLDS(n->stride > 1 || value[i] == p[i]);
}

static void path(const struct type_source *s, const struct type_node *root, const char *text)
{
    static struct type_path parsed;
    static struct type_select sel;
    static char where[PATH_TEXT_MAX];
    struct type_node n;
    char why[TYPE_WHY_MAX] = "";
    if (!type_path_parse(text, &parsed, why)) {
        printable(why);
        return;
    }
    type_select_start(&sel, s, root, &parsed);
    enum type_selected got;
    for (int i = 0; (got = type_select_next(&sel, &n, where, why)) == SELECT_NODE && i < 100; i++)
        leaf(s, &n, text);
    if (got == SELECT_WRONG)
        printable(why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct types *t;
    static struct type_spec spec;
    struct type_abi abi;
    char why[TYPE_WHY_MAX] = "";
    if (t == NULL) {
        HOLDS(type_abi_find("x86_64", 6, &abi) && (t = types_new(&abi, false)) != NULL);
        HOLDS(types_parse(t, "f", header, sizeof header - 1, why));
    }
    if (size == 0)
        return 0;
    size_t n = data[0] < size - 1 ? data[0] : size - 1;
    char *text = fuzz_string(data + 1, n);
    bytes.at = data + 1 + n;
    bytes.n = size - 1 - n;
    struct type_window window = {.address = 0x100, .size = 0x80, .offset = 16};
    struct type_source s = {
        .t = t, .read = read_bytes, .size = bytes.n, .window = &window, .windows = 1};
    struct type_node root;
    type_root(&s, types_find(t, "head"), 0, 0, &root);
    path(&s, &root, text);
    struct type_condition *c = type_condition_new(&s, &root, text, why);
    uint64_t seen;
    if (c != NULL)
        (void)type_condition_check(c, &s, &root, &seen);
    else
        printable(why);
    type_condition_free(c);
    if (!type_spec_parse(text, &spec, why))
        printable(why);
    const char *near[TYPE_NEAR];
    (void)types_near(t, text, near);
    (void)types_find(t, text);
    free(text);
    return 0;
}
